import { expect, test } from "bun:test";
import { foreignRead, placeOf, resultOf } from "../fixtures/findings.ts";
import { schemaErrors } from "../fixtures/report-schema.ts";
import { json } from "./json.ts";

const text = "sql`select actor from audit_log`\n";
const at = placeOf("services/guardian/badges.ts", text, "audit_log");
const related = [
  { message: "created in", at: placeOf("001_create.sql", "create table audit_log ()", "audit_log") },
];

test("the object holds what its schema promises, first service and owner apart", () => {
  const finding = foreignRead(at, {
    services: ["guardian", "lobby"],
    owners: ["gatekeeper", "billing"],
    related,
  });
  const nobodys = foreignRead(at, {
    services: [],
    owners: [],
    table: null,
    access: null,
    status: "ignored",
    reason: "why",
  });
  const problems = [
    { file: "a.ts", line: 3, column: 7, message: "unexpected token" },
    { file: "b.sql", message: "not UTF-8" },
  ];
  const printed: unknown = JSON.parse(json(resultOf([finding, nobodys], { problems })));

  expect(schemaErrors(printed, "check")).toEqual([]);
  expect(printed).toEqual({
    version: 1,
    findings: [
      {
        rule: "cross-service-read",
        severity: "error",
        status: "new",
        message: "guardian reads audit_log, which gatekeeper owns",
        help: "ask gatekeeper (its API or its events)",
        service: "guardian",
        services: ["guardian", "lobby"],
        owner: "gatekeeper",
        owners: ["gatekeeper", "billing"],
        table: "audit_log",
        access: "read",
        file: "services/guardian/badges.ts",
        line: 1,
        column: 23,
        endLine: 1,
        endColumn: 32,
        related: [
          { message: "created in", file: "001_create.sql", line: 1, column: 14, endLine: 1, endColumn: 23 },
        ],
        fingerprint: "0123456789abcdef",
        reason: null,
      },
      {
        rule: "cross-service-read",
        severity: "error",
        status: "ignored",
        message: "guardian reads audit_log, which gatekeeper owns",
        help: "ask gatekeeper (its API or its events)",
        service: null,
        services: [],
        owner: null,
        owners: [],
        table: null,
        access: null,
        file: "services/guardian/badges.ts",
        line: 1,
        column: 23,
        endLine: 1,
        endColumn: 32,
        related: [],
        fingerprint: "0123456789abcdef",
        reason: "why",
      },
    ],
    problems: [
      { file: "a.ts", line: 3, column: 7, message: "unexpected token" },
      { file: "b.sql", message: "not UTF-8" },
    ],
    summary: {
      files: 212,
      leftOut: 0,
      references: 640,
      own: 628,
      foreign: 6,
      unowned: 2,
      unresolved: 4,
      errors: 1,
      warnings: 0,
      milliseconds: 84,
    },
  });
});

test("what JSON would leave as control characters is escaped, and reads back the same", () => {
  const message = "\u001b[2J \u009b31m \u202e \u2028 \u007f \ud800";
  const printed = json(resultOf([foreignRead(at, { message })]));
  expect(printed).toContain('"\\u001b[2J \\u009b31m \\u202e \\u2028 \\u007f \\ud800"');
  expect(JSON.parse(printed).findings[0].message).toBe(message);
});
