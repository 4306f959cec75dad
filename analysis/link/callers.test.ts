import { expect, test } from "bun:test";
import { readCode } from "../../fixtures/adapter-tester.ts";

const open = `import { sql } from "bun";\n`;
const references = async (code: string, others: Record<string, string> = {}) =>
  (await readCode(code, others)).lines.filter((line) => !line.startsWith("open"));

test("a parameter is what its callers in the same file hand it", async () => {
  expect(
    await references(
      `${open}const clear = (table: string) => sql\`truncate \${sql(table)}\`;\nclear("orders");\nclear("items");`,
    ),
  ).toEqual(["2:49 truncate orders", "2:49 truncate items"]);
});

test("a parameter is what its callers in other files hand it, through a barrel, too", async () => {
  expect(
    await references(`${open}export const clear = (table: string) => sql\`truncate \${sql(table)}\`;`, {
      "services/app/mod.ts": `export { clear } from "./code.ts";`,
      "services/app/a.ts": `import { clear } from "./mod.ts";\nclear("orders");`,
      "services/app/b.ts": `import { clear } from "./code.ts";\nclear("items");`,
    }),
  ).toEqual(["2:56 truncate items", "2:56 truncate orders"]);
});

test("a property of a parameter is followed into the caller's object", async () => {
  expect(
    await references(
      `${open}class Store {\n  read(options: { table: string }) {\n    return sql\`select * from \${sql(options.table)}\`;\n  }\n}\nnew Store().read({ table: "orders" });`,
    ),
  ).toEqual(["4:32 select orders"]);
});

test("a destructured parameter is followed into the caller's object", async () => {
  expect(
    await references(
      `${open}const read = ({ table }: { table: string }) => sql\`select * from \${sql(table)}\`;\nread({ table: "orders" });`,
    ),
  ).toEqual(["2:68 select orders"]);
});

test("a caller that does not tell leaves the table unresolved beside those that do", async () => {
  expect(
    await references(
      `${open}const clear = (table: string) => sql\`truncate \${sql(table)}\`;\nclear("orders");\nexport const all = (names: string[]) => names.forEach((name) => clear(name));`,
    ),
  ).toEqual(["2:49 truncate orders", "2:49 truncate ? `name` is a parameter"]);
});

test("a function that calls itself ends", async () => {
  expect(
    await references(
      `${open}export const clear = (table: string): unknown => (sql\`truncate \${sql(table)}\`, clear(table));`,
    ),
  ).toEqual(["2:66 truncate ? `table` is a parameter of clear"]);
});

test("SQL that a service hands to shared code is the service's own access, where it is written", async () => {
  expect(
    await references(`import { run } from "../../shared/run.ts";\nawait run("select * from orders");`, {
      "shared/run.ts": `import { sql } from "bun";\nexport const run = (text: string) => sql.unsafe(text);`,
    }),
  ).toEqual(["2:26 select orders"]);
});
