/**
 * `bun run platform`: the reference platform, whole, on a PostgreSQL that lives as long as this does. Every service runs
 * under its own role, migrates as its own migrator, and is found through the router.
 *
 * States: starting → running (until Ctrl-C or TERM) → stopping, in the order in which nobody asks somebody gone: the router,
 * then gatekeeper, then the others, the server, the spool.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startPostgres } from "../deploy/embedded/mod.ts";
import { exitCodes, type Io } from "./io.ts";
import { type ServiceProcess, startService } from "./platform.ts";
import { preparePlatform } from "./platform-roles.ts";
import { terminal } from "./terminal.ts";

export interface Platform extends AsyncDisposable {
  /** By name. */
  services: Record<"guardian" | "gatekeeper" | "telemetry" | "lobby" | "router", ServiceProcess>;
}

/** Who may name routes. */
const operator = "operator:platform";
/** What is found behind the router, and by which name. */
const behind = ["guardian", "telemetry", "lobby"] as const;

/**
 * Starts all services on a server, and tells the router where each is.
 * @param env the services' variables, as `preparePlatform` gives them
 * @throws {ServiceFailure} where one does not start; those that did are stopped
 */
export async function startPlatform(env: Readonly<Record<string, string>>): Promise<Platform> {
  await using started = new AsyncDisposableStack();
  const spool = mkdtempSync(join(tmpdir(), "freehold-spool-"));
  started.defer(() => rmSync(spool, { recursive: true, force: true }));
  const start = async (name: string, more: Record<string, string> = {}): Promise<ServiceProcess> => {
    const own = Object.entries(env).filter(([variable]) => variable.startsWith(`${name.toUpperCase()}_`));
    const service = await startService(name, { ...Object.fromEntries(own), ...more });
    started.defer(async () => {
      await service.stop();
    });
    return service;
  };
  const [guardian, telemetry, lobby] = await all(behind.map((name) => start(name)));
  const gatekeeper = await start("gatekeeper", {
    GATEKEEPER_AUDIT_SPOOL: spool,
    GUARDIAN_URL: guardian!.url.href,
  });
  const router = await start("router", { GATEKEEPER_URL: gatekeeper.url.href });
  const services = { guardian: guardian!, gatekeeper, telemetry: telemetry!, lobby: lobby!, router };
  for (const name of behind) {
    const answer = await fetch(new URL(`/routes/${name}`, router.url), {
      method: "PUT",
      headers: { "x-actor": operator },
      body: JSON.stringify({ target: services[name].url.href }),
    });
    if (!answer.ok) throw new Error(`the router does not take ${name}: ${await answer.text()}`);
  }
  const running = started.move();
  return { services, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Waits for all of them, failed ones too, so that nothing is under way when the first failure is told. */
async function all<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** Runs the platform until the signal. @returns the exit code: 0 where Ctrl-C ended it */
export async function platform(io: Io): Promise<number> {
  const { out, color, signal } = io;
  io.status("starting PostgreSQL …");
  await using server: EmbeddedPostgres = await startPostgres({
    auth: "password",
    signal,
    onProgress: (line) => io.status(line),
  });
  io.status("applying the roles of freehold.json …");
  const { env } = await preparePlatform(server, { name: "platform", signal });
  io.status("starting the services …");
  signal.throwIfAborted();
  await using running = await startPlatform(env);
  io.status(null);
  for (const [name, { url }] of Object.entries(running.services))
    out(`${name.padEnd(12)} ${color.cyan(url.href)}\n`);
  const { router, gatekeeper } = running.services;
  out(`
each runs as its own role, for instance gatekeeper_app; gatekeeper's decisions: ${new URL("/audit", gatekeeper.url)}
try:  curl -H 'x-actor: agent:7' -d '{"body":"hello"}' ${new URL("/go/lobby/rooms/hall/messages", router.url)}
Ctrl-C ends it, and nothing stays.
`);
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  if (signal.aborted) resolve();
  await promise;
  io.status("stopping …");
  return exitCodes.clean;
}

if (import.meta.main) {
  const io = terminal();
  try {
    const code = await platform(io);
    io.status(null);
    process.exit(code);
  } catch (error) {
    io.status(null);
    if (io.signal.aborted) process.exit(Number(io.signal.reason));
    io.err(`freehold: the platform failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(exitCodes.failed);
  }
}
