import { expect, test } from "bun:test";
import { foreignRead, placeOf, resultOf } from "../fixtures/findings.ts";
import { gitlab } from "./gitlab.ts";

const text = "sql`select actor from audit_log`\n";
const at = placeOf("services/guardian/badges.ts", text, "audit_log");

test("new findings and unread inputs are issues, each with a fingerprint of its own", () => {
  const findings = [
    foreignRead(at),
    foreignRead({ ...at, endLine: 3 }, { severity: "warn", fingerprint: "fedcba9876543210" }),
    foreignRead(at, { status: "known" }),
    foreignRead(at, { status: "ignored" }),
  ];
  const problems = [
    { file: "services/lobby/broken.ts", line: 3, column: 7, message: "unexpected token" },
    { file: "services/lobby/latin1.sql", message: "not UTF-8" },
  ];
  expect(JSON.parse(gitlab(resultOf(findings, { problems })))).toMatchInlineSnapshot(`
    [
      {
        "check_name": "cross-service-read",
        "description": "guardian reads audit_log, which gatekeeper owns. Help: ask gatekeeper (its API or its events)",
        "fingerprint": "0123456789abcdef",
        "location": {
          "lines": {
            "begin": 1,
            "end": 1,
          },
          "path": "services/guardian/badges.ts",
        },
        "severity": "major",
      },
      {
        "check_name": "cross-service-read",
        "description": "guardian reads audit_log, which gatekeeper owns. Help: ask gatekeeper (its API or its events)",
        "fingerprint": "fedcba9876543210",
        "location": {
          "lines": {
            "begin": 1,
            "end": 3,
          },
          "path": "services/guardian/badges.ts",
        },
        "severity": "minor",
      },
      {
        "check_name": "unread",
        "description": "unread: unexpected token",
        "fingerprint": "5f48c5c5e1a2ebda",
        "location": {
          "lines": {
            "begin": 3,
            "end": 3,
          },
          "path": "services/lobby/broken.ts",
        },
        "severity": "blocker",
      },
      {
        "check_name": "unread",
        "description": "unread: not UTF-8",
        "fingerprint": "1e6fc7575bcaece9",
        "location": {
          "lines": {
            "begin": 1,
            "end": 1,
          },
          "path": "services/lobby/latin1.sql",
        },
        "severity": "blocker",
      },
    ]
  `);
});

test("nothing to say is an empty list", () => {
  expect(gitlab(resultOf([]))).toBe("[]\n");
});
