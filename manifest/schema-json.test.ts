import { expect, test } from "bun:test";
import { manifestJsonSchema } from "./schema-json.ts";

test("freehold.schema.json is what the schema generates", async () => {
  const file = Bun.file(new URL("../freehold.schema.json", import.meta.url));
  expect(await file.text()).toBe(manifestJsonSchema());
});
