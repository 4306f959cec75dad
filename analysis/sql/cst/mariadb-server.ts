/**
 * For tests: a MariaDB of one's own on a socket in a temporary folder, from the system's packages.
 *
 * States: no folder → folder with data → server running → nothing. The server dies with the process
 * that started it (`setpriv --pdeathsig`); a process that is killed leaves its folder in the temporary
 * one, and no server.
 */
import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SQL } from "bun";

export interface MariaDb extends AsyncDisposable {
  version: string;
  /** A connection of one's own. */
  connect(user: string, database?: string): SQL;
}

/** `nobody` on every Linux: the server refuses to run as root. */
const NOBODY = 65534;

/** Whether MariaDB's server is installed. */
export function hasMariaDb(): boolean {
  return ["mariadbd", "mariadb-install-db"].every((program) => find(program) !== null);
}

/** Starts a server with an empty database `app`. */
export async function startMariaDb(): Promise<MariaDb> {
  const folder = mkdtempSync(join(tmpdir(), "freehold-mariadb-"));
  if (process.getuid?.() === 0) chownSync(folder, NOBODY, NOBODY);
  chmodSync(folder, 0o755);
  const data = join(folder, "data");
  const socket = join(folder, "s");
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    await install(data);
    const server = Bun.spawn(
      [
        ...asServer(),
        find("mariadbd")!,
        "--no-defaults",
        `--datadir=${data}`,
        `--socket=${socket}`,
        "--skip-networking",
        "--skip-name-resolve",
        "--innodb-buffer-pool-size=32M",
        "--innodb-flush-log-at-trx-commit=0",
        "--skip-log-bin",
        "--event-scheduler=OFF",
        `--secure-file-priv=${folder}`,
      ],
      { stdout: "ignore", stderr: "pipe" },
    );
    await ready(server.stderr);
    const connect = (user: string, database = "app") =>
      new SQL({ adapter: "mariadb", path: socket, username: user, database, max: 1 });
    const root = connect("root", "mysql");
    await root.unsafe("create database app");
    const [row] = await root.unsafe("select version() as version");
    await root.close();
    return {
      version: String(row.version),
      connect,
      async [Symbol.asyncDispose]() {
        server.kill("SIGKILL");
        await server.exited;
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Makes the server's own tables. */
async function install(data: string): Promise<void> {
  const program = Bun.spawn(
    [
      ...asServer(),
      find("mariadb-install-db")!,
      "--no-defaults",
      `--datadir=${data}`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
    ],
    { stdout: "ignore", stderr: "pipe" },
  );
  const words = await program.stderr.text();
  if ((await program.exited) !== 0) throw new Error(`mariadb-install-db failed: ${words}`);
}

/** Waits until the server says that it is ready. */
async function ready(log: ReadableStream<Uint8Array>): Promise<void> {
  let text = "";
  const decoder = new TextDecoder();
  const reader = log.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    text += decoder.decode(value, { stream: true });
    if (text.includes("ready for connections")) break;
    if (done) throw new Error(`mariadbd ended: ${text}`);
  }
  // What it says from now on is not asked for, but must go somewhere.
  void (async () => {
    while (!(await reader.read()).done);
  })();
}

/** Programs of servers lie where a user's PATH does not lead. */
function find(program: string): string | null {
  return Bun.which(program, { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/local/sbin` });
}

/** What makes a program run as the server's user and die with this process. */
function asServer(): string[] {
  const setpriv = find("setpriv");
  if (!setpriv) return [];
  const user = process.getuid?.() === 0 ? [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"] : [];
  return [setpriv, ...user, "--pdeathsig=KILL"];
}
