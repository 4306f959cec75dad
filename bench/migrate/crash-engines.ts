/**
 * Kills runs on SQLite and MariaDB at points that a seed chooses, and judges what is left, as crash.ts does on PostgreSQL.
 *
 * The victim is the runner (SIGKILL), on MariaDB also its connection (KILL) or the server (SIGKILL, then started again).
 * On SQLite each migration is done or not done afterwards. On MariaDB it may be half done: then the history says how far,
 * to the statement, which is held against what is there. One more run must complete it, each statement made once.
 */
import { Database } from "bun:sqlite";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomOf } from "../../deploy/prove/random.ts";
import { type MariaDb, startMariaDb } from "../../fixtures/mariadb.ts";
import { migrate, repair, status } from "../../runtime/migrate/mod.ts";
import { start, timed } from "./crash.ts";

export interface EngineKill {
  number: number;
  victim: Victim;
  runners: number;
  afterMs: number;
  /** How many migrations were there afterwards, before the run that completed them. */
  landed: number;
  /** How many statements of the next one were; 0 on SQLite. */
  statements: number;
  /** What was not as it must be; empty where all is well. */
  faults: string[];
}

type Victim = "runner" | "connection" | "server";

/** What one migration has left, as the database shows it. */
interface Traces {
  logged: number;
  table: boolean;
  rows: number;
  column: boolean;
  trigger: boolean;
}

export interface Bed extends AsyncDisposable {
  name: string;
  victims: readonly Victim[];
  /** A new, empty database: its URL. */
  fresh(): Promise<string>;
  strike(victim: Victim, url: string): Promise<void>;
  text(version: number): string;
  traces(url: string, version: number): Promise<Traces>;
}

const count = 12;
const rowCount = 500;
const crowds = [1, 1, 1, 2, 4];
const whole: Traces = { logged: 1, table: true, rows: rowCount, column: true, trigger: true };
const nothing: Traces = { logged: 0, table: false, rows: 0, column: false, trigger: false };

/** The statements in their order; each leaves one trace. */
const statements = (version: number, series: string): string[] => [
  `insert into log values (${version})`,
  `create table t${version} (x int)`,
  `insert into t${version} ${series}`,
  `alter table t${version} add column y int`,
];

/** What is there when so many of them are done. */
const after = (done: number): Traces => ({
  logged: done > 0 ? 1 : 0,
  table: done > 1,
  rows: done > 2 ? rowCount : 0,
  column: done > 3,
  trigger: done > 4,
});

/** SQLite's files, of which each run has its own. */
export async function sqliteBed(): Promise<Bed> {
  const folder = await mkdtemp(join(tmpdir(), "freehold-crash-sqlite-"));
  let made = 0;
  const series = `with recursive n(x) as (select 1 union all select x + 1 from n where x < ${rowCount}) select x from n`;
  return {
    name: "SQLite",
    victims: ["runner"],
    async fresh() {
      made += 1;
      return `sqlite://${folder}/${made}.db`;
    },
    async strike() {},
    text(version) {
      const trigger = `create trigger g${version} after insert on t${version} begin select 1; select 2; end`;
      const log = version === 1 ? ["create table log (version int)"] : [];
      return [...log, ...statements(version, series), trigger].join(";\n");
    },
    async traces(url, version) {
      using database = new Database(url.slice("sqlite://".length), { create: true });
      const has = (kind: string, name: string) =>
        database.query("select 1 from sqlite_master where type = ? and name = ?").get(kind, name) !== null;
      const number = (sql: string) => (database.query(sql).values()[0]?.[0] as number | undefined) ?? 0;
      const table = has("table", `t${version}`);
      const columns = table
        ? database.query(`select * from pragma_table_info('t${version}')`).all().length
        : 0;
      return {
        logged: has("table", "log") ? number(`select count(*) from log where version = ${version}`) : 0,
        table,
        rows: table ? number(`select count(*) from t${version}`) : 0,
        column: columns === 2,
        trigger: has("trigger", `g${version}`),
      };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** A MariaDB. @param server one that runs already; else one is started, and ended with the bed */
export async function mariaDbBed(server?: MariaDb): Promise<Bed> {
  const own = server ?? (await startMariaDb());
  let made = 0;
  const nameOf = (url: string) => new URL(url).pathname.slice(1);
  /** On a connection of its own: the server may have been killed since the last. */
  const ask = async (sql: string): Promise<Record<string, unknown>[]> => {
    const connection = own.connect("root");
    const rows: Record<string, unknown>[] = await connection.unsafe(sql).simple();
    await connection.close();
    return rows;
  };
  return {
    name: `MariaDB ${own.version}`,
    victims: ["runner", "runner", "connection", "server"],
    async fresh() {
      made += 1;
      await ask(`create database crash${made}`);
      await ask(`create table crash${made}.log (version int)`);
      return own.url(`crash${made}`);
    },
    async strike(victim, url) {
      if (victim === "server") return own.crash();
      const [row] = await ask(
        `select id from information_schema.processlist where db = '${nameOf(url)}' order by time_ms limit 1`,
      );
      // It may have come to its end meanwhile.
      if (row) await ask(`kill ${row["id"]}`).catch(() => {});
    },
    text(version) {
      const trigger = `create trigger g${version} before insert on t${version} for each row begin set @x = 1; set @y = 2; end`;
      return [...statements(version, `select seq from seq_1_to_${rowCount}`), trigger].join(";\n");
    },
    async traces(url, version) {
      const database = nameOf(url);
      const number = async (sql: string) => Number((await ask(`select (${sql}) as n`))[0]?.["n"] ?? 0);
      const where = `table_schema = '${database}' and table_name = 't${version}'`;
      const table = (await number(`select count(*) from information_schema.tables where ${where}`)) === 1;
      return {
        logged: await number(`select count(*) from ${database}.log where version = ${version}`),
        table,
        rows: table ? await number(`select count(*) from ${database}.t${version}`) : 0,
        column: (await number(`select count(*) from information_schema.columns where ${where}`)) === 2,
        trigger:
          (await number(
            `select count(*) from information_schema.triggers where trigger_schema = '${database}' and trigger_name = 'g${version}'`,
          )) === 1,
      };
    },
    [Symbol.asyncDispose]: async () => {
      if (!server) await own[Symbol.asyncDispose]();
    },
  };
}

/** Runs it. @returns every kill, in order; whoever calls looks at their faults */
export async function crashOn(
  bed: Bed,
  options: { seed: number; kills: number; onKill?: (kill: EngineKill) => void },
): Promise<EngineKill[]> {
  const folder = await mkdtemp(join(tmpdir(), "freehold-crash-"));
  try {
    for (let version = 1; version <= count; version += 1)
      await Bun.write(join(folder, `${String(version).padStart(3, "0")}_t.sql`), bed.text(version));
    const random = randomOf(options.seed);
    const spanMs = await timed({ folder, shared: null }, await bed.fresh());
    const kills: EngineKill[] = [];
    for (let number = 1; number <= options.kills; number += 1) {
      const victim = bed.victims[Math.floor(random() * bed.victims.length)]!;
      const runners = crowds[Math.floor(random() * crowds.length)]!;
      const afterMs = Math.round(random() * spanMs);
      const kill = await one(bed, folder, { number, victim, runners, afterMs }, random() < 0.5);
      kills.push(kill);
      options.onKill?.(kill);
    }
    return kills;
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Plan = Pick<EngineKill, "number" | "victim" | "runners" | "afterMs">;

/** @param repairing whether `repair` is asked before the run that completes it */
async function one(bed: Bed, folder: string, plan: Plan, repairing: boolean): Promise<EngineKill> {
  const url = await bed.fresh();
  const at = { service: "s", folder, url };
  const runs = await Promise.all(
    Array.from({ length: plan.runners }, () => start({ folder, shared: null }, url)),
  );
  // The point of the kill is what is tried out here: time has to pass.
  await Bun.sleep(plan.afterMs);
  if (plan.victim === "runner") runs[0]!.child.kill("SIGKILL");
  else await bed.strike(plan.victim, url);
  const codes = await Promise.all(runs.map(({ child }) => child.exited));
  const complaints = await Promise.all(runs.map(({ complaint }) => complaint));

  const faults: string[] = [];
  for (const [index, said] of complaints.entries()) {
    if (codes[index] === 0 || (plan.victim === "runner" && index === 0)) continue;
    if (plan.victim === "runner" || !/^(?:MigrationError|DatabaseUnavailableError):/m.test(said))
      faults.push(`runner ${index + 1} failed: ${said.trim().slice(-400)}`);
  }
  // The statement of a killed run goes on without it; the lock is free once it has ended.
  if (repairing) await repair(at);
  const before = await judge(bed, at, repairing, faults);
  const { version } = await migrate(at);
  if (version !== count) faults.push(`the next run ended at ${version}`);
  const end = await judge(bed, at, true, faults);
  if (end.landed !== count) faults.push(`${end.landed} of ${count} in the end`);
  return { ...plan, ...before, faults };
}

/** Holds what the history says against what is there. @param exact whether its counts must fit to the statement */
async function judge(
  bed: Bed,
  at: Parameters<typeof status>[0] & { url: string },
  exact: boolean,
  faults: string[],
) {
  let landed = 0;
  let done = 0;
  for (const { version, state, applied } of await status(at)) {
    const traces = await bed.traces(at.url, version);
    const counted = applied?.progress?.statements ?? 0;
    if (state === "applied") landed += 1;
    if (state === "unfinished") done = counted;
    const right =
      state === "applied"
        ? [whole]
        : state === "pending"
          ? [nothing]
          : // A run that was not repaired has not counted what it was at.
            [after(counted), ...(exact ? [] : [after(counted + 1)])];
    // SQLite knows no state between.
    const between = state === "unfinished" && !bed.name.startsWith("MariaDB");
    if (between || !right.some((wanted) => Bun.deepEquals(wanted, traces)))
      faults.push(`${version} is said to be ${state} (${counted}), and there is ${JSON.stringify(traces)}`);
  }
  return { landed, statements: done };
}
