import { afterAll, afterEach, beforeEach, expect, setSystemTime, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testDatabases } from "../deploy/embedded/testing.ts";
import { type Folder, folderOf } from "../fixtures/command-line.ts";
import { auditSchema, createAuditLog, postgresSink } from "../runtime/audit/mod.ts";
import { connect, type Sql } from "../runtime/connect/mod.ts";

const databases = testDatabases();
const spool = mkdtempSync(join(tmpdir(), "freehold-audit-cli-"));
afterAll(() => rmSync(spool, { recursive: true }));
let folder: Folder;
let url: string;
let sql: Sql;
beforeEach(async () => {
  folder = folderOf({
    "freehold.json": `{ "services": { "gatekeeper": {
      "path": "services/gatekeeper", "database": "GATEKEEPER_DATABASE_URL", "owns": ["audit_log", "audit_log_*", "audit_checkpoint"]
    } } }`,
    "services/gatekeeper/main.ts": "",
  });
  url = await databases.database();
  sql = connect({ service: "test", variable: "URL", env: { URL: url } });
  await sql.unsafe(auditSchema);
});
afterEach(async () => {
  setSystemTime();
  folder[Symbol.dispose]();
  await sql.end({ timeout: 0 });
});

const freehold = (...args: string[]) =>
  folder.freehold(["audit", ...args], { env: { GATEKEEPER_DATABASE_URL: url } });

async function logged(...events: [actor: string, at: number][]): Promise<void> {
  const log = createAuditLog({
    spool,
    sink: postgresSink({ url }),
    ringBytes: 131_072,
    segmentBytes: 2_097_152,
  });
  for (const [actor, at] of events)
    log.log({ actor, at, action: "read", resource: "/lobby", decision: "allow" });
  await log.stored();
  await log.close();
}

test("tail and export show what is there, in order, without what could drive a terminal", async () => {
  const at = Date.UTC(2026, 10, 21);
  await logged(["ada", at], ["bob\u001b[2J", at + 1000], ["eve", at + 2000]);
  expect(await freehold("tail", "--lines", "2")).toEqual({
    code: 0,
    out: `2026-11-21T00:00:01.000Z  allow   bob\\x1b[2J  read  /lobby
2026-11-21T00:00:02.000Z  allow   eve  read  /lobby
`,
    err: "",
  });
  const { out } = await freehold(
    "export",
    "--from",
    "2026-11-21T00:00:01Z",
    "--to",
    "2026-11-22",
    "--actor",
    "eve",
  );
  expect(
    out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toMatchObject([{ actor: "eve", sequence: 3, detail: null }]);
});

test("tail --follow shows each event as it is stored, once, whatever was under way when it began", async () => {
  await logged(["old", Date.now()], ["ada", Date.now()]);
  // It begins before the tail, and is committed after: with a time of its own that is past by then.
  const under = await sql.reserve();
  const writer = crypto.randomUUID();
  await under`begin`;
  await under`insert into audit_log (writer, sequence, id, at, actor, action, resource, decision)
    values (${writer}, 1, gen_random_uuid(), now(), 'slow', 'read', '/', 'allow')`;
  await under`insert into audit_checkpoint (writer, holder, sequence) values (${writer}, ${writer}, 1)`;
  const end = new AbortController();
  const shown: string[] = [];
  const reached = new Map<string, () => void>();
  const seen = (actor: string) => new Promise<void>((resolve) => reached.set(actor, resolve));
  const first = seen("ada");
  const followed = folder.freehold(["audit", "tail", "--follow", "--lines", "1", "--format", "jsonl"], {
    env: { GATEKEEPER_DATABASE_URL: url },
    signal: end.signal,
    out(text) {
      const { actor } = JSON.parse(text);
      shown.push(actor);
      reached.get(actor)?.();
    },
  });
  await first;
  const [slow, bob] = [seen("slow"), seen("bob")];
  await under`commit`;
  under.release();
  await slow;
  await logged(["eve", Date.now()], ["bob", Date.now()]);
  await bob;
  end.abort();
  expect(await followed).toMatchObject({ code: 0, err: "" });
  expect(shown).toEqual(["ada", "slow", "eve", "bob"]);
});

test("drain stores what a process that never came back has left", async () => {
  await sql`alter table audit_checkpoint rename to away`;
  const log = createAuditLog({
    spool,
    sink: postgresSink({ url }),
    ringBytes: 131_072,
    segmentBytes: 2_097_152,
  });
  log.log({ actor: "ada", action: "read", resource: "/lobby", decision: "allow" });
  await log.durable();
  expect(await log.close({ deadlineMs: 0 })).toMatchObject({ stored: 0, spooled: 1 });
  expect(await freehold("drain", "--spool", spool, "--deadline-ms", "0")).toMatchObject({
    code: 1,
    out: "0 events of 0 writers stored, 1 writer still has something\n",
  });
  // What keeps it from storing is told; once that is mended, it stores.
  const complaints: string[] = [];
  let mended: Promise<unknown> | null = null;
  const drained = folder.freehold(["audit", "drain", "--spool", spool], {
    env: { GATEKEEPER_DATABASE_URL: url },
    err(text) {
      complaints.push(text);
      mended ??= sql`alter table away rename to audit_checkpoint`.execute();
    },
  });
  expect(await drained).toMatchObject({ code: 0, out: "1 event of 1 writer stored\n" });
  await mended;
  expect(complaints[0]).toBe('relation "audit_checkpoint" does not exist\n');
  expect(readdirSync(spool)).toEqual([]);
  expect(await sql`select actor from audit_log`).toMatchObject([{ actor: "ada" }]);
});

test("replay stores what the table refused once it takes it, each event once", async () => {
  await sql`alter table audit_log add constraint no_eve check (actor <> 'eve')`;
  await sql`alter table audit_log add constraint no_mallory check (actor <> 'mallory')`;
  const at = Date.UTC(2026, 10, 21);
  await logged(["ada", at], ["eve", at + 1000.25], ["mallory", at + 2000]);
  await sql`alter table audit_log drop constraint no_eve`;
  const [writer] = readdirSync(spool);
  const letters = join(spool, writer!, "dead-letters.jsonl");
  const before = readFileSync(letters, "utf8");
  const refused = await freehold("replay", "--spool", spool);
  expect(refused).toMatchObject({ code: 1, out: "1 dead letter of 1 writer stored\n" });
  expect(refused.err).toMatch(/^1 refused: new row .* violates check constraint "no_mallory"\n$/);
  // A crash before the file was written anew.
  writeFileSync(letters, before);
  await sql`alter table audit_log drop constraint no_mallory`;
  expect(await freehold("replay", "--spool", spool)).toEqual({
    code: 0,
    out: "1 dead letter of 1 writer stored, 1 was there already\n",
    err: "",
  });
  expect(readdirSync(spool)).toEqual([]);
  const rows = await sql`select actor, action, at from audit_log order by at, writer, sequence`;
  expect(rows.filter(({ action }) => action === "read").map((row) => ({ ...row }))).toEqual([
    { actor: "ada", action: "read", at: new Date(at) },
    { actor: "eve", action: "read", at: new Date(at + 1000) },
    { actor: "mallory", action: "read", at: new Date(at + 2000) },
  ]);
  expect(await sql`select to_char(at, 'SS.US') as at from audit_log where actor = 'eve'`).toMatchObject([
    { at: "01.000250" },
  ]);
  // The rows that stand for them where they were refused have their ids.
  expect(
    await sql`select count(*)::int as count from audit_log as row join audit_log as event using (id)
      where row.action = 'audit.dead-letter' and event.action = 'read'`,
  ).toMatchObject([{ count: 2 }]);
});

test("the connection may be given in parts", async () => {
  const parts = (more: string) => ({
    "freehold.json": `{ "services": { "gatekeeper": { "path": "services/gatekeeper",
      "database": { "host": "DB_HOST", "name": "DB_NAME"${more} },
      "owns": ["audit_log", "audit_log_*", "audit_checkpoint"] } } }`,
  });
  folder.write(parts(', "user": "DB_USER"'));
  const { username, hostname, pathname } = new URL(url);
  const env = {
    DB_HOST: decodeURIComponent(hostname),
    DB_NAME: decodeURIComponent(pathname.slice(1)),
    DB_USER: decodeURIComponent(username),
  };
  const run = (...args: string[]) => folder.freehold(["audit", ...args], { env });
  await logged(["ada", Date.UTC(2026, 10, 21)]);
  expect((await run("tail")).out).toBe("2026-11-21T00:00:00.000Z  allow   ada  read  /lobby\n");
  await sql`alter table audit_checkpoint rename to away`;
  const log = createAuditLog({ spool, sink: postgresSink({ url }) });
  log.log({ actor: "bob", action: "read", resource: "/lobby", decision: "allow" });
  await log.durable();
  await log.close({ deadlineMs: 0 });
  await sql`alter table away rename to audit_checkpoint`;
  expect(await run("drain", "--spool", spool)).toEqual({
    code: 0,
    out: "1 event of 1 writer stored\n",
    err: "",
  });
  folder.write(parts(""));
  expect((await run("tail")).err).toBe(
    'freehold: the manifest gives gatekeeper\'s "database" in parts, and host, name and user are not all among them: add what is missing\n',
  );
});

test("maintain, prune and erase connect as the migrator, the others as the app", async () => {
  folder.write({
    "freehold.json": `{ "services": { "gatekeeper": { "path": "services/gatekeeper", "database": "APP_URL",
      "migrate": "MIGRATOR_URL", "owns": ["audit_log", "audit_log_*", "audit_checkpoint"] } } }`,
  });
  const commands = [
    [["maintain", "--ahead", "0"], "MIGRATOR_URL"],
    [["prune", "--keep-months", "1"], "MIGRATOR_URL"],
    [["erase", "--actor", "a", "--by", "b", "--reason", "c"], "MIGRATOR_URL"],
    [["tail"], "APP_URL"],
    [["export"], "APP_URL"],
    [["drain", "--spool", spool], "APP_URL"],
    [["replay", "--spool", spool], "APP_URL"],
  ] as const;
  for (const [command, variable] of commands) {
    const run = (env: Record<string, string>) => folder.freehold(["audit", ...command], { env });
    expect(await run({ [variable]: url })).toMatchObject({ code: 0, err: "" });
    const other = variable === "APP_URL" ? "MIGRATOR_URL" : "APP_URL";
    expect(await run({ [other]: url })).toMatchObject({ code: 2, err: expect.stringContaining(variable) });
  }
});

test("maintain makes months ahead, moves what lay in the default partition, and drops what is too old", async () => {
  const now = new Date();
  // The month may not end in between.
  setSystemTime(now);
  const month = (offset: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1));
  const name = (offset: number) => `audit_log_${month(offset).toISOString().slice(0, 7).replace("-", "_")}`;
  await logged(["now", now.getTime()], ["old", month(-30).getTime()]);
  expect(await freehold("maintain", "--ahead", "1")).toEqual({
    code: 0,
    out: `made ${name(0)}, and moved 1 row there\nmade ${name(1)}\n`,
    err: "",
  });
  expect((await freehold("maintain", "--ahead", "1")).out).toBe("nothing to do\n");
  await sql.unsafe(
    `create table ${name(-31)} partition of audit_log for values from ('${month(-31).toISOString()}') to ('${month(-30).toISOString()}')`,
  );
  expect((await freehold("maintain", "--ahead", "0", "--keep-months", "24")).out).toBe(
    `dropped ${name(-31)}\ndeleted 1 row of the default partition\n`,
  );
  expect(await sql`select tableoid::regclass::text as place, actor from audit_log`).toMatchObject([
    { place: name(0), actor: "now" },
  ]);
  expect((await freehold("prune", "--keep-months", "24")).out).toMatch(
    /^deleted 0 rows .* and 0 checkpoints\n$/,
  );
});

test("erase takes an actor out of its events, and records that it did", async () => {
  await logged(["ada", Date.now()], ["bob", Date.now()], ["ada", Date.now()]);
  expect(await freehold("erase", "--actor", "ada", "--by", "operator:eve", "--reason", "asked for")).toEqual({
    code: 0,
    out: "2 events no longer say whose they are; a row audit.erase says that it was done\n",
    err: "",
  });
  const rows = await sql`select actor, action, resource, detail from audit_log order by action, sequence`;
  expect(rows.map((row) => ({ ...row }))).toEqual([
    {
      actor: "operator:eve",
      action: "audit.erase",
      resource: "audit_log",
      detail: { events: 2, reason: "asked for" },
    },
    { actor: "erased", action: "read", resource: "erased", detail: null },
    { actor: "bob", action: "read", resource: "/lobby", detail: null },
    { actor: "erased", action: "read", resource: "erased", detail: null },
  ]);
});

test("what keeps it from its work is one line", async () => {
  await sql`drop table audit_log`;
  expect(await freehold("tail")).toEqual({
    code: 2,
    out: "",
    err: 'freehold: relation "audit_log" does not exist\n',
  });
  expect(await freehold("drain", "--spool", "/nowhere")).toMatchObject({
    code: 2,
    err: "freehold: --spool: there is no folder /nowhere\n",
  });
  expect(await freehold("tail", "--service", "lobby")).toMatchObject({
    code: 2,
    err: 'freehold: no service "lobby" of the manifest owns audit_log; there is gatekeeper\n',
  });
  expect((await freehold("export", "--from", "yesterday")).code).toBe(2);
});
