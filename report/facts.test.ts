import { expect, test } from "bun:test";
import type { Reference } from "../analysis/model.ts";
import { contextOf, placeOf } from "../fixtures/findings.ts";
import { schemaErrors } from "../fixtures/report-schema.ts";
import { factsJsonl } from "./facts-jsonl.ts";
import { factsTable } from "./facts-table.ts";

const text = "sql`select actor from audit_log`\n";
const known: Reference = {
  client: "postgres.js",
  at: placeOf("services/guardian/badges.ts", text, "audit_log"),
  schema: null,
  table: "audit_log",
  reason: null,
  operation: "select",
  access: "read",
  services: ["guardian"],
  judgements: [{ service: "guardian", verdict: "foreign", owners: ["gatekeeper"], use: null, chain: [] }],
  verdict: "foreign",
  owners: ["gatekeeper"],
  dependency: null,
  test: false,
  migration: null,
  enclosing: null,
  statement: "select actor from audit_log",
  origin: null,
};
const references: Reference[] = [
  known,
  {
    ...known,
    schema: "public",
    services: ["gatekeeper", "lobby"],
    verdict: "own",
    operation: "create-table",
    access: "schema",
  },
  {
    ...known,
    table: null,
    reason: "the name comes from \u001b[2J",
    services: [],
    owners: [],
    verdict: "unresolved",
    operation: null,
    access: null,
  },
];

test("facts for programs are one object a line, each as the schema says", () => {
  const lines = factsJsonl(references).split("\n");
  expect(lines.pop()).toBe("");
  const printed = lines.map((line): unknown => JSON.parse(line));
  expect(printed.flatMap((line) => schemaErrors(line, "reference"))).toEqual([]);
  const place = { file: "services/guardian/badges.ts", line: 1, column: 23, endLine: 1, endColumn: 32 };
  expect(printed).toEqual([
    {
      kind: "reference",
      service: "guardian",
      ...place,
      schema: null,
      table: "audit_log",
      access: "read",
      operation: "select",
      client: "postgres.js",
      verdict: "foreign",
      owner: "gatekeeper",
      owners: ["gatekeeper"],
    },
    {
      kind: "reference",
      service: "gatekeeper",
      ...place,
      schema: "public",
      table: "audit_log",
      access: "schema",
      operation: "create-table",
      client: "postgres.js",
      verdict: "own",
      owner: "gatekeeper",
      owners: ["gatekeeper"],
    },
    {
      kind: "reference",
      service: null,
      ...place,
      schema: null,
      table: null,
      access: null,
      operation: null,
      client: "postgres.js",
      verdict: "unresolved",
      owner: null,
      owners: [],
      reason: "the name comes from \u001b[2J",
    },
  ]);
});

test("parts of the facts, one after the other, are the whole", () => {
  expect(factsJsonl(references.slice(0, 1)) + factsJsonl(references.slice(1))).toBe(factsJsonl(references));
});

test("facts for people are an aligned table", () => {
  expect(`\n${factsTable(references, contextOf())}`).toMatchInlineSnapshot(`
    "
    VERDICT     SERVICE            OPERATION     TABLE                            OWNER       PLACE
    foreign     guardian           select        audit_log                        gatekeeper  services/guardian/badges.ts:1:23
    own         gatekeeper, lobby  create-table  public.audit_log                 gatekeeper  services/guardian/badges.ts:1:23
    unresolved  –                  ?             ? (the name comes from \\x1b[2J)  –           services/guardian/badges.ts:1:23

    3 references
    "
  `);
  expect(factsTable([], contextOf())).toBe("0 references\n");
});
