import { expect, test } from "bun:test";
import { Chalk } from "chalk";
import { contextOf, foreignRead, placeOf, resultOf } from "../fixtures/findings.ts";
import { pretty } from "./pretty.ts";

const file = "services/guardian/badges.ts";
const source = `import type { Sql } from "postgres";

export const recent = (sql: Sql) =>
  sql\`select actor from audit_log where at > now() - interval '1 day'\`;
export const count = (sql: Sql) => sql\`select count(*) from audit_log\`;
`;
const created = {
  message: "created in services/gatekeeper/migrations/001_create_audit_log.sql:1",
  at: {
    file: "services/gatekeeper/migrations/001_create_audit_log.sql",
    line: 1,
    column: 14,
    endLine: 1,
    endColumn: 23,
  },
};

const entry = {
  message: "this entry lets guardian read audit_log, through services/guardian/cache.ts alone",
  at: { file: "freehold.json", line: 12, column: 7, endLine: 12, endColumn: 80 },
};

/** What a person sees, with the margin that keeps it apart in this file. */
function shown(text: string): string {
  return `\n${text}`;
}

test("a finding says what, where in the source, where the table comes from and what to do", () => {
  const finding = foreignRead(placeOf(file, source, "audit_log"), { related: [created, entry] });
  expect(shown(pretty(resultOf([finding]), contextOf({ [file]: source })))).toMatchInlineSnapshot(`
    "
    services/guardian/badges.ts:4:25  error  cross-service-read
      guardian reads audit_log, which gatekeeper owns

       3 │ export const recent = (sql: Sql) =>
       4 │   sql\`select actor from audit_log where at > now() - interval '1 day'\`;
         │                         ━━━━━━━━━
      created in services/gatekeeper/migrations/001_create_audit_log.sql:1
      freehold.json:12  this entry lets guardian read audit_log, through services/guardian/cache.ts alone
      help: ask gatekeeper (its API or its events)

    ✗ 1 error, 0 warnings · 212 files, 640 references (628 own, 6 foreign, 2 unowned, 4 unresolved) · 84 ms
    "
  `);
});

test("findings that differ in their place alone are shown once and named each", () => {
  const findings = [0, 1].map((nth) => foreignRead(placeOf(file, source, "audit_log", nth)));
  expect(shown(pretty(resultOf(findings), contextOf({ [file]: source })))).toMatchInlineSnapshot(`
    "
    services/guardian/badges.ts:4:25  error  cross-service-read
      guardian reads audit_log, which gatekeeper owns

       3 │ export const recent = (sql: Sql) =>
       4 │   sql\`select actor from audit_log where at > now() - interval '1 day'\`;
         │                         ━━━━━━━━━
      also at services/guardian/badges.ts:5:61
      help: ask gatekeeper (its API or its events)

    ✗ 2 errors, 0 warnings · 212 files, 640 references (628 own, 6 foreign, 2 unowned, 4 unresolved) · 84 ms
    "
  `);
});

test("unread inputs stand after the findings and in the summary", () => {
  const problems = [
    { file: "services/lobby/broken.ts", line: 3, column: 7, message: "unexpected token" },
    { file: "services/lobby/latin1.sql", message: "not UTF-8" },
  ];
  const warning = foreignRead(placeOf(file, source, "audit_log"), { severity: "warn" });
  expect(shown(pretty(resultOf([warning], { problems }), contextOf()))).toMatchInlineSnapshot(`
    "
    services/guardian/badges.ts:4:25  warn  cross-service-read
      guardian reads audit_log, which gatekeeper owns
      help: ask gatekeeper (its API or its events)

    services/lobby/broken.ts:3:7  unread
      unexpected token

    services/lobby/latin1.sql  unread
      not UTF-8

    ✗ 0 errors, 1 warning · 2 inputs unread · 212 files, 640 references (628 own, 6 foreign, 2 unowned, 4 unresolved) · 84 ms
    "
  `);
});

test("known and ignored findings are counted, not shown", () => {
  const at = placeOf(file, source, "audit_log");
  const findings = [
    foreignRead(at, { status: "known", reason: "before freehold" }),
    foreignRead(at, { status: "ignored", reason: "until GRV-112" }),
    foreignRead(at, { status: "ignored", reason: "until GRV-113" }),
  ];
  expect(shown(pretty(resultOf(findings), contextOf({ [file]: source })))).toMatchInlineSnapshot(`
    "
    ✓ no new findings · 1 known · 2 ignored · 212 files, 640 references (628 own, 6 foreign, 2 unowned, 4 unresolved) · 84 ms
    "
  `);
});

test("a long report is counted by rule before it is summed up", () => {
  const at = placeOf(file, source, "audit_log");
  const finding = (rule: string) => foreignRead(at, { rule });
  const findings = [
    ...Array.from({ length: 3 }, () => finding("unowned-table")),
    ...Array.from({ length: 6 }, () => finding("cross-service-read")),
    foreignRead(at, { status: "ignored" }),
  ];
  const closing = (more: string[]) =>
    pretty(resultOf([...findings, ...more.map(finding)]), contextOf())
      .split("\n\n")
      .at(-1)!;
  expect(closing([])).toStartWith("✗ 9 errors");
  expect(closing(["missing-table"]).split("\n")[0]).toBe(
    "by rule: cross-service-read 6, unowned-table 3, missing-table 1",
  );
});

test("nothing found is one line that says what was read", () => {
  expect(shown(pretty(resultOf([]), contextOf()))).toMatchInlineSnapshot(`
    "
    ✓ no findings · 212 files, 640 references (628 own, 6 foreign, 2 unowned, 4 unresolved) · 84 ms
    "
  `);
});

test("a file that cannot be had any more gives its finding without lines of source", () => {
  const finding = foreignRead(placeOf(file, source, "audit_log"));
  expect(shown(pretty(resultOf([finding]), contextOf()))).toMatchInlineSnapshot(`
    "
    services/guardian/badges.ts:4:25  error  cross-service-read
      guardian reads audit_log, which gatekeeper owns
      help: ask gatekeeper (its API or its events)

    ✗ 1 error, 0 warnings · 212 files, 640 references (628 own, 6 foreign, 2 unowned, 4 unresolved) · 84 ms
    "
  `);
});

test("names and messages from a hostile workspace reach no terminal as control characters", () => {
  const hostile = "services/\u001b[2J\u009b31m/\u202ets.x";
  const text = "sql`select \u001b]0;owned\u0007 from audit_log`\n";
  const finding = foreignRead(placeOf(hostile, text, "audit_log"), {
    message: "reads \u001b[31m\nx",
    help: "a\rb",
  });
  const problems = [{ file: hostile, message: "\u001b[1mbold" }];
  expect(
    shown(pretty(resultOf([finding], { problems }), contextOf({ [hostile]: text }))),
  ).toMatchInlineSnapshot(`
    "
    services/\\x1b[2J\\x9b31m/\\u202ets.x:1:28  error  cross-service-read
      reads \\x1b[31m\\nx

       1 │ sql\`select \\x1b]0;owned\\x07 from audit_log\`
         │                                  ━━━━━━━━━
      help: a\\rb

    services/\\x1b[2J\\x9b31m/\\u202ets.x  unread
      \\x1b[1mbold

    ✗ 1 error, 0 warnings · 1 input unread · 212 files, 640 references (628 own, 6 foreign, 2 unowned, 4 unresolved) · 84 ms
    "
  `);
});

test("errors are red, warnings yellow, and the way out green", () => {
  const at = placeOf(file, source, "audit_log");
  const findings = [foreignRead(at), foreignRead(at, { severity: "warn", rule: "unowned-table" })];
  const color = new Chalk({ level: 1 });
  const text = pretty(resultOf(findings), { ...contextOf({ [file]: source }), color });
  expect(shown(text.replaceAll("\u001b", "^"))).toMatchInlineSnapshot(`
    "
    ^[1mservices/guardian/badges.ts:4:25^[22m  ^[31merror^[39m  ^[36mcross-service-read^[39m
      guardian reads audit_log, which gatekeeper owns

    ^[2m   3 │^[22m export const recent = (sql: Sql) =>
    ^[2m   4 │^[22m   sql\`select actor from audit_log where at > now() - interval '1 day'\`;
    ^[2m     │^[22m                         ^[31m━━━━━━━━━^[39m
      ^[32mhelp:^[39m ask gatekeeper (its API or its events)

    ^[1mservices/guardian/badges.ts:4:25^[22m  ^[33mwarn^[39m  ^[36munowned-table^[39m
      guardian reads audit_log, which gatekeeper owns

    ^[2m   3 │^[22m export const recent = (sql: Sql) =>
    ^[2m   4 │^[22m   sql\`select actor from audit_log where at > now() - interval '1 day'\`;
    ^[2m     │^[22m                         ^[33m━━━━━━━━━^[39m
      ^[32mhelp:^[39m ask gatekeeper (its API or its events)

    ^[31m✗ 1 error, 1 warning^[39m · 212 files, 640 references (628 own, 6 foreign, 2 unowned, 4 unresolved) · 84 ms
    "
  `);
});
