import { expect, test } from "bun:test";
import { manifestJsonSchema } from "./schema-json.ts";

test("freehold.schema.json is what the schema generates", async () => {
  const file = Bun.file(new URL("../freehold.schema.json", import.meta.url));
  expect(await file.text()).toBe(manifestJsonSchema());
});

test("every key has its words, which editors show", () => {
  const wordless: string[] = [];
  const visit = (node: unknown, path: string) => {
    if (typeof node !== "object" || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      const within = `${path}/${key}`;
      if (/\/properties$/.test(path) && !("description" in child)) wordless.push(within);
      visit(child, within);
    }
  };
  visit(JSON.parse(manifestJsonSchema()), "");
  expect(wordless).toEqual([]);
});
