import { expect, test } from "bun:test";
import { folderOf, platform, violation } from "../fixtures/command-line.ts";
import { schemaErrors } from "../fixtures/report-schema.ts";

const files = {
  ...platform,
  ...violation,
  "services/guardian/more.sql":
    "select count(*) from audit_log_archive;\nselect relname from pg_class;\nselect badge from public.agent_badges;\n",
};

test("facts are a table of who names what", async () => {
  using folder = folderOf(files);
  const { code, out, err } = await folder.freehold(["facts"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(`\n${out}`).toMatchInlineSnapshot(`
    "
    VERDICT  SERVICE     OPERATION     TABLE                OWNER       PLACE
    own      gatekeeper  create-table  audit_log            gatekeeper  services/gatekeeper/migrations/001_create_audit_log.sql:1:14
    own      guardian    select        agent_badges         guardian    services/guardian/badges.ts:3:64
    own      guardian    create-table  agent_badges         guardian    services/guardian/migrations/001_create_agent_badges.sql:1:14
    unowned  guardian    select        audit_log_archive    –           services/guardian/more.sql:1:22
    own      guardian    select        public.agent_badges  guardian    services/guardian/more.sql:3:19
    foreign  guardian    select        audit_log            gatekeeper  services/guardian/recent.ts:4:25

    6 references
    "
  `);
});

test("facts for programs are lines that are as the schema says", async () => {
  using folder = folderOf(files);
  const { code, out } = await folder.freehold(["facts", "--format", "jsonl"]);
  expect(code).toBe(0);
  const lines = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.flatMap((line) => schemaErrors(line, "reference"))).toEqual([]);
  expect(lines[2]).toMatchInlineSnapshot(`
    {
      "access": "schema",
      "client": "sql",
      "column": 14,
      "endColumn": 26,
      "endLine": 1,
      "file": "services/guardian/migrations/001_create_agent_badges.sql",
      "kind": "reference",
      "line": 1,
      "operation": "create-table",
      "owner": "guardian",
      "owners": [
        "guardian",
      ],
      "schema": null,
      "service": "guardian",
      "table": "agent_badges",
      "verdict": "own",
    }
  `);
});

test("filters keep what they name", async () => {
  using folder = folderOf(files);
  const places = async (...args: string[]) => {
    const { out } = await folder.freehold(["facts", "--format", "jsonl", ...args]);
    const lines = out.split("\n").filter((line) => line !== "");
    return lines.map((line) => JSON.parse(line)).map(({ verdict, table }) => `${verdict} ${table}`);
  };
  expect(await places("--service", "gatekeeper")).toEqual(["own audit_log"]);
  expect(await places("--table", "audit_log")).toEqual(["own audit_log", "foreign audit_log"]);
  expect(await places("--table", "audit*", "--service", "guardian")).toEqual([
    "unowned audit_log_archive",
    "foreign audit_log",
  ]);
  expect(await places("--table", "public.agent_badges")).toEqual([
    "own agent_badges",
    "own agent_badges",
    "own agent_badges",
  ]);
  expect(await places("--table", "other.agent_badges")).toEqual([]);
  expect(await places("--verdict", "foreign")).toEqual(["foreign audit_log"]);
  expect(await places("--verdict", "engine")).toEqual(["engine pg_class"]);
});

test("a shared file's reference has the verdict of the service that is asked for", async () => {
  using folder = folderOf({
    ...platform,
    "shared/log.ts":
      'import { sql } from "bun";\nexport const log = () => sql`select actor from audit_log`;\n',
    "services/guardian/log.ts": 'import { log } from "../../shared/log.ts";\nawait log();\n',
    "services/gatekeeper/log.ts": 'import { log } from "../../shared/log.ts";\nawait log();\n',
  });
  const count = async (...args: string[]) =>
    (await folder.freehold(["facts", "--format", "jsonl", "--table", "audit_log", ...args])).out.split("\n")
      .length - 1;
  expect(await count("--service", "guardian", "--verdict", "foreign")).toBe(1);
  expect(await count("--service", "guardian", "--verdict", "own")).toBe(0);
  expect(await count("--service", "gatekeeper", "--verdict", "own")).toBe(2);
});

test("an unknown service is an error with the nearest name, or with all", async () => {
  using folder = folderOf(platform);
  expect(await folder.freehold(["facts", "--service", "guardain"])).toEqual({
    code: 2,
    out: "",
    err: "freehold: unknown service guardain: did you mean guardian?\n",
  });
  expect((await folder.freehold(["facts", "--service", "x"])).err).toBe(
    "freehold: unknown service x: the manifest has gatekeeper, guardian\n",
  );
});

test("what went unread is said beside the facts, and the exit code is 2", async () => {
  using folder = folderOf({ ...platform, "services/guardian/utf16.sql": new Uint8Array([0xff, 0xfe, 0x00]) });
  const { code, out, err } = await folder.freehold(["facts"]);
  expect(code).toBe(2);
  expect(out).toEndWith("\n3 references\n");
  expect(err).toMatchInlineSnapshot(`
    "services/guardian/utf16.sql:1:1 error unread it is not UTF-8; save it as UTF-8 or list it under ignore
    "
  `);
});
