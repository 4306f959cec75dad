/** Which client a value is does not hang on what was asked before. */
import { expect, test } from "bun:test";
import { clientOf } from "./evidence.ts";
import { readScopes } from "./scopes.ts";
import { parse } from "./syntax.ts";

/** The client of each call, in source order. */
function clientsOfCalls(code: string): [call: string, client: string | null][] {
  const scopes = readScopes(parse("code.ts", code).program);
  return scopes.candidates.flatMap(({ node, scope }): [string, string | null][] =>
    node.type === "CallExpression"
      ? [[code.slice(node.start, node.end), clientOf(node, scope, scopes)?.name ?? null]]
      : [],
  );
}

test("functions that return each other's results are the same client, whichever is asked first", () => {
  const functions = `import { Pool } from "pg";
function first(again) { if (again) return second(false); return new Pool({}); }
function second(again) { return first(again); }
`;
  const inside: [string, string][] = [
    ["second(false)", "node-postgres"],
    ["first(again)", "node-postgres"],
  ];
  expect(clientsOfCalls(`${functions}first(true); second(true);`)).toEqual([
    ...inside,
    ["first(true)", "node-postgres"],
    ["second(true)", "node-postgres"],
  ]);
  const [imported = "", ...rest] = functions.split("\n");
  expect(clientsOfCalls(`${imported} first(true); second(true);\n${rest.join("\n")}`)).toEqual([
    ["first(true)", "node-postgres"],
    ["second(true)", "node-postgres"],
    ...inside,
  ]);
});

test("names that are given each other's values are the same client, whichever is asked first", () => {
  const names = 'import { Pool } from "pg";\nlet a = b;\nlet b = a;\na = new Pool({});\n';
  const [first, second] = [
    ["a.connect()", "node-postgres"],
    ["b.connect()", "node-postgres"],
  ] as const;
  expect(clientsOfCalls(`${names}a.connect();b.connect();`)).toEqual([[...first], [...second]]);
  expect(clientsOfCalls(`${names}b.connect();a.connect();`)).toEqual([[...second], [...first]]);
});
