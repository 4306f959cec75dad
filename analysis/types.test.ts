import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { diskSource, loadManifest } from "../manifest/mod.ts";
import { analyse } from "./mod.ts";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "freehold-types-"));
});
afterAll(() => rmSync(root, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

async function references(types: boolean): Promise<string[]> {
  const { manifest } = loadManifest(diskSource(root));
  if (!manifest) throw new Error("the manifest is wrong");
  const model = await analyse({ root, manifest, types });
  return model.references.map(
    ({ at, operation, table, reason }) => `${at.line}:${at.column} ${operation} ${table ?? `? ${reason}`}`,
  );
}

test("the type checker resolves a union that another file computes, and leaves open what is only a string", async () => {
  write({
    "freehold.json": JSON.stringify({ services: { app: { path: "app", owns: [] } } }),
    "app/tsconfig.json": "{}",
    "app/names.ts": `const all = { a: "orders", b: "items" } as const;\nexport type Name = (typeof all)[keyof typeof all];\nexport declare function pick(): Name;\nexport declare function any(): string;\n`,
    "app/code.ts": `import { any, pick } from "./names.ts";\ndeclare const sql: any;\nconst name = pick();\nawait sql\`select * from \${sql(name)}\`;\nconst other = any();\nawait sql\`select * from \${sql(other)}\`;\n`,
  });
  expect(await references(false)).toEqual([
    "4:27 select ? the result of pick()",
    "6:27 select ? the result of any()",
  ]);
  expect(await references(true)).toEqual([
    "4:27 select orders",
    "4:27 select items",
    "6:27 select ? the result of any()",
  ]);
});
