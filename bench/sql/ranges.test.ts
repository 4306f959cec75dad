import { describe, expect, test } from "bun:test";
import type { SqlReference } from "../../analysis/model.ts";
import { inexact } from "./ranges.ts";

function judge(text: string, schema: string | null, table: string | null): string | null {
  const at = { file: "a.sql", start: 1, end: text.length + 1 };
  const reference: SqlReference = {
    schema,
    table,
    reason: null,
    operation: "select",
    access: "read",
    at,
    dependency: null,
  };
  return inexact(reference, ` ${text} `);
}

describe("a range is exact", () => {
  const cases: [text: string, schema: string | null, table: string][] = [
    ["Users", null, "users"],
    ['"Users"', null, "Users"],
    ['App . /* here */ "a""b"', "app", 'a"b'],
    ['U&"d\\0061t"', null, "dat"],
    ['U&"d!0061t"', null, "dat"],
    ["kräuter", null, "kräuter"],
    ["a".repeat(80), null, "a".repeat(63)],
    [":schema.jobs", null, "jobs"],
    ["{{ .Namespace }}.users", null, "users"],
    ["created", "billing", "created"],
  ];
  for (const [text, schema, table] of cases) {
    test(`at ${text}`, () => expect(judge(text, schema, table)).toBeNull());
  }
});

describe("a range is not exact", () => {
  const cases: [text: string, schema: string | null, table: string][] = [
    ["users u", null, "users"],
    ["user", null, "users"],
    ["Users", null, "Users"],
    ['"Users"', null, "users"],
    ["other.users", "app", "users"],
    ["users.id", null, "users"],
    ["(users", null, "users"],
  ];
  for (const [text, schema, table] of cases) {
    test(`at ${text}`, () => expect(judge(text, schema, table)).toBe(text));
  }
  test("where it is empty", () => expect(judge("", null, "users")).toBe("nothing: 1 to 1"));
});
