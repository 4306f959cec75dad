import { expect, test } from "bun:test";
import { baseFiles, manifest } from "../fixtures/rule-tester.ts";
import { compactLine, type Files, modelOf } from "../fixtures/workspace.ts";
import { rules } from "../rules/mod.ts";
import { type CheckOptions, check } from "./check.ts";
import type { Rule } from "./model.ts";

const run = async (files: Files, options?: CheckOptions, some: readonly Rule[] = rules) =>
  check(await modelOf({ ...baseFiles, ...files }), some, options);

const lines = async (files: Files, options?: CheckOptions, some?: readonly Rule[]) =>
  (await run(files, options, some)).findings.map(compactLine);

const reading = "select 1 from orders;\n";
const said = "cross-service-read billing reads orders, which orders owns";

test("a level of the manifest overrides the rule's, and an option overrides both", async () => {
  const files = (rules: object) => ({
    "freehold.json": manifest({ rules }),
    "services/billing/code.sql": reading,
  });
  const at = "services/billing/code.sql:1:15";
  expect(await lines(files({}))).toEqual([`${at} error ${said}`]);
  expect(await lines(files({ "cross-service-read": "warn" }))).toEqual([`${at} warn ${said}`]);
  expect(await lines(files({ "cross-service-read": "off" }))).toEqual([]);
  const error = { levels: { "cross-service-read": "error" } } as const;
  expect(await lines(files({ "cross-service-read": "off" }), error)).toEqual([`${at} error ${said}`]);
});

test("findings are ordered by file, line, column and rule, whatever the order of the rules", async () => {
  const files = {
    "services/billing/b.sql": "select 1;\nselect 1 from orders, rates;\n",
    "services/billing/a.sql": "update orders set id = 1;\ndrop table orders;\n",
    "services/billing/Ö.sql": reading,
  };
  const expected = [
    "services/billing/a.sql:1:8 error cross-service-write billing updates orders, which orders owns",
    "services/billing/a.sql:2:1 error no-schema-in-code billing changes the schema outside of migrations: DROP TABLE orders",
    "services/billing/a.sql:2:12 error cross-service-schema-change billing drops orders, which orders owns",
    `services/billing/b.sql:2:15 error ${said}`,
    "services/billing/b.sql:2:23 error unowned-table billing reads rates, which nobody owns",
    `services/billing/Ö.sql:1:15 error ${said}`,
  ];
  expect(await lines(files)).toEqual(expected);
  expect(await lines(files, {}, rules.toReversed())).toEqual(expected);
});

test("a rule that says the same twice is heard once", async () => {
  const stutter: Rule = {
    ...rules[0]!,
    id: "stut-ter",
    *check({ references }) {
      for (const { at } of references.slice(0, 2)) {
        yield { at, message: "so", help: "no" };
        yield { at, message: "so", help: "no" };
        yield { at, message: "other", help: "no" };
      }
    },
  };
  expect(await lines({}, {}, [stutter])).toEqual([
    "services/billing/customers.ts:3:49 error stut-ter other",
    "services/billing/customers.ts:3:49 error stut-ter so",
    "services/billing/migrations/001_create_invoices.sql:1:14 error stut-ter other",
    "services/billing/migrations/001_create_invoices.sql:1:14 error stut-ter so",
  ]);
});

test("an ignored finding stays, with its reason, and does not count", async () => {
  const files = {
    "services/billing/code.sql": `-- freehold-ignore cross-service-read -- GRV-112 -- by March\n${reading}`,
  };
  const { findings, summary } = await run(files);
  expect(findings.map(({ rule, status, reason }) => ({ rule, status, reason }))).toEqual([
    { rule: "cross-service-read", status: "ignored", reason: "GRV-112 -- by March" },
  ]);
  expect({ errors: summary.errors, warnings: summary.warnings }).toEqual({ errors: 0, warnings: 0 });
});

test("a comment without a reason suppresses nothing: it and the finding beneath both show", async () => {
  const files = { "services/billing/code.sql": `-- freehold-ignore cross-service-read\n${reading}` };
  expect(await lines(files)).toEqual([
    "services/billing/code.sql:1:1 error ignore-without-reason this comment gives no reason, so it suppresses nothing",
    `services/billing/code.sql:2:15 error ${said}`,
  ]);
});

test("a comment covers the next statement only, and the rules that it names only", async () => {
  const comment = "-- freehold-ignore cross-service-read, unowned-table -- GRV-112\n";
  const files = {
    "services/billing/code.sql": `${comment}insert into orders select * from orders, rates;\n${reading}`,
  };
  expect(await lines(files)).toEqual([
    "services/billing/code.sql:2:13 error cross-service-write billing inserts into orders, which orders owns",
    "services/billing/code.sql:2:34 error (ignored) cross-service-read billing reads orders, which orders owns",
    "services/billing/code.sql:2:42 error (ignored) unowned-table billing reads rates, which nobody owns",
    `services/billing/code.sql:3:15 error ${said}`,
  ]);
});

test("the same comment in TypeScript covers the whole next statement", async () => {
  const files = {
    "services/billing/code.ts": `import { sql } from "./database.ts";

export async function all() {
  // freehold-ignore cross-service-read -- GRV-112
  const rows = await sql\`
    select total
    from orders
  \`;
  return [rows, await sql\`select state from orders\`];
}
`,
  };
  expect(await lines(files)).toEqual([
    "services/billing/code.ts:7:10 error (ignored) cross-service-read billing reads orders, which orders owns",
    "services/billing/code.ts:9:45 error cross-service-read billing reads orders, which orders owns",
  ]);
});

test("the summary counts references by verdict, and new findings by severity", async () => {
  const files = {
    "services/billing/code.sql":
      "select 1 from orders, rates, pg_class;\n-- freehold-ignore cross-service-write -- GRV-112\ndelete from orders;\n",
    "services/billing/code.ts":
      'import { sql } from "./database.ts";\n\nexport const all = (table: string) => sql`select * from ${sql(table)}`;\n',
    "services/billing/tests/code.sql": reading,
  };
  expect((await run(files, { milliseconds: 7 })).summary).toEqual({
    files: 8,
    leftOut: 0,
    references: 9,
    own: 3,
    foreign: 4,
    unowned: 1,
    unresolved: 1,
    errors: 3,
    warnings: 1,
    milliseconds: 7,
  });
});

test("inputs that went unread are handed on", async () => {
  const model = await modelOf(baseFiles);
  const problems = [{ file: "services/billing/huge.ts", message: "it is too large" }];
  expect(check({ ...model, problems }, rules).problems).toEqual(problems);
});
