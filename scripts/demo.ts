/**
 * `bun run demo`: the reference platform is checked, one of its services caught at another's table and led out again,
 * then migrated, measured and started, on a PostgreSQL that lives as long as this does.
 *
 * Whatever ends it (the end, Ctrl-C, a failure), what it started is stopped and what it wrote is removed: the block that
 * something is `using` takes it along.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { analyse } from "../analysis/mod.ts";
import { startPostgres } from "../deploy/embedded/mod.ts";
import { connect } from "../runtime/connect/mod.ts";
import { run as check } from "./check.ts";
import { ownership, ownershipTable } from "./demo-ownership.ts";
import { copyPlatform, culprit, violation, wayOut } from "./demo-violation.ts";
import { exitCodes, type Io } from "./io.ts";
import { run as migrate } from "./migrate.ts";
import { type ServiceProcess, startService } from "./platform.ts";
import { type PlatformDatabase, preparePlatform } from "./platform-roles.ts";
import { terminal } from "./terminal.ts";
import { openWorkspace } from "./workspace.ts";

const root = join(import.meta.dir, "..");

/** Runs the demo. @returns the exit code: 1 where a step does not come out as it should. */
export async function demo(io: Io): Promise<number> {
  const { color, signal } = io;
  const say = (text: string) => io.out(`${indent(text)}\n`);
  const step = (title: string) => {
    signal.throwIfAborted();
    io.out(`\n${color.bold(title)}\n\n`);
  };
  const inner = {
    ...io,
    out: (text: string) => io.out(indent(text)),
    err: (text: string) => io.out(indent(text)),
    signal,
  };
  const expect = (code: number, wanted: number) => {
    if (code !== wanted) throw new Error(`exit code ${code} where ${wanted} was expected`);
  };
  const whole = (at: string) => check({ paths: [], format: "pretty" }, { ...inner, cwd: at });

  step("1  Is each table of the reference platform touched by its owner alone?");
  expect(await whole(root), exitCodes.clean);

  step("2  What if guardian helped itself to gatekeeper's audit log? (in a copy)");
  {
    using copy = copyPlatform(root);
    copy.write(violation);
    say(color.dim(`${culprit}:`));
    say(`${violation}`);
    expect(await whole(copy.root), exitCodes.findings);
    say("\nThe way out: ask the owner. The file becomes");
    say(`\n${wayOut}`);
    copy.write(wayOut);
    expect(await whole(copy.root), exitCodes.clean);
  }

  step("3  A PostgreSQL of its own, and every service's migrations up to head");
  io.status("starting PostgreSQL …");
  await using server = await startPostgres({
    auth: "password",
    signal,
    onProgress: (line) => io.status(line),
  });
  io.status("applying the roles of freehold.json …");
  const { url, env } = await preparePlatform(server, { name: "platform", signal });
  io.status(null);
  say("each service has an owner, a migrator and an app role; this is done by the migrators:\n");
  expect(await migrate("up", {}, { ...inner, cwd: root, env }), exitCodes.clean);

  step("4  What does an audit event cost a request?");
  say(await bench(io));

  step("5  The platform runs, each service under its own role: a request through router and gatekeeper");
  await drive({ url, env }, say, io);

  step("6  Who owns what");
  const { manifest } = openWorkspace({ cwd: root });
  const [heading, ...rows] = ownershipTable(ownership(await analyse({ root, manifest })));
  say(color.dim(heading!));
  for (const row of rows) say(row);

  step("Where to go next");
  for (const [what, how] of [
    ["your own repository", "bunx freehold init writes a first manifest, then: bunx freehold check"],
    ["a rule in full", "bunx freehold explain cross-service-read"],
    ["who names which table", "bunx freehold facts"],
    ["the platform you have just seen", "bun run platform, and services/README.md"],
  ] as const) {
    say(`${what.padEnd(32)} ${color.cyan(how)}`);
  }
  return exitCodes.clean;
}

/** Starts three services, lets one request pass and one not, and looks for both in the audit log. */
async function drive(
  { url, env }: Pick<PlatformDatabase, "url" | "env">,
  say: (text: string) => void,
  io: Io,
): Promise<void> {
  await using services = new AsyncDisposableStack();
  const start = async (name: string, more: Record<string, string> = {}): Promise<ServiceProcess> => {
    io.status(`starting ${name} …`);
    // Its application's role, and nothing more: the schema is there.
    const variable = `${name.toUpperCase()}_DATABASE_URL`;
    const service = await startService(name, { [variable]: env[variable], ...more });
    services.defer(async () => {
      await service.stop();
    });
    return service;
  };
  const spool = mkdtempSync(join(tmpdir(), "freehold-spool-"));
  services.defer(() => rmSync(spool, { recursive: true, force: true }));
  const [gatekeeper, lobby] = await Promise.all([
    start("gatekeeper", { GATEKEEPER_AUDIT_SPOOL: spool }),
    start("lobby"),
  ]);
  const router = await start("router", { GATEKEEPER_URL: gatekeeper.url.href });
  io.status(null);

  const send = async (actor: string, method: string, path: string, body: object) => {
    const init = { method, headers: { "x-actor": actor }, body: JSON.stringify(body), signal: io.signal };
    const answer = await fetch(new URL(path, router.url), init);
    say(`${actor.padEnd(14)} ${method.padEnd(4)} ${path}  →  ${answer.status} ${await answer.text()}`);
  };
  await send("operator:ada", "PUT", "/routes/lobby", { target: lobby.url.href });
  await send("agent:7", "POST", "/go/lobby/rooms/hall/messages", { body: "hello" });
  await send("stranger", "POST", "/go/lobby/rooms/hall/messages", { body: "let me in" });

  const sql = connect({ service: "demo", variable: "URL", env: { URL: url }, poolSize: 1 });
  services.defer(() => sql.end({ timeout: 1 }));
  let rows: Record<string, string>[] = [];
  // The buffer stores a moment after the answer.
  while (rows.length < 3) {
    io.signal.throwIfAborted();
    rows = await sql`select sequence, actor, action, resource, decision from audit_log order by sequence`;
  }
  say("\nand in audit_log:");
  for (const { sequence, actor, action, resource, decision } of rows) {
    say(`${sequence}  ${actor!.padEnd(14)} ${action!.padEnd(4)} ${resource!.padEnd(28)} ${decision}`);
  }
}

/** The short benchmark, in a process of its own: nothing of this one is measured along. */
async function bench(io: Io): Promise<string> {
  io.status("measuring: a blocking INSERT, and the buffer, in turns …");
  const child = Bun.spawn([process.execPath, join(root, "bench/audit.ts"), "--short"], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    signal: io.signal,
  });
  const [text, complaints, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  io.status(null);
  io.signal.throwIfAborted();
  if (code !== 0) throw new Error(`the benchmark ended with ${code}: ${complaints}`);
  return text.trimEnd();
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}

/** What a person starts: the demo, how long it took, and what may end it. @returns the exit code */
export async function main(io: Io): Promise<number> {
  const started = performance.now();
  try {
    const code = await demo(io);
    io.out(`\n${io.color.dim(`${((performance.now() - started) / 1000).toFixed(1)} s`)}\n`);
    return code;
  } catch (error) {
    io.status(null);
    if (io.signal.aborted) return Number(io.signal.reason);
    io.err(`\nfreehold: the demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
    return exitCodes.findings;
  }
}

if (import.meta.main) process.exit(await main(terminal()));
