import { expect, test } from "bun:test";
import fc from "fast-check";
import { inputs } from "../../fixtures/property.ts";
import { readSqlFile } from "./mod.ts";
import "./testing.ts";

/** Statements with something of everything that a splitter can trip over. */
const statements: readonly ((n: number) => string)[] = [
  (n) => `select a, 'it''s' from t${n} where b = 1`,
  (n) => `insert into t${n} (a) values (1, 'x;y')`,
  (n) =>
    `create function f() returns int language plpgsql as $$\nbegin\n  update t${n} set a = 1;\n  return 1;\nend;\n$$`,
  (n) => `delete from t${n} where x in (select 1 from u${n})`,
  (n) => `-- comment don't\ncreate table t${n} (a int, "b;c" text)`,
  (n) => `create rule r as on insert to t${n} do also (delete from u${n}; update v${n} set a = 1)`,
  (n) => `create function f() returns int language sql begin atomic select 1 from t${n}; select 2; end`,
  (n) => `update t${n} set a = e'\\';' /* ; */`,
];

const damage = fc.constantFrom(
  "'",
  '"',
  "(",
  ")",
  "$$",
  "$x$",
  "/*",
  "selec ",
  "from from",
  "[",
  "\0",
  ",",
  "\\",
  "",
);

function tables(sql: string): string[] {
  const { statements: read } = readSqlFile("a.sql", sql, { dialect: "postgresql" });
  return read.flatMap(({ references }) =>
    references.map(({ table, at }) => `${table} at ${sql.slice(at.start, at.end)}`),
  );
}

test("of many statements a broken one loses itself only", () => {
  const kinds = fc.array(fc.integer({ min: 0, max: statements.length - 1 }), { minLength: 2, maxLength: 7 });
  fc.assert(
    fc.property(kinds, fc.nat(), fc.nat(), fc.nat(3), damage, (chosen, which, where, removed, inserted) => {
      const whole = chosen.map((kind, n) => statements[kind]!(n));
      const broken = which % whole.length;
      const text = whole[broken]!;
      const at = where % text.length;
      const damaged = text.slice(0, at) + inserted + text.slice(at + removed);
      const others = whole.filter((_, n) => n !== broken).flatMap((statement) => tables(`${statement};\n`));
      const found = tables(whole.map((statement, n) => `${n === broken ? damaged : statement};\n`).join(""));
      expect(others.filter((table) => !found.includes(table))).toEqual([]);
    }),
    inputs(1, 1500),
  );
});
