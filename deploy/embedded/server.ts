/**
 * A real PostgreSQL of one's own, for as long as this process lives: no port, no installed server,
 * nothing left behind. See watchdog.ts for its states and what each crash leaves.
 */
import { randomBytes } from "node:crypto";
import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { EmbeddedPostgresError, messageOf } from "./error.ts";
import { cacheFolder, identity, temporaryFolder } from "./identity.ts";
import { installOrExplain, serverEnvironment } from "./install.ts";
import { findBinaries } from "./package.ts";
import { longestTemporaryFolderBytes, makeRunFolder, sweep } from "./run-folder.ts";
import { settingArguments } from "./settings.ts";
import { watchdogScript } from "./watchdog.ts";

export interface StartOptions {
  /** fsync on, and the settings of a server that is meant to last: for benchmarks. Off by default. */
  durable?: boolean;
  /** Settings of postgresql.conf, such as `{ log_statement: "all" }`. */
  settings?: Record<string, string>;
  /** `password`: every role but the superuser must give its password (scram-sha-256). `trust` by default. */
  auth?: "trust" | "password";
  /** Told what takes time: the first start on a machine. */
  onProgress?: (message: string) => void;
  /** Ends a start that is under way; the start then throws the signal's reason. */
  signal?: AbortSignal;
}

export interface UrlOptions {
  /** `postgres` by default. */
  database?: string;
  /** The superuser `postgres` by default. */
  user?: string;
  password?: string;
}

export interface EmbeddedPostgres extends AsyncDisposable {
  /** `18.4` */
  readonly version: string;
  readonly socketFolder: string;
  /**
   * A connection URL as libpq defines it, the socket's folder percent-encoded as its host. `freehold/connect`,
   * Bun.sql and psql read it as it is; the `postgres` package needs the folder as its option `host`, too
   * ({@link driverOptions}).
   */
  url(options?: UrlOptions): string;
  /** The same for the `postgres` package: `postgres(server.driverOptions({ database }))`. */
  driverOptions(options?: UrlOptions): { host: string; database: string; user: string; password?: string };
  /**
   * Creates a database and says its URL.
   * @param name a unique one by default
   * @param options `template`: the database to copy, to which nobody may be connected
   * @throws EmbeddedPostgresError with the server's words
   */
  createDatabase(name?: string, options?: { template?: string }): Promise<string>;
  /** Ends the server, whoever is connected, and removes its folder. Does nothing the second time. */
  stop(): Promise<void>;
}

const superuser = "postgres";

/** A start takes a tenth of a second; a machine that swaps may take longer. */
const startTimeoutMs = 60_000;

/**
 * Starts a server: about 0.1 s, the first time on a machine about 0.8 s.
 *
 * It does not keep the process alive, and ends with it, however that ends.
 * @throws EmbeddedPostgresError where the platform has no binaries, a folder cannot be written, or the
 *   server refuses to start (with its log's last lines); the signal's reason where that was aborted.
 */
export async function startPostgres(options: StartOptions = {}): Promise<EmbeddedPostgres> {
  const { durable = false, settings = {}, auth = "trust", onProgress = () => {}, signal } = options;
  signal?.throwIfAborted();
  const who = identity();
  const from = await findBinaries();
  const temporary = temporaryFolder(who, longestTemporaryFolderBytes);
  const cache = cacheFolder(who);
  settingArguments(durable, settings, {}); // a wrong one is said before anything is made
  await sweep(temporary, who);
  const { binaries, template } = await installOrExplain({ cache, who, from, onProgress, signal });
  signal?.throwIfAborted();

  const run = await makeRunFolder(temporary, who);
  const data = join(run, "data");
  await Bun.write(join(run, "hba"), hbaFile(auth));
  await chmod(join(run, "hba"), 0o644); // the server may be another user, and the umask ours
  const watchdog = Bun.spawn(
    [
      ...["sh", "-c", watchdogScript, "freehold-postgres", run, template],
      ...[join(binaries, "bin/postgres"), "-D", data],
      ...settingArguments(durable, settings, { unix_socket_directories: run, hba_file: join(run, "hba") }),
    ],
    {
      ...(who.own === who.server.uid ? {} : who.server),
      detached: true, // Ctrl-C in the terminal is for us alone
      cwd: "/",
      env: serverEnvironment(binaries),
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  watchdog.unref();
  const stop = async () => {
    await watchdog.stdin.end();
    await watchdog.exited;
  };
  try {
    await ready(data, watchdog, signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return serverAt(from.version, run, stop);
}

type Watchdog = Bun.Subprocess<"pipe", "pipe", "pipe">;

/** The postmaster writes its state to the eighth line of its lock file (src/include/utils/pidfile.h). */
async function ready(data: string, watchdog: Watchdog, signal: AbortSignal | undefined): Promise<void> {
  const before = performance.now() + startTimeoutMs;
  while (performance.now() < before) {
    signal?.throwIfAborted();
    if (watchdog.exitCode !== null || watchdog.signalCode !== null) {
      const said =
        (await new Response(watchdog.stdout).text()) + (await new Response(watchdog.stderr).text());
      throw new EmbeddedPostgresError(
        `the embedded PostgreSQL did not start:\n${said.trim() || "it said nothing"}`,
      );
    }
    const pidFile = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
    if (pidFile.split("\n")[7]?.trim() === "ready") return;
    await Bun.sleep(3);
  }
  throw new EmbeddedPostgresError(
    `the embedded PostgreSQL was not ready after ${startTimeoutMs / 1000} s: the machine may be out of memory`,
  );
}

function hbaFile(auth: "trust" | "password"): string {
  return `local all ${superuser} trust\nlocal all all ${auth === "trust" ? "trust" : "scram-sha-256"}\n`;
}

function serverAt(version: string, run: string, stop: () => Promise<void>): EmbeddedPostgres {
  const driverOptions = ({ database = "postgres", user = superuser, password }: UrlOptions = {}) => ({
    host: run,
    database,
    user,
    ...(password === undefined ? {} : { password }),
  });
  const url = ({ database = "postgres", user = superuser, password }: UrlOptions = {}) => {
    const login = [user, ...(password === undefined ? [] : [password])].map(encodeURIComponent).join(":");
    return `postgres://${login}@${encodeURIComponent(run)}/${encodeURIComponent(database)}`;
  };
  return {
    version,
    socketFolder: run,
    url,
    driverOptions,
    async createDatabase(name = `db_${randomBytes(6).toString("hex")}`, { template } = {}) {
      const sql = postgres({ ...driverOptions(), max: 1, onnotice: () => {}, fetch_types: false });
      try {
        // template0 is what template1 is, and nobody can be connected to it when it is to be copied.
        // Copying files skips the write-ahead log: the fastest where a checkpoint costs nothing.
        await sql`create database ${sql(name)} template ${sql(template ?? "template0")} strategy file_copy`;
      } catch (error) {
        throw new EmbeddedPostgresError(`the database ${name} could not be created: ${messageOf(error)}`);
      } finally {
        await sql.end();
      }
      return url({ database: name });
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
