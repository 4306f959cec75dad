import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type Sql } from "freehold/connect";
import { type EmbeddedPostgres, startPostgres } from "../../deploy/embedded/mod.ts";
import { freePort } from "../../fixtures/free-port.ts";
import { type ServiceProcess, startService } from "../../scripts/platform.ts";
import { preparePlatform } from "../../scripts/platform-roles.ts";
import type { Running } from "../chassis.ts";
import { start } from "./main.ts";

let server: EmbeddedPostgres;
let env: Record<string, string>;
let gatekeeper: Running;
let guardian: ServiceProcess;
let sql: Sql;

let spool: string;

beforeAll(async () => {
  server = await startPostgres({ auth: "password" });
  spool = await mkdtemp(join(tmpdir(), "freehold-gatekeeper-"));
  const database = await preparePlatform(server);
  guardian = await startService("guardian", database.env);
  env = {
    ...database.env,
    GATEKEEPER_AUDIT_SPOOL: spool,
    // What a stop keeps is told apart from how fast this machine is.
    GATEKEEPER_AUDIT_CLOSE_DEADLINE_MS: "120000",
    GATEKEEPER_GUARDIAN_TIMEOUT_MS: "120000",
    GUARDIAN_URL: guardian.url.href,
  };
  gatekeeper = await start(env);
  sql = connect({ service: "admin", variable: "URL", env: { URL: database.url } });
});
afterAll(async () => {
  await Promise.all([gatekeeper.stop(), guardian.stop(), sql.end({ timeout: 0 })]);
  await server.stop();
  await rm(spool, { recursive: true });
});
beforeEach(async () => {
  await settled();
  await sql`truncate audit_log`;
});

const send = (path: string, init?: RequestInit) => fetch(new URL(path, gatekeeper.url), init);
const check = (question: unknown) => send("/check", { method: "POST", body: JSON.stringify(question) });
const body = async (response: Response) => ({ status: response.status, body: await response.json() });

/** Waits until every event that was accepted is stored: one that comes after the table was emptied counts for the next test. */
async function settled(): Promise<void> {
  for (;;) {
    const { audit } = (await (await send("/health")).json()) as { audit: { unstored: number } };
    if (audit.unstored === 0) return;
    await Bun.sleep(2);
  }
}

/** Waits until as many events are in the table: the buffer stores them a moment after the answer. */
async function audited(count: number): Promise<Record<string, unknown>[]> {
  for (;;) {
    const rows = await sql`select actor, action, resource, decision, detail from audit_log order by sequence`;
    if (rows.length >= count) return rows.map((row) => ({ ...row }));
    await Bun.sleep(2);
  }
}

describe("gatekeeper", () => {
  test("decides by its policy, and audits every decision", async () => {
    const post = { actor: "agent:7", action: "POST", resource: "/lobby/rooms/a/messages" };
    const drop = { actor: "agent:7", action: "DELETE", resource: "/lobby/rooms/a" };
    expect(await body(await check(post))).toEqual({
      status: 200,
      body: { decision: "allow", rule: "agents write to the lobby" },
    });
    expect(await body(await check(drop))).toEqual({
      status: 200,
      body: { decision: "deny", rule: "nothing allows it" },
    });
    expect(await audited(2)).toEqual([
      { ...post, decision: "allow", detail: { rule: "agents write to the lobby" } },
      { ...drop, decision: "deny", detail: { rule: "nothing allows it" } },
    ]);
  });

  test("asks guardian for the badge that a rule needs", async () => {
    const report = { actor: "agent:8", action: "POST", resource: "/telemetry/samples" };
    expect(await (await check(report)).json()).toEqual({ decision: "deny", rule: "nothing allows it" });
    await fetch(new URL("/badges", guardian.url), {
      method: "POST",
      headers: { "x-actor": "operator:ada" },
      body: JSON.stringify({ agent: "agent:8", badge: "reporter" }),
    });
    expect(await (await check(report)).json()).toEqual({
      decision: "allow",
      rule: "reporters send telemetry",
    });
  });

  test("takes no answer from guardian for a no", async () => {
    const alone = await start({ ...env, GUARDIAN_URL: `http://127.0.0.1:${freePort()}/` });
    const question = { actor: "agent:8", action: "POST", resource: "/telemetry/samples" };
    const response = await fetch(new URL("/check", alone.url), {
      method: "POST",
      body: JSON.stringify(question),
    });
    expect(await response.json()).toEqual({ decision: "deny", rule: "nothing allows it" });
    await alone.stop();
  });

  test("shows its audit log page by page, latest first, each event once", async () => {
    // A page ends between two of the same moment, of which the latest is the one that came last.
    await sql`
      insert into audit_log (writer, sequence, id, at, actor, action, resource, decision)
      select ${crypto.randomUUID()}, n, gen_random_uuid(), timestamptz '2026-11-21T10:00:00Z' + n / 2 * interval '1 ms',
        'ada', 'GET', '/lobby/' || n, 'allow'
      from generate_series(0, 4) as n`;
    const seen: string[][] = [];
    let path = "/audit?limit=2";
    for (;;) {
      const page = (await (await send(path)).json()) as {
        events: { resource: string }[];
        next: string | null;
      };
      seen.push(page.events.map(({ resource }) => resource));
      if (page.next === null) break;
      path = `/audit?limit=2&cursor=${page.next}`;
    }
    expect(seen).toEqual([["/lobby/4", "/lobby/3"], ["/lobby/2", "/lobby/1"], ["/lobby/0"]]);
    expect(await (await send("/audit?actor=nobody")).json()).toEqual({ events: [], next: null });
  });

  test("shows of its audit log what is asked for", async () => {
    await check({ actor: "ada", action: "GET", resource: "/lobby/a" });
    await check({ actor: "ada", action: "DELETE", resource: "/lobby/a" });
    await check({ actor: "bob", action: "GET", resource: "/lobby/b" });
    await audited(3);
    const asked = async (query: string) => {
      const { events } = (await (await send(`/audit?${query}`)).json()) as {
        events: Record<string, string>[];
      };
      return events.map(({ actor, action, resource }) => `${actor} ${action} ${resource}`);
    };
    const [first, second, third] = ["ada GET /lobby/a", "ada DELETE /lobby/a", "bob GET /lobby/b"];
    expect(await asked("actor=ada")).toEqual([second, first]);
    expect(await asked("action=GET")).toEqual([third, first]);
    expect(await asked("resource=/lobby/a&action=GET")).toEqual([first]);
    expect(await asked("decision=deny")).toEqual([second]);
    const [row] = await sql`select at from audit_log where actor = 'bob'`;
    const moment = encodeURIComponent(row!["at"].toISOString());
    expect(await asked(`since=${moment}`)).toContain(third);
    expect(await asked(`until=${moment}`)).not.toContain(third);
    expect(await asked("since=2999-01-01T00:00:00Z")).toEqual([]);
  });

  test("decides by the rules of another file, and is not started with one that holds none", async () => {
    const file = join(spool, "policy.json");
    const rule = { name: "closed", actor: "*", action: "*", resource: "*", decision: "deny" };
    await Bun.write(file, JSON.stringify([rule]));
    const other = await start({ ...env, GATEKEEPER_POLICY: file });
    const question = { actor: "operator:ada", action: "GET", resource: "/lobby/x" };
    const response = await fetch(new URL("/check", other.url), {
      method: "POST",
      body: JSON.stringify(question),
    });
    expect(await response.json()).toEqual({ decision: "deny", rule: "closed" });
    await other.stop();
    await Bun.write(file, JSON.stringify([{ ...rule, decision: "perhaps" }]));
    await expect(start({ ...env, GATEKEEPER_POLICY: file })).rejects.toThrow(
      `the policy ${file} is none: 0.decision: Invalid option: expected one of "allow"|"deny"`,
    );
    await expect(start({ ...env, GATEKEEPER_POLICY: join(spool, "nowhere.json") })).rejects.toThrow(
      /^the policy .*nowhere\.json cannot be read: /,
    );
  });

  test("keeps what a stranger sends in a form that can be stored", async () => {
    await check({ actor: "half \ud83d", action: "GET", resource: "/lobby/\0" });
    expect(await audited(1)).toMatchObject([{ actor: "half \ufffd", resource: "/lobby/\ufffd" }]);
  });

  const wrong: [string, () => Promise<Response>, number, string][] = [
    ["no JSON", () => send("/check", { method: "POST", body: "{" }), 400, "the body must be JSON"],
    [
      "a part missing",
      () => check({ actor: "a", action: "b" }),
      400,
      "resource: Invalid input: expected string, received undefined",
    ],
    [
      "a part too many",
      () => check({ actor: "a", action: "b", resource: "c", x: 1 }),
      400,
      'Unrecognized key: "x"',
    ],
    [
      "a limit that is none",
      () => send("/audit?limit=0"),
      400,
      "limit: Too small: expected number to be >=1",
    ],
    ["a time that is none", () => send("/audit?since=yesterday"), 400, "since: Invalid ISO datetime"],
    [
      "a cursor of its own making",
      () => send("/audit?cursor=abc"),
      400,
      "cursor: take it from the page before",
    ],
    ["a path that is none", () => send("/nowhere"), 404, "gatekeeper has nothing at /nowhere"],
  ];
  for (const [what, ask, status, error] of wrong) {
    test(`answers ${what} with ${status}`, async () => {
      expect(await body(await ask())).toEqual({ status, body: { error } });
    });
  }

  test("tells its health, and when it has none", async () => {
    expect(await body(await send("/health"))).toEqual({
      status: 200,
      body: {
        service: "gatekeeper",
        status: "ok",
        audit: { health: "ok", reasons: [], unstored: expect.any(Number) },
      },
    });
  });

  test("shows its audit log's figures to Prometheus", async () => {
    await check({ actor: "ada", action: "GET", resource: "/lobby/x" });
    await audited(1);
    const response = await send("/metrics");
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const text = await response.text();
    expect(text).toMatch(/^freehold_audit_accepted_total [1-9]\d*$/m);
    expect(text).toContain('freehold_audit_health{state="ok"} 1\n');
  });

  test("keeps what its database does not take in time, says so, and stores it at the next start", async () => {
    const { url, env: variables } = await preparePlatform(server);
    const own = { ...env, ...variables, GATEKEEPER_AUDIT_CLOSE_DEADLINE_MS: "200" };
    const other = await startService("gatekeeper", own);
    const admin = connect({ service: "admin", variable: "URL", env: { URL: url }, poolSize: 1 });
    await admin`alter table audit_checkpoint rename to audit_log_elsewhere`;
    const question = { actor: "last", action: "GET", resource: "/lobby/x" };
    await fetch(new URL("/check", other.url), { method: "POST", body: JSON.stringify(question) });
    const { code, complaints } = await other.stop();
    expect(code).toBe(1);
    expect(complaints).toContain(
      "gatekeeper: 1 audit events are not in the database; they wait in the spool",
    );
    await admin`alter table audit_log_elsewhere rename to audit_checkpoint`;
    const next = await start(own);
    const rows = () => admin`select actor from audit_log`;
    while ((await rows()).length === 0) await Bun.sleep(2);
    expect(await rows()).toMatchObject([{ actor: "last" }]);
    expect(await next.stop()).toBe(0);
    await admin.end({ timeout: 0 });
  });

  test("allows nothing that it cannot audit", async () => {
    const { url, env: variables } = await preparePlatform(server);
    // What is refused stays in the spool, and is nobody else's.
    const other = await start({ ...env, ...variables, GATEKEEPER_AUDIT_SPOOL: join(spool, "own") });
    const admin = connect({ service: "admin", variable: "URL", env: { URL: url }, poolSize: 1 });
    const ask = (path: string, init?: RequestInit) => fetch(new URL(path, other.url), init);
    const decided = () =>
      ask("/check", {
        method: "POST",
        body: JSON.stringify({ actor: "ada", action: "GET", resource: "/lobby/x" }),
      });
    expect((await decided()).status).toBe(200);
    while ((await admin`select from audit_log`).length === 0) await Bun.sleep(2);
    // As another process does that takes its folder over.
    await admin`update audit_checkpoint set epoch = epoch + 1, holder = gen_random_uuid()`;
    let answer = await decided();
    while (answer.status === 200) answer = await decided();
    expect(await body(answer)).toEqual({
      status: 503,
      body: { error: expect.stringContaining("another process has taken this audit log's writer over") },
    });
    expect((await ask("/health")).status).toBe(503);
    expect(await other.stop()).toBe(1);
    await admin.end({ timeout: 0 });
  });

  test("stores what it has audited before it stops", async () => {
    const other = await start(env);
    const question = { actor: "last", action: "GET", resource: "/lobby/x" };
    await fetch(new URL("/check", other.url), { method: "POST", body: JSON.stringify(question) });
    expect(await other.stop()).toBe(0);
    expect((await sql`select actor from audit_log`).map(({ actor }) => actor)).toEqual(["last"]);
  });

  test("is not started without its own variable, or behind its schema", async () => {
    await expect(start({})).rejects.toThrow("gatekeeper needs GATEKEEPER_DATABASE_URL, which is not set");
    await expect(start({ ...env, GATEKEEPER_AUDIT_SPOOL: "" })).rejects.toThrow(
      "gatekeeper needs GATEKEEPER_AUDIT_SPOOL, which is not set: a folder that outlives the process.",
    );
    const empty = await server.createDatabase();
    await expect(start({ GATEKEEPER_DATABASE_URL: empty })).rejects.toThrow(
      "gatekeeper: the schema is at version 0, and this code needs 001_create_audit_log, 002_audit_log_by_month, 003_lighter_indexes",
    );
    await expect(start({ ...env, GUARDIAN_URL: "guardian" })).rejects.toThrow(
      'GUARDIAN_URL must be an http or https URL, but is "guardian".',
    );
    await expect(start({ ...env, GATEKEEPER_GUARDIAN_TIMEOUT_MS: "soon" })).rejects.toThrow(
      'GATEKEEPER_GUARDIAN_TIMEOUT_MS must be a whole number of milliseconds, but is "soon".',
    );
    await expect(start({ ...env, GATEKEEPER_PORT: "http" })).rejects.toThrow(
      'GATEKEEPER_PORT must be a port from 0 to 65535, but is "http".',
    );
  });
});
