import { expect, test } from "bun:test";
import { boundaries } from "../fixtures/boundaries.ts";
import { folderOf, platform } from "../fixtures/command-line.ts";

const shown = async (...args: string[]) => {
  using folder = folderOf(boundaries);
  const { code, out, err } = await folder.freehold(args);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return `\n${out}`;
};

test("why shows every place, whose word allows it, and the imports that lead there", async () => {
  expect(await shown("why", "guardian", "audit_log")).toMatchInlineSnapshot(`
    "
    services/guardian/note.ts:3:43  insert audit_log in note  postgres.js
      gatekeeper owns it; "uses" allows it until 2999-12-31: GRV-112 makes it an event

    services/guardian/recent.ts:4:25  select audit_log in recent  postgres.js
      gatekeeper owns it, and no entry under "uses" names this

    shared/last.ts:3:49  select audit_log in last  postgres.js
      gatekeeper owns it, and no entry under "uses" names this
      through services/guardian/page.ts → shared/last.ts

    3 places
    "
  `);
  expect(await shown("why", "gatekeeper", "agent_badges")).toBe("\ngatekeeper does not reach agent_badges\n");
  using folder = folderOf(platform);
  expect(await folder.freehold(["why", "gaurdian", "audit_log"])).toEqual({
    code: 2,
    out: "",
    err: "freehold: unknown service gaurdian: did you mean guardian?\n",
  });
});

test("why says what it cannot know, and takes no mistyped table for one that nobody reaches", async () => {
  using folder = folderOf({
    ...platform,
    "freehold.json": platform["freehold.json"].replace('["agent_badges"]', '["agent_badges", "badge_*"]'),
    "services/guardian/any.ts":
      'import { sql } from "./database.ts";\n\nexport const any = (table: string) => sql`select 1 from ${sql(table)}`;\n',
  });
  expect(await folder.freehold(["why", "guardian", "audit_log"])).toEqual({
    code: 0,
    out: "guardian does not reach audit_log; in 1 place its table is not known\n",
    err: "",
  });
  expect((await folder.freehold(["why", "guardian", "agent_badges"])).out).toEndWith(
    "; in 1 place its table is not known\n",
  );
  expect((await folder.freehold(["why", "guardian", "badge_2026"])).code).toBe(0);
  expect(await folder.freehold(["why", "guardian", "audit_lgo"])).toEqual({
    code: 2,
    out: "",
    err: "freehold: no code and no manifest names a table audit_lgo: did you mean audit_log?\n",
  });
});

test("status is the boundary table with its dates, and the transfers with what is still open", async () => {
  expect(await shown("status")).toMatchInlineSnapshot(`
    "
    TABLE          OWNER       OTHERS
    audit_log      gatekeeper  guardian reads, writes (until 2999-12-31 through services/guardian/note.ts): 2 places not allowed
    audit_summary  gatekeeper  published; guardian reads (allowed)
    agent_badges   guardian    –

    TRANSFER       FROM      TO          BY          STATE                                                                                           ACTION
    audit_summary  guardian  gatekeeper  2020-01-31  done                                                                                            move the view's migration
    agent_badges   guardian  gatekeeper  2020-01-31  overdue: gatekeeper does not own it yet, guardian still owns it, services/guardian/badges.ts:3  serve GET /badges
    audit_log      guardian  gatekeeper  –           pending: services/guardian/recent.ts:4, shared/last.ts:3                                        stop reading it

    3 tables · 2 uses by others · 2 places not allowed · 1 of 3 transfers done
    "
  `);
  expect(await shown("status", "--format", "markdown")).toMatchInlineSnapshot(`
    "
    | table | owner | others |
    | --- | --- | --- |
    | \`audit_log\` | gatekeeper | guardian reads, writes (until 2999-12-31 through services/guardian/note.ts): 2 places not allowed |
    | \`audit_summary\` | gatekeeper | published; guardian reads (allowed) |
    | \`agent_badges\` | guardian | – |

    | transfer |  | by | state | action |
    | --- | --- | --- | --- | --- |
    | \`audit_summary\` | guardian → gatekeeper | 2020-01-31 | done | move the view's migration |
    | \`agent_badges\` | guardian → gatekeeper | 2020-01-31 | overdue: gatekeeper does not own it yet, guardian still owns it, services/guardian/badges.ts:3 | serve GET /badges |
    | \`audit_log\` | guardian → gatekeeper | – | pending: services/guardian/recent.ts:4, shared/last.ts:3 | stop reading it |

    3 tables · 2 uses by others · 2 places not allowed · 1 of 3 transfers done
    "
  `);
});

test("map draws owners, tables and who reaches for them", async () => {
  expect(await shown("map")).toMatchInlineSnapshot(`
    "
    flowchart LR
      subgraph s0["gatekeeper"]
        t0[("audit_log")]
        t1[("audit_summary")]
      end
      subgraph s1["guardian"]
        t2[("agent_badges")]
      end
      s1 -->|read, write| t0
      s1 -.->|read| t1
      linkStyle 0 stroke:#c00,stroke-width:2px
    "
  `);
  expect(await shown("map", "--format", "dot")).toMatchInlineSnapshot(`
    "
    digraph freehold {
      rankdir=LR
      compound=true
      subgraph cluster_0 {
        label="gatekeeper"
        s0 [shape=point style=invis]
        t0 [shape=cylinder label="audit_log"]
        t1 [shape=cylinder label="audit_summary"]
      }
      subgraph cluster_1 {
        label="guardian"
        s1 [shape=point style=invis]
        t2 [shape=cylinder label="agent_badges"]
      }
      s1 -> t0 [ltail=cluster_1 label="read, write" color="#cc0000"]
      s1 -> t1 [ltail=cluster_1 label="read" style=dashed]
    }
    "
  `);
});

test("what went unread is said, and is no success", async () => {
  using folder = folderOf({
    ...platform,
    "services/guardian/latin1.sql": new Uint8Array([0x2d, 0x2d, 0xe9]),
  });
  for (const args of [["why", "guardian", "audit_log"], ["status"], ["map"]]) {
    const { code, err } = await folder.freehold(args);
    expect({ code, err }).toEqual({
      code: 2,
      err: "services/guardian/latin1.sql:1:1 error unread it is not UTF-8; save it as UTF-8 or list it under ignore\n",
    });
  }
});

test("a table that is gone at the head of its owner's migrations is no row, and one that they leave is", async () => {
  using folder = folderOf({
    "freehold.json": '{ "services": { "log": { "path": "log", "owns": ["log", "log_*"] } } }',
    "log/migrations/001_log.sql":
      "create table log (at timestamptz) partition by range (at);\ncreate table log_rest partition of log default;\n",
    "log/migrations/002_wider.sql": "alter table log_rest rename to log_old;\ndrop table log_old;\n",
    "log/migrations/002_wider.down.sql": "create table log_back (at timestamptz);\ndrop table log_back;\n",
    "log/migrations/003_rest.sql": "create table log_all partition of log default;\n",
  });
  const { out } = await folder.freehold(["status"]);
  expect(out.match(/^log\S*/gm)).toEqual(["log", "log_all"]);
});
