import { expect, test } from "bun:test";
import { contextOf, foreignRead, placeOf, resultOf } from "../fixtures/findings.ts";
import { sarifErrors } from "../fixtures/sarif-schema.ts";
import { rules } from "../rules/mod.ts";
import { sarif } from "./sarif.ts";

const text = "sql`select actor from audit_log`\n";
const at = placeOf("services/guardian/badges.ts", text, "audit_log");
const related = [
  { message: "created in", at: placeOf("001_create.sql", "create table audit_log ()", "audit_log") },
];
const problems = [
  { file: "services/lobby/broken.ts", line: 3, column: 7, message: "unexpected token" },
  { file: "services/lobby/latin1.sql", message: "not UTF-8" },
];

test("the log is SARIF 2.1.0: known findings are unchanged and suppressed outside, ignored ones in the source", () => {
  const findings = [
    foreignRead(at, { related }),
    foreignRead(at, { status: "known", reason: "GRV-112", fingerprint: "1111111111111111" }),
    foreignRead(
      { ...at, file: "dienste/wächter 100%/a#b?.ts\ud800" },
      {
        status: "ignored",
        reason: "why",
        severity: "warn",
        fingerprint: "2222222222222222",
      },
    ),
  ];
  const tool = { version: "0.1.0", rules: rules.slice(0, 1) };
  const log = JSON.parse(sarif(resultOf(findings, { problems }), { ...contextOf(), tool }));
  expect(sarifErrors(log)).toEqual([]);
  expect(log).toMatchInlineSnapshot(`
    {
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "runs": [
        {
          "columnKind": "utf16CodeUnits",
          "invocations": [
            {
              "executionSuccessful": false,
              "toolExecutionNotifications": [
                {
                  "level": "error",
                  "locations": [
                    {
                      "physicalLocation": {
                        "artifactLocation": {
                          "uri": "services/lobby/broken.ts",
                          "uriBaseId": "%SRCROOT%",
                        },
                        "region": {
                          "startColumn": 7,
                          "startLine": 3,
                        },
                      },
                    },
                  ],
                  "message": {
                    "text": "went unread: unexpected token",
                  },
                },
                {
                  "level": "error",
                  "locations": [
                    {
                      "physicalLocation": {
                        "artifactLocation": {
                          "uri": "services/lobby/latin1.sql",
                          "uriBaseId": "%SRCROOT%",
                        },
                      },
                    },
                  ],
                  "message": {
                    "text": "went unread: not UTF-8",
                  },
                },
              ],
            },
          ],
          "results": [
            {
              "baselineState": "new",
              "level": "error",
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "services/guardian/badges.ts",
                      "uriBaseId": "%SRCROOT%",
                    },
                    "region": {
                      "endColumn": 32,
                      "endLine": 1,
                      "startColumn": 23,
                      "startLine": 1,
                    },
                  },
                },
              ],
              "message": {
                "text": 
    "guardian reads audit_log, which gatekeeper owns
    Help: ask gatekeeper (its API or its events)"
    ,
              },
              "partialFingerprints": {
                "freehold/v1": "0123456789abcdef",
              },
              "relatedLocations": [
                {
                  "id": 1,
                  "message": {
                    "text": "created in",
                  },
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "001_create.sql",
                      "uriBaseId": "%SRCROOT%",
                    },
                    "region": {
                      "endColumn": 23,
                      "endLine": 1,
                      "startColumn": 14,
                      "startLine": 1,
                    },
                  },
                },
              ],
              "ruleId": "cross-service-read",
              "ruleIndex": 0,
              "suppressions": [],
            },
            {
              "baselineState": "unchanged",
              "level": "error",
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "services/guardian/badges.ts",
                      "uriBaseId": "%SRCROOT%",
                    },
                    "region": {
                      "endColumn": 32,
                      "endLine": 1,
                      "startColumn": 23,
                      "startLine": 1,
                    },
                  },
                },
              ],
              "message": {
                "text": 
    "guardian reads audit_log, which gatekeeper owns
    Help: ask gatekeeper (its API or its events)"
    ,
              },
              "partialFingerprints": {
                "freehold/v1": "1111111111111111",
              },
              "relatedLocations": [],
              "ruleId": "cross-service-read",
              "ruleIndex": 0,
              "suppressions": [
                {
                  "justification": "GRV-112",
                  "kind": "external",
                  "status": "accepted",
                },
              ],
            },
            {
              "baselineState": "new",
              "level": "warning",
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "dienste/w%C3%A4chter%20100%25/a%23b%3F.ts%EF%BF%BD",
                      "uriBaseId": "%SRCROOT%",
                    },
                    "region": {
                      "endColumn": 32,
                      "endLine": 1,
                      "startColumn": 23,
                      "startLine": 1,
                    },
                  },
                },
              ],
              "message": {
                "text": 
    "guardian reads audit_log, which gatekeeper owns
    Help: ask gatekeeper (its API or its events)"
    ,
              },
              "partialFingerprints": {
                "freehold/v1": "2222222222222222",
              },
              "relatedLocations": [],
              "ruleId": "cross-service-read",
              "ruleIndex": 0,
              "suppressions": [
                {
                  "justification": "why",
                  "kind": "inSource",
                  "status": "accepted",
                },
              ],
            },
          ],
          "tool": {
            "driver": {
              "name": "freehold",
              "rules": [
                {
                  "defaultConfiguration": {
                    "level": "error",
                  },
                  "fullDescription": {
                    "text": "An owner cannot change a table's shape while code that it cannot see depends on it.",
                  },
                  "help": {
                    "text": "Ask the owner: its API or its events. Or let the owner publish the table, and name the read under "uses".",
                  },
                  "id": "cross-service-read",
                  "shortDescription": {
                    "text": "Disallow reading a table that another service owns.",
                  },
                },
              ],
              "semanticVersion": "0.1.0",
              "version": "0.1.0",
            },
          },
        },
      ],
      "version": "2.1.0",
    }
  `);
});

test("all rules, and a finding of a rule that is not among them, are as the schema says", () => {
  const log = (list: typeof rules) =>
    JSON.parse(
      sarif(resultOf([foreignRead(at)]), { ...contextOf(), tool: { version: "0.1.0", rules: list } }),
    );
  expect(sarifErrors(log(rules))).toEqual([]);
  expect(sarifErrors(log([]))).toEqual([]);
});

test("the schema refuses what is not SARIF", () => {
  const log = JSON.parse(sarif(resultOf([foreignRead(at)]), contextOf()));
  log.runs[0].results[0].level = "fatal";
  log.runs[0].results[0].baselineState = "old";
  expect(sarifErrors(log)).toEqual([
    "/runs/0/results/0/level must be equal to one of the allowed values",
    "/runs/0/results/0/baselineState must be equal to one of the allowed values",
  ]);
});
