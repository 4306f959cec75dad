/**
 * Kills runs of the migration runner at points that a seed chooses, and judges what is left.
 *
 * One, two or ten runners are at work, and the victim is one of: a runner (SIGKILL); a backend of the server (SIGKILL,
 * upon which PostgreSQL throws everybody out and recovers); the server, stopped fast or immediately and started again.
 * Afterwards, with nobody at work, each migration must be done or not done, the history must say which, and one more run
 * must complete it. Whoever fails meanwhile must say so in one of the runner's own errors.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import type { Cluster } from "../../deploy/embedded/cluster.ts";
import { randomOf } from "../../deploy/prove/random.ts";
import { type Many, migrate, status } from "../../runtime/migrate/mod.ts";

export interface CrashOptions {
  seed: number;
  kills: number;
  onKill?: (kill: Kill) => void;
}

export interface Kill {
  number: number;
  victim: Victim;
  /** How many runners were at work. */
  runners: number;
  /** Milliseconds from the runner's first word to the kill. */
  afterMs: number;
  /** How many migrations were there afterwards, before the run that completed them. */
  landed: number;
  /** One was begun outside of a transaction and left unfinished. */
  unfinished: boolean;
  /** What was not as it must be; empty where all is well. */
  faults: string[];
}

type Victim = "runner" | "backend" | "fast stop" | "immediate stop";

const victims: readonly Victim[] = ["runner", "runner", "backend", "fast stop", "immediate stop"];
const crowds = [1, 1, 1, 2, 2, 10];
const count = 16;
/** Far longer than any run takes: whoever is there after it never ends. */
const longestRunMs = 60_000;

/**
 * Each leaves one line in a log, and a table of its own; some are slow, one builds an index.
 * @param mixed whether some travel alone; else they are as for one of many databases, and all of them one message
 */
function text(version: number, mixed: boolean): string {
  if (version === 6)
    return mixed
      ? "-- freehold: no-transaction\ncreate index concurrently t5_x on t5 (x)"
      : "create index t5_x on t5 (x)";
  const log = version === 1 ? "create table log (version int);" : "";
  const slow = "select pg_sleep(0.01);";
  const alone = mixed && version % 4 === 0 ? "select case when true then 1 end;" : "";
  return `${log}insert into log values (${version});${slow}
create table t${version} as select g as x from generate_series(1, 2000) g;${alone}`;
}

/** Runs it. @returns every kill, in order; whoever calls looks at their faults */
export async function crash(server: Cluster, options: CrashOptions): Promise<Kill[]> {
  const folder = await mkdtemp(join(tmpdir(), "freehold-crash-"));
  const admin: Ask = (query, ...values) => ask(server, query, values);
  try {
    const works: Work[] = [];
    const [row] = await admin("show server_version");
    const version = String(row?.["server_version"]);
    for (const [name, shared] of [
      ["mixed", null],
      ["alike", { newOn: null }],
      ["likely new", { newOn: version }],
    ] as const) {
      const mixed = shared === null;
      const at = join(folder, name);
      for (let number = 1; number <= count; number += 1) {
        await Bun.write(join(at, `${String(number).padStart(3, "0")}_t.sql`), text(number, mixed));
      }
      const work = { folder: at, shared };
      works.push({ ...work, spanMs: await timed(work, await server.createDatabase()) });
    }
    const random = randomOf(options.seed);
    const kills: Kill[] = [];
    for (let number = 1; number <= options.kills; number += 1) {
      const url = await server.createDatabase();
      const victim = victims[Math.floor(random() * victims.length)]!;
      const runners = crowds[Math.floor(random() * crowds.length)]!;
      const work = works[number % works.length]!;
      const plan = { number, victim, runners, afterMs: Math.round(random() * work.spanMs) };
      const kill = await one(server, admin, work, url, plan);
      kills.push(kill);
      options.onKill?.(kill);
      await admin(`drop database ${nameOf(url)} with (force)`);
    }
    return kills;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const nameOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));

/** What is run: how long it takes undisturbed, and whether as one of many databases that share what was read. */
interface Work {
  folder: string;
  /** Null where it is alone; else whether the last database is said to have been new, and on which version. */
  shared: Pick<Many, "newOn"> | null;
  spanMs: number;
}

/** A runner of its own process, once it has said that it begins. */
export async function start({ folder, shared }: Pick<Work, "folder" | "shared">, url: string) {
  const means = [folder, url, ...(shared ? ["shared", shared.newOn ?? ""] : [])];
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "runner.ts"), ...means], {
    // What it complains of is read.
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: "1" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const complaint = child.stderr.text();
  for await (const _ of child.stdout) break;
  return { child, complaint };
}

/** How long an undisturbed run takes from its first word on. */
export async function timed(work: Pick<Work, "folder" | "shared">, url: string): Promise<number> {
  const { child, complaint } = await start(work, url);
  const begun = performance.now();
  if ((await child.exited) !== 0) throw new Error(await complaint);
  return performance.now() - begun;
}

type Plan = Pick<Kill, "number" | "victim" | "runners" | "afterMs">;

async function one(server: Cluster, admin: Ask, work: Work, url: string, plan: Plan): Promise<Kill> {
  const { folder } = work;
  const runs = await Promise.all(Array.from({ length: plan.runners }, () => start(work, url)));
  // The point of the kill is what is tried out here: time has to pass.
  await Bun.sleep(plan.afterMs);
  await strike(plan.victim, server, admin, nameOf(url), runs[0]!.child);
  const stuck = new Set<number>();
  const codes = await Promise.all(
    runs.map(async ({ child }, at) => {
      const timer = setTimeout(() => {
        stuck.add(at);
        child.kill("SIGKILL");
      }, longestRunMs);
      const code = await child.exited;
      clearTimeout(timer);
      return code;
    }),
  );
  const complaints = await Promise.all(runs.map(({ complaint }) => complaint));
  await quiet(admin, nameOf(url));

  const faults: string[] = [];
  for (const at of stuck) faults.push(`runner ${at + 1} was still there after ${longestRunMs} ms`);
  for (const [at, said] of complaints.entries()) {
    if (codes[at] === 0 || (plan.victim === "runner" && at === 0)) continue;
    if (plan.victim === "runner" || !/^(?:MigrationError|DatabaseUnavailableError):/m.test(said))
      faults.push(
        `runner ${at + 1} failed: ${(/^\w*Error: .*/m.exec(said)?.[0] ?? said.trim()).slice(-400)}`,
      );
  }
  const before = await judge(folder, url, faults);
  if (plan.victim === "runner" && plan.runners > 1 && before.landed !== count)
    faults.push(`others were at work, and only ${before.landed} landed`);
  const { version } = await migrate({ service: "s", folder, url });
  if (version !== count) faults.push(`the next run ended at ${version}`);
  const after = await judge(folder, url, faults);
  if (after.landed !== count || after.unfinished) faults.push(`${after.landed} of ${count} in the end`);
  return { ...plan, ...before, faults };
}

async function strike(
  victim: Victim,
  server: Cluster,
  admin: Ask,
  database: string,
  runner: Bun.Subprocess,
): Promise<void> {
  if (victim === "runner") return void runner.kill("SIGKILL");
  if (victim === "backend") return killBackend(admin, database);
  await server.stop(victim === "fast stop" ? "fast" : "immediate");
  await server.start();
}

/** Kills a process of the server that works for the database, and waits until the server is back. */
async function killBackend(admin: Ask, database: string): Promise<void> {
  const [row] = await admin(
    `select pid from pg_stat_activity where datname = $1 and state = 'active'
    union all select pid from pg_stat_activity where datname = $1 limit 1`,
    database,
  );
  if (row) process.kill(Number(row["pid"]), "SIGKILL");
}

/** Waits until nobody is connected to the database, and the server answers. */
async function quiet(admin: Ask, database: string): Promise<void> {
  for (;;) {
    const rows = await admin("select pid from pg_stat_activity where datname = $1", database);
    if (rows.length === 0) return;
    await Bun.sleep(10);
  }
}

type Ask = (query: string, ...values: string[]) => Promise<Record<string, unknown>[]>;

/** Longer than any question here takes. */
const longestAnswerMs = 5_000;

/**
 * Asks the server, which may be down or about to go down: on a connection of its own each time, for the driver keeps a
 * question for ever whose connection was lost at the wrong moment.
 */
async function ask(server: Cluster, query: string, values: string[]): Promise<Record<string, unknown>[]> {
  for (;;) {
    const sql = postgres({ ...server.driverOptions(), max: 1, onnotice: () => {}, fetch_types: false });
    try {
      const late = Promise.withResolvers<null>();
      const timer = setTimeout(() => late.resolve(null), longestAnswerMs);
      const rows = await Promise.race([sql.unsafe(query, values), late.promise]);
      clearTimeout(timer);
      if (rows !== null) return [...rows];
    } catch (error) {
      const { code = "" } = error as { code?: string };
      // A database that is gone is what was asked for; a server that goes, or comes back, is asked again.
      if (code === "3D000") return [];
      if (/^[0-9A-Z]{5}$/.test(code) && !/^(?:08|53|57)/.test(code)) throw error;
    } finally {
      void sql.end({ timeout: 0 });
    }
    await Bun.sleep(10);
  }
}

/** Holds what the history says against what is there. */
async function judge(folder: string, url: string, faults: string[]) {
  const entries = await status({ service: "s", folder, url });
  const sql = postgres({ host: hostOf(url), database: nameOf(url), user: "postgres", max: 1 });
  try {
    const there = new Set(
      (await sql`select relname from pg_class where relnamespace = 'public'::regnamespace`).map(
        (row) => row["relname"],
      ),
    );
    const logged = there.has("log") ? (await sql`select version from log`).map((row) => row["version"]) : [];
    for (const { version, state } of entries) {
      if (version === 6) {
        if (state === "applied" && !there.has("t5_x"))
          faults.push("6 is said to be there, its index is missing");
        if (state === "pending" && there.has("t5_x"))
          faults.push("6 is said not to be there, its index is there");
        continue;
      }
      const times = logged.filter((one) => one === version).length;
      const done = there.has(`t${version}`);
      const right = state === "applied" ? done && times === 1 : state === "pending" && !done && times === 0;
      if (!right)
        faults.push(
          `${version} is said to be ${state}; its table is ${done ? "" : "not "}there, logged ${times}×`,
        );
    }
    return {
      landed: entries.filter(({ state }) => state === "applied").length,
      unfinished: entries.some(({ state }) => state === "unfinished"),
    };
  } finally {
    await sql.end();
  }
}

const hostOf = (url: string): string => decodeURIComponent(new URL(url).hostname);
