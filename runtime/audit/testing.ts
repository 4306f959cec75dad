/** What the audit log's tests stand on: a database with its tables, a spool, and a log with small limits. */
import { afterAll, beforeAll, beforeEach } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testDatabases } from "../../deploy/embedded/testing.ts";
import { connect, type Sql } from "../connect/mod.ts";
import { RingLog } from "./log.ts";
import { type AuditEvent, type AuditLogOptions, auditSchema, postgresSink } from "./mod.ts";

// A test file's own, while it runs: files run one after the other.
let url: string;
export let sql: Sql;
export let spool: string;

/** To be called once at the top of a test file: each of its tests has an empty table and an empty spool. */
export function auditTests(): void {
  const databases = testDatabases();
  beforeAll(async () => {
    spool = mkdtempSync(join(tmpdir(), "freehold-audit-"));
    url = await databases.database();
    sql = connect({ service: "gatekeeper", variable: "URL", env: { URL: url } });
    await sql.unsafe(auditSchema);
  });
  afterAll(async () => {
    await sql.end({ timeout: 0 });
    rmSync(spool, { recursive: true });
  });
  beforeEach(async () => {
    await sql`truncate audit_log`;
    for (const name of readdirSync(spool)) rmSync(join(spool, name), { recursive: true });
  });
}

export const open = (options: Partial<AuditLogOptions> = {}) =>
  new RingLog({
    spool,
    sink: postgresSink({ url }),
    ringBytes: 131_072,
    segmentBytes: 2_097_152,
    ...options,
  });

export const event = (change: Partial<AuditEvent> = {}): AuditEvent => ({
  actor: "ada",
  action: "read",
  resource: "/lobby",
  decision: "allow",
  ...change,
});

export const actors = async (): Promise<string[]> =>
  (await sql<{ actor: string }[]>`select actor from audit_log order by writer, sequence`).map(
    ({ actor }) => actor,
  );

/** Logs each, and waits where there is no room. */
export async function logAll(log: ReturnType<typeof open>, names: readonly string[]): Promise<void> {
  for (const actor of names) while (!log.log(event({ actor })).accepted) await log.room();
}
