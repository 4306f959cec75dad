import { expect, test } from "bun:test";
import { foreignRead, placeOf, resultOf } from "../fixtures/findings.ts";
import { schemaErrors } from "../fixtures/report-schema.ts";
import { checkJson } from "./json.ts";
import { reportJsonSchema } from "./schema-json.ts";

test("report.schema.json is what `bun run generate` writes", async () => {
  expect(await Bun.file(`${import.meta.dir}/../report.schema.json`).text()).toBe(reportJsonSchema());
});

test("the schema refuses what the toolkit would never print", () => {
  const finding = foreignRead(placeOf("a.ts", "orders", "orders"));
  const printed = checkJson(resultOf([finding]));
  expect(schemaErrors(printed, "check")).toEqual([]);
  expect(schemaErrors({ ...printed, version: 2 }, "check")).toEqual(["/version must be equal to constant"]);
  expect(schemaErrors({ ...printed, summary: undefined }, "check")).toEqual([
    " must have required property 'summary'",
  ]);
  const findings = [{ ...printed.findings[0], line: 0, status: "old" }];
  expect(schemaErrors({ ...printed, findings }, "check")).toEqual([
    "/findings/0/status must be equal to one of the allowed values",
    "/findings/0/line must be > 0",
  ]);
});

test("keys that a later release adds are no error", () => {
  expect(schemaErrors({ ...checkJson(resultOf([])), more: true }, "check")).toEqual([]);
});
