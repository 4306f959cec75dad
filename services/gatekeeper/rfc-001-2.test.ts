/**
 * The verification steps of RFC-001 phase 2 (scaling and migrations), by their names there. The bounds on latency are budgets
 * of the benchmark, since a test that asserts a time proves the machine. `test_audit_buffering_latency` (5 ms) and the impact
 * that it names (0.1 ms): `freehold bench audit --short --budget 'p99<5ms,p99<100us'`.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { type EmbeddedPostgres, startPostgres } from "../../deploy/embedded/mod.ts";
import { type ServiceProcess, startService } from "../../scripts/platform.ts";
import { preparePlatform } from "../../scripts/platform-roles.ts";

let server: EmbeddedPostgres;
let gatekeeper: ServiceProcess;
let sql: postgres.Sql;
let spool: string;

beforeAll(async () => {
  server = await startPostgres({ auth: "password" });
  spool = await mkdtemp(join(tmpdir(), "freehold-rfc-"));
  const { env } = await preparePlatform(server, { name: "rfc" });
  gatekeeper = await startService("gatekeeper", { ...env, GATEKEEPER_AUDIT_SPOOL: spool });
  sql = postgres({ ...server.driverOptions({ database: "rfc" }), max: 1 });
});
afterAll(async () => {
  await Promise.all([gatekeeper.stop(), sql.end({ timeout: 1 })]);
  await server.stop();
  await rm(spool, { recursive: true });
});

describe("RFC-001-2", () => {
  test("3.1 test_audit_buffering_persistence: the event appears in the database", async () => {
    const question = { actor: "agent:7", action: "POST", resource: "/lobby/rooms/a/messages" };
    const response = await fetch(new URL("/check", gatekeeper.url), {
      method: "POST",
      body: JSON.stringify(question),
    });
    expect(response.status).toBe(200);
    const rows = () => sql`select actor, action, resource, decision, sequence from audit_log`;
    while ((await rows()).length === 0) await Bun.sleep(2);
    expect([...(await rows())]).toEqual([{ ...question, decision: "allow", sequence: "1" }]);
  });

  test("3.2 service schema validation: a start says that the schema is versioned and the audit log at work", () => {
    const lines = gatekeeper.said
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "UUID")
      .split("\n");
    expect(lines).toEqual([
      "gatekeeper: schema at version 3 (3 applied)",
      "gatekeeper: audit log opened, writer UUID",
      `gatekeeper: listening at ${gatekeeper.url.href}`,
      "",
    ]);
  });

  test("3.3 database table check: the version table shows where the schema is", async () => {
    const rows =
      await sql`select version, name from freehold_gatekeeper.migration order by version desc limit 1`;
    expect([...rows]).toEqual([{ version: 3, name: "003_lighter_indexes" }]);
  });
});
