import { expect, test } from "bun:test";
import { foreignRead, placeOf, resultOf } from "../fixtures/findings.ts";
import { compact } from "./compact.ts";

const text = "sql`select actor from audit_log`\n";
const at = placeOf("services/guardian/badges.ts", text, "audit_log");

test("each new finding and each unread input is one line, whatever stands in it", () => {
  const findings = [
    foreignRead(at),
    foreignRead(at, { severity: "warn", rule: "unresolved-table", message: "two\nlines \u001b[2J" }),
    foreignRead(at, { status: "ignored" }),
    foreignRead(at, { status: "known" }),
  ];
  const problems = [
    { file: "services/lobby/broken.ts", line: 3, column: 7, message: "unexpected token" },
    { file: "services/lobby/latin1.sql", message: "not UTF-8" },
  ];
  expect(compact(resultOf(findings, { problems }))).toBe(
    [
      "services/guardian/badges.ts:1:23 error cross-service-read guardian reads audit_log, which gatekeeper owns",
      "services/guardian/badges.ts:1:23 warn unresolved-table two\\nlines \\x1b[2J",
      "services/lobby/broken.ts:3:7 error unread unexpected token",
      "services/lobby/latin1.sql:1:1 error unread not UTF-8",
      "",
    ].join("\n"),
  );
});

test("nothing to say is no output", () => {
  expect(compact(resultOf([]))).toBe("");
});
