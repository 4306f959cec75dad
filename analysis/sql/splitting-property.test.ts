import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { STATEMENTS } from "../../bench/sql/lock-cases.ts";
import { inexact } from "../../bench/sql/ranges.ts";
import { inputs } from "../../fixtures/property.ts";
import type { SqlReference, SqlStatement } from "../model.ts";
import { tokenize } from "./lexer.ts";
import { readSqlFile } from "./mod.ts";
import { parse } from "./postgres/grammar.ts";
import "./testing.ts";

/** Statements of every kind, but for those that change what later ones mean: temporary tables, types, transition tables. */
const corpus = Object.values(STATEMENTS)
  .flat()
  .filter((sql) => !/\btemp\b|\breferencing\b|create type|;/.test(sql));

const statement = fc.constantFrom(...corpus);

function read(sql: string): SqlStatement[] {
  const { statements, problems } = readSqlFile("a.sql", sql, { dialect: "postgresql" });
  expect(problems).toEqual([]);
  return statements;
}

/** A reference without its place. */
function meaning({ at: _, ...rest }: SqlReference): Omit<SqlReference, "at"> {
  return rest;
}

/** References with places that count from `start`. */
function placed(references: readonly SqlReference[], start: number): SqlReference[] {
  return references.map((one) => ({
    ...one,
    at: { ...one.at, start: one.at.start - start, end: one.at.end - start },
  }));
}

function alone(sql: string): SqlReference[] {
  return read(sql).flatMap(({ references }) => references);
}

/** What may stand between two statements: each ends the one before it. */
const separator = fc.constantFrom(
  ";",
  ";\n",
  ";\r\n",
  " ;\t;; ",
  "; -- it's; \"\n",
  ";\n/* ; ' /* $$ */ */\n",
  ";\nselect 'é😀' as \"ü;\";\n",
  ";\n\\echo 'don''t'\n",
  ";\ncopy ballast from stdin;\n1\t'\t;\n\\.\n",
);

/** What may stand between two tokens. */
const noise = fc.constantFrom(
  " ",
  "\n",
  "\r\n",
  " \t\f\v\n ",
  " /* ' ; \" $$ */ ",
  " /* a /* nested */ one */ ",
  " -- it's; $$ \"\n",
  " -- é😀\r\n",
);

describe("the references of a statement", () => {
  test("are the same in a file among others, with the same places", () => {
    const files = fc.array(fc.tuple(statement, separator), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(files, fc.constantFrom("", "\ufeff", "-- x\n", "\ufeff\r\n"), (chosen, head) => {
        let text = head;
        const starts: number[] = [];
        for (const [sql, end] of chosen) {
          starts.push(text.length);
          text += sql + end;
        }
        const found = new Map(read(text).map((one) => [one.at.start, one]));
        for (const [i, [sql]] of chosen.entries()) {
          const one = found.get(starts[i]!);
          expect(one?.at).toEqual({ file: "a.sql", start: starts[i]!, end: starts[i]! + sql.length });
          expect(placed(one!.references, starts[i]!)).toEqual(alone(sql));
        }
      }),
      inputs(1, 400),
    );
  });

  test("do not change with white space, comments and line ends between its tokens", () => {
    fc.assert(
      fc.property(statement, fc.infiniteStream(noise), fc.infiniteStream(fc.nat(3)), (sql, gaps, rare) => {
        const { starts, ends } = tokenize(sql);
        let text = "";
        for (const [i, start] of starts.entries()) {
          // Tokens that touch may be one thing to the grammar, `a.b` or `x::y`; a gap is allowed there, too.
          const gap = rare.next().value === 0 ? gaps.next().value : sql.slice(ends[i - 1] ?? 0, start);
          text += gap + sql.slice(start, ends[i]);
        }
        const references = alone(text);
        expect(references.map(meaning)).toEqual(alone(sql).map(meaning));
        expect(references.map((one) => inexact(one, text))).toEqual(references.map(() => null));
      }),
      inputs(2, 1000),
    );
  });

  test("do not change when text beyond ASCII stands before it", () => {
    const before = fc.string({
      unit: fc.constantFrom("é", "😀", "ß", "\u2028", "中", "a", " ", "\u0301"),
      maxLength: 20,
    });
    fc.assert(
      fc.property(statement, before, (sql, words) => {
        const quoted = `select '${words}' as "${words}x" /* ${words} */; -- ${words.replace(/[\r\n]/g, "")}\n`;
        const one = read(quoted + sql).at(-1)!;
        expect(placed(one.references, quoted.length)).toEqual(alone(sql));
      }),
      inputs(3, 400),
    );
  });

  test("stand exactly at their names", () => {
    for (const sql of corpus) {
      const references = alone(sql);
      expect(references.map((one) => inexact(one, sql))).toEqual(references.map(() => null));
    }
  });
});

test("a statement that lost, doubled or swapped a token loses itself only", () => {
  const harm = fc.tuple(fc.constantFrom("lose", "double", "swap"), fc.nat(), fc.nat());
  fc.assert(
    fc.property(
      fc.array(statement, { minLength: 2, maxLength: 6 }),
      fc.nat(),
      harm,
      (chosen, which, [how, a, b]) => {
        const broken = which % chosen.length;
        const damaged = damage(chosen[broken]!, how, a, b);
        // What is still PostgreSQL's is another statement, not a broken one.
        fc.pre(!parse(damaged).ok);
        const text = chosen.map((sql, i) => `${i === broken ? damaged : sql};\n`).join("");
        const { statements, problems } = readSqlFile("a.sql", text, { dialect: "postgresql" });
        expect(problems.length).toBeGreaterThan(0);
        let start = 0;
        for (const [i, sql] of chosen.entries()) {
          if (i !== broken) {
            const one = statements.find(({ at }) => at.start === start);
            expect(placed(one?.references ?? [], start)).toEqual(alone(sql));
          }
          start += (i === broken ? damaged : sql).length + 2;
        }
      },
    ),
    inputs(4, 800),
  );
});

function damage(sql: string, how: string, a: number, b: number): string {
  const { starts, ends } = tokenize(sql);
  const tokens = starts.map((start, i) => sql.slice(start, ends[i]));
  const one = a % tokens.length;
  const other = b % tokens.length;
  if (how === "lose") tokens.splice(one, 1);
  else if (how === "double") tokens.splice(one, 0, tokens[one]!);
  else [tokens[one], tokens[other]] = [tokens[other]!, tokens[one]!];
  return tokens.join(" ");
}
