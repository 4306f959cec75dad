import { expect, test } from "bun:test";
import { compileCode } from "../code/mod.ts";
import { decodeFacts, encodeFacts } from "./codec.ts";

test.each([
  ["one line alone", [0]],
  ["empty lines", [0, 1, 2, 3]],
  ["lines as people write them", [0, 5, 100, 323]],
  ["a line too long for a byte", [0, 5, 100, 324, 330]],
  ["a line too long for a character", [0, 1, 55_264, 55_300]],
])("where lines start comes back as it was: %s", (_, lineStarts) => {
  const facts = { ...compileCode("a.ts", "export const a = 1;\n"), lineStarts };
  expect(decodeFacts(encodeFacts(facts), "a.ts").lineStarts).toEqual(lineStarts);
});

test("facts come back as they were, each part when it is asked for", () => {
  const text = `import { sql } from "./db.ts"; // é\nexport const TABLE = "orders";\nexport const all = () => sql\`select 1 from \${sql(TABLE)}\`;\n`;
  const facts = compileCode("a.ts", text, { whole: true });
  const back = decodeFacts(encodeFacts(facts), "a.ts");
  expect(facts.sites).toHaveLength(1);
  const parts = Object.keys(facts).map((key) => [key, Reflect.get(back, key)]);
  expect(Object.fromEntries(parts)).toEqual(facts);
});
