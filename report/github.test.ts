import { expect, test } from "bun:test";
import { contextOf, foreignRead, placeOf, resultOf } from "../fixtures/findings.ts";
import { github } from "./github.ts";

const text = "sql`select actor from audit_log`\n";
const at = placeOf("services/guardian/badges.ts", text, "audit_log");

test("each new finding and each unread input is a command on one line, whatever stands in it", () => {
  const findings = [
    foreignRead(at),
    foreignRead(
      { ...at, file: "a,b:c%.ts", endLine: 3 },
      {
        severity: "warn",
        message: "100% two\r\nlines ::error::\u001b[2J",
        help: "mend it",
      },
    ),
    foreignRead(at, { status: "known" }),
    foreignRead(at, { status: "ignored" }),
  ];
  const problems = [
    { file: "services/lobby/broken.ts", line: 3, column: 7, message: "unexpected token" },
    { file: "services/lobby/latin1.sql", message: "not UTF-8" },
  ];
  expect(`\n${github(resultOf(findings, { problems }), contextOf())}`).toMatchInlineSnapshot(`
    "
    ::error file=services/guardian/badges.ts,line=1,endLine=1,col=23,endColumn=32,title=cross-service-read::guardian reads audit_log, which gatekeeper owns%0Ahelp: ask gatekeeper (its API or its events)
    ::warning file=a%2Cb%3Ac%25.ts,line=1,endLine=3,title=cross-service-read::100%25 two\\r\\nlines ::error::\\x1b[2J%0Ahelp: mend it
    ::error file=services/lobby/broken.ts,line=3,col=7,title=unread::unexpected token
    ::error file=services/lobby/latin1.sql,line=1,col=1,title=unread::not UTF-8
    ✗ 1 error, 1 warning · 2 inputs unread · 1 known · 1 ignored · 212 files, 640 references (628 own, 6 foreign, 2 unowned, 4 unresolved) · 84 ms
    "
  `);
});

test("nothing to say is the closing line alone", () => {
  expect(github(resultOf([]), contextOf())).toBe(
    "✓ no findings · 212 files, 640 references (628 own, 6 foreign, 2 unowned, 4 unresolved) · 84 ms\n",
  );
});
