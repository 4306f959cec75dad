import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, open, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identity } from "./identity.ts";
import { startPostgres } from "./mod.ts";
import { sweep } from "./run-folder.ts";

setDefaultTimeout(240_000); // a bound for a loaded machine, not a measure

const here = import.meta.dir;
const scratch = await mkdtemp(join(tmpdir(), "freehold-test-"));
await chmod(scratch, 0o755);
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** Runs code in a process of its own, in which `server` is started and its folder printed. */
function starter(then: string, options: { env?: Record<string, string>; uid?: number; umask?: number } = {}) {
  const code = `
    import { startPostgres } from ${JSON.stringify(join(here, "mod.ts"))};
    process.umask(${options.umask ?? 0o022});
    const server = await startPostgres();
    const sql = new Bun.SQL(server.url(), { max: 1 });
    const [{ n }] = await sql\`select 40 + 2 as n\`;
    await sql.close();
    console.log(JSON.stringify({ folder: server.socketFolder, n, uid: process.getuid() }));
    ${then}`;
  return Bun.spawn([process.execPath, "-e", code], {
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "/", ...options.env },
    stdout: "pipe",
    stderr: "pipe",
  });
}

async function firstLine(child: Bun.Subprocess<"ignore", "pipe", "pipe">) {
  let text = "";
  for await (const chunk of child.stdout) {
    text += Buffer.from(chunk).toString();
    if (text.includes("\n")) return JSON.parse(text) as { folder: string; n: number; uid: number };
  }
  throw new Error(`the starter ended early: ${await new Response(child.stderr).text()}`);
}

const mostAsked = 3000;

/** Processes whose arguments name the folder. */
function processes(folder: string): string[] {
  const { stdout } = Bun.spawnSync(["ps", "-A", "-ww", "-o", "pid=,args="]);
  return stdout
    .toString()
    .split("\n")
    .filter((line) => line.includes(folder));
}

/** Asks until nothing is left, at most so many times: a killed server needs a moment to end, and a busy machine many. */
async function leftOf(folder: string): Promise<{ folder: boolean; processes: string[] }> {
  let left = { folder: true, processes: [""] };
  for (let asked = 0; asked < mostAsked && (left.folder || left.processes.length > 0); asked++) {
    left = { folder: existsSync(folder), processes: processes(folder) };
    await Bun.sleep(10);
  }
  return left;
}

const nothing = { folder: false, processes: [] };
/** What a starter does that does not end by itself. */
const endless = "await new Promise(() => setInterval(() => {}, 1000));";

test.concurrent.each([
  ["SIGKILL", endless],
  ["SIGTERM", endless],
  ["SIGHUP", endless],
  ["SIGINT", endless],
] as const)("a starter that %s ends leaves neither process nor folder", async (signal, then) => {
  const child = starter(then);
  const { folder } = await firstLine(child);
  expect(processes(folder)).not.toEqual([]);
  child.kill(signal);
  await child.exited;
  expect({ signal: child.signalCode, left: await leftOf(folder) }).toEqual({ signal, left: nothing });
});

test.concurrent.each([
  ["throws", "throw new Error('unexpected');", 1],
  ["exits", "process.exit(7);", 7],
  ["reaches its end", "", 0],
])("a starter that %s leaves neither process nor folder", async (_, then, code) => {
  const child = starter(then);
  const { folder } = await firstLine(child);
  expect({ code: await child.exited, left: await leftOf(folder) }).toEqual({ code, left: nothing });
});

test("a killed starter's server ends though the starter's own children live on, and no other server ends", async () => {
  const child = starter(`
    Bun.spawn(["sh", "-c", "sleep 60; :", server.socketFolder.replace("pg", "child")]);
    await new Promise(() => setInterval(() => {}, 1000));`);
  const { folder } = await firstLine(child);
  await using other = await startPostgres();
  while (processes(folder.replace("pg", "child")).length === 0) await Bun.sleep(10);
  child.kill("SIGKILL");
  const left = await leftOf(folder);
  const children = processes(folder.replace("pg", "child"));
  for (const line of children) Bun.spawnSync(["pkill", "-P", String(Number.parseInt(line, 10))]);
  expect({ left, children: children.length, other: existsSync(other.socketFolder) }).toEqual({
    left: nothing,
    children: 1,
    other: true,
  });
});

test("what a killed watchdog leaves is swept, and no running server with it", async () => {
  // In a folder of its own: in everybody's, whoever starts a server sweeps, too.
  const tmp = await mkdtemp(join(scratch, "tmp-"));
  await chmod(tmp, 0o1777);
  const starters = [1, 2].map(() => starter(endless, { env: { TMPDIR: tmp } }));
  const [running, orphan] = (await Promise.all(starters.map(firstLine))).map(({ folder }) => folder);
  const [watchdog] = processes(orphan!).filter((line) => line.includes("freehold-postgres"));
  process.kill(Number.parseInt(watchdog!.trim(), 10), "SIGKILL");
  let ended = false;
  // Elsewhere it does not.
  for (let asked = process.platform === "linux" ? 0 : mostAsked - 1; asked < mostAsked && !ended; asked++) {
    ended = processes(orphan!).length === 0;
    await Bun.sleep(10);
  }
  const removed = await sweep(tmp, identity());
  expect({ ended, removed, left: await leftOf(orphan!) }).toEqual({
    ended: process.platform === "linux",
    removed: [orphan!],
    left: nothing,
  });
  const sql = new Bun.SQL(`postgres://postgres@${encodeURIComponent(running!)}/postgres`, { max: 1 });
  expect([...(await sql`select 1 as n`)]).toEqual([{ n: 1 }]);
  await sql.close();
  for (const child of starters) child.kill("SIGKILL");
  expect(await leftOf(running!)).toEqual(nothing);
});

test("a sweep leaves what is young or another's, and takes an old folder without a pipe", async () => {
  const who = { own: 4711, server: identity().server };
  const folder = await mkdtemp(join(scratch, "sweep-"));
  const make = async (name: string, ageMs: number) => {
    await Bun.$`mkdir ${join(folder, name)}`;
    await Bun.$`chown ${who.server.uid} ${join(folder, name)}`;
    const then = new Date(Date.now() - ageMs);
    await utimes(join(folder, name), then, then);
  };
  await make("freehold-pg-4711-young", 0);
  await make("freehold-pg-4711-old", 3_600_000);
  await make("freehold-pg-4712-old", 3_600_000);
  await make("something-else", 3_600_000);
  const removed = await sweep(folder, who);
  expect({ removed, left: (await readdir(folder)).sort() }).toEqual({
    removed: [join(folder, "freehold-pg-4711-old")],
    left: ["freehold-pg-4711-young", "freehold-pg-4712-old", "something-else"],
  });
});

test("a sweep leaves a folder whose pipe was made in the same moment, and its server starts", async () => {
  const bin = await mkdtemp(join(scratch, "bin-"));
  await chmod(bin, 0o755);
  const [program, made, go] = ["mkfifo", "made", "go"].map((name) => join(bin, name)) as [
    string,
    string,
    string,
  ];
  Bun.spawnSync(["mkfifo", "-m", "666", made, go]);
  // For reading and writing, so that neither side waits for the other to open it.
  await using heard = await open(made, "r+");
  await using told = await open(go, "r+");
  await Bun.write(program, `#!/bin/sh\nPATH=\${PATH#*:} mkfifo "$@" && echo >${made} && read -r _ <${go}\n`);
  await chmod(program, 0o755);
  const child = starter("await server.stop();", { env: { PATH: `${bin}:${process.env["PATH"]}` } });
  await heard.read();
  await sweep("/tmp", identity());
  await told.write("\n");
  expect({ n: (await firstLine(child)).n, code: await child.exited }).toEqual({ n: 42, code: 0 });
});

test("two cold starts race for one cache, and both have a server", async () => {
  const cache = join(scratch, "race");
  const children = [1, 2, 3].map(() =>
    starter("await server.stop();", { env: { FREEHOLD_CACHE_DIR: cache } }),
  );
  const answers = await Promise.all(children.map(firstLine));
  const codes = await Promise.all(children.map((child) => child.exited));
  const kept = await readdir(join(cache, "freehold"));
  expect({
    answers: answers.map(({ n }) => n),
    codes,
    kept: kept.map((name) => name.replace(/-.*/, "")).sort(),
  }).toEqual({ answers: [42, 42, 42], codes: [0, 0, 0], kept: ["postgres", "template"] });
});

// Whoever runs the tests; root also becomes somebody without a home or any right.
const users = identity().own === 0 ? [0, 65534] : [identity().own];

test.each(users)("a server starts as user %i, who has no home and a closed umask", async (uid) => {
  const tmp = await mkdtemp(join(scratch, "tmp-"));
  await chmod(tmp, 0o1777);
  const env = { HOME: "/nonexistent", TMPDIR: tmp, FREEHOLD_CACHE_DIR: join(scratch, "umask") };
  const child = starter("await server.stop();", { uid, umask: 0o077, env });
  const { folder, ...answer } = await firstLine(child);
  expect({ answer, code: await child.exited, left: await leftOf(folder) }).toEqual({
    answer: { n: 42, uid },
    code: 0,
    left: nothing,
  });
});

test("a start with an aborted signal throws its reason", async () => {
  const reason = new Error("changed my mind");
  await expect(startPostgres({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test.each([0, 1, 20, 60])("a start that is aborted after %i ms leaves nothing", async (afterMs) => {
  const tmp = await mkdtemp(join(tmpdir(), "fh-"));
  await chmod(tmp, 0o777);
  const code = `
    import { startPostgres } from ${JSON.stringify(join(here, "mod.ts"))};
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("changed my mind")), ${afterMs});
    const server = await startPostgres({ signal: controller.signal }).catch((error) => error.message);
    console.log(typeof server === "string" ? server : "started");
    if (typeof server !== "string") await server.stop();`;
  const child = Bun.spawn([process.execPath, "-e", code], {
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "/", TMPDIR: tmp },
    stderr: "inherit",
  });
  const said = (await new Response(child.stdout).text()).trim();
  await child.exited;
  const left = (await readdir(tmp)).filter((name) => name.startsWith("freehold-pg-"));
  await rm(tmp, { recursive: true });
  // On a fast machine it may have started: it is stopped then.
  expect(["changed my mind", "started"]).toContain(said);
  expect({ left, processes: processes(tmp) }).toEqual({ left: [], processes: [] });
});
