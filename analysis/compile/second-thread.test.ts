import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatProblem, loadManifest, memorySource } from "../../manifest/mod.ts";
import { rules } from "../../rules/mod.ts";
import { analyse, analyseFiles } from "../mod.ts";

const root = mkdtempSync(join(tmpdir(), "freehold-threads-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const MANIFEST = JSON.stringify({ services: { shop: { path: "shop", owns: ["orders"] } } });

/** Files of which one in so many touches a table, and one is broken. */
function filesOf(count: number, every: number): Map<string, string> {
  const files = new Map([
    ["shop/broken.ts", "export const = 1;\n"],
    ["shop/migrations/001_orders.sql", "create table orders (id int primary key);\n"],
    ["shop/tables.ts", `export const ORDERS = "orders";\n`],
  ]);
  for (let index = 0; index < count; index++)
    files.set(
      `shop/part-${String(index).padStart(4, "0")}.ts`,
      index % every === 0
        ? `import { ORDERS } from "./tables.ts";\nexport const all = (sql: Sql) => sql\`select ${index} from \${sql(ORDERS)}\`;\n`
        : `import { all } from "./part-0000.ts";\nexport const part = () => [all, ${index}];\n`,
    );
  return files;
}

test.each([
  ["few files are walked", 60],
  ["all files are walked", 1],
])("two threads say what one says where %s", async (_, every) => {
  const files = filesOf(660, every);
  const folder = join(root, String(every));
  mkdirSync(join(folder, "shop/migrations"), { recursive: true });
  for (const [path, text] of files) writeFileSync(join(folder, path), text);
  const { manifest, problems } = loadManifest(
    memorySource({ "freehold.json": MANIFEST, "shop/tables.ts": "" }),
    rules,
  );
  if (!manifest) throw new Error(problems.map(formatProblem).join("\n"));
  const today = "2026-11-21";
  const two = await analyse({ root: folder, manifest, today });
  const sources = [...files.keys()].sort().map((path) => ({ path, text: files.get(path) ?? "" }));
  const one = await analyseFiles(sources, manifest, { today });
  expect(two.references.filter(({ verdict }) => verdict === "own")).toHaveLength(660 / every + 1);
  expect(two.problems).toHaveLength(1);
  expect(two).toEqual(one);
});
