import { expect, test } from "bun:test";
import type { Rule } from "../analysis/model.ts";
import { contextOf } from "../fixtures/findings.ts";
import { schemaErrors } from "../fixtures/report-schema.ts";
import { explain } from "./explain.ts";
import { rulesJson, rulesTable } from "./rules-table.ts";

const rule: Rule = {
  id: "cross-service-read",
  severity: "error",
  summary: "Disallow reading a table that another service owns.",
  why: "An owner cannot change a table's shape while code that it cannot see depends on it.",
  fix: "Ask the owner.",
  examples: {
    bad: {
      "services/billing/total.ts": '\nimport { sql } from "./db.ts";\n\nsql`select total from orders`;\n',
    },
    good: { "services/orders/a.ts": "sql`select total from orders`", "services/orders/b.sql": "select 1;" },
  },
  *check() {},
};
const rules: Rule[] = [
  rule,
  { ...rule, id: "unowned-table", severity: "warn", summary: "Disallow tables without an owner." },
];

test("the list of rules is an aligned table", () => {
  expect(`\n${rulesTable(rules, contextOf())}`).toMatchInlineSnapshot(`
    "
    cross-service-read  error  Disallow reading a table that another service owns.
    unowned-table       warn   Disallow tables without an owner.

    2 rules; freehold explain RULE says more
    "
  `);
});

test("the list of rules for programs is as its schema says", () => {
  const printed: unknown = JSON.parse(rulesJson(rules));
  expect(schemaErrors(printed, "rules")).toEqual([]);
  const { id, severity, summary, why, fix } = rule;
  expect(printed).toEqual({
    version: 1,
    rules: [
      { id, severity, summary, why, fix },
      { id: "unowned-table", severity: "warn", summary: "Disallow tables without an owner.", why, fix },
    ],
  });
});

test("a rule is explained in its own words, with both examples", () => {
  expect(`\n${explain(rule, contextOf())}`).toMatchInlineSnapshot(`
    "
    cross-service-read  error

    Disallow reading a table that another service owns.

    Why: An owner cannot change a table's shape while code that it cannot see depends on it.

    What to do: Ask the owner.

    Wrong:

      services/billing/total.ts
        import { sql } from "./db.ts";

        sql\`select total from orders\`;

    Right:

      services/orders/a.ts
        sql\`select total from orders\`

      services/orders/b.sql
        select 1;
    "
  `);
});
