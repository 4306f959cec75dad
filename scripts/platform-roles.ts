/** The reference platform's roles, on a server that lives as long as the caller: each service its own two, with passwords. */
import { join } from "node:path";
import { Chalk } from "chalk";
import type { EmbeddedPostgres } from "../deploy/embedded/mod.ts";
import type { Io } from "./io.ts";
import { run as roles } from "./roles.ts";
import { openWorkspace } from "./workspace.ts";

const root = join(import.meta.dir, "..");

export interface PlatformDatabase {
  /** The administrator's URL: what the project has, and no service. */
  url: string;
  /** Every service's variables: its application's URL, and its migrator's. */
  env: Record<string, string>;
  /** What `freehold roles apply` said. */
  said: string;
}

/**
 * Creates a database for all services and applies the manifest's roles to it, by what `freehold roles apply` runs.
 * @param server started with `auth: "password"`, or the passwords are not asked for
 * @throws Error where a role could not be made
 */
export async function preparePlatform(
  server: EmbeddedPostgres,
  options: { name?: string; signal?: AbortSignal } = {},
): Promise<PlatformDatabase> {
  const url = await server.createDatabase(options.name);
  const database = decodeURIComponent(new URL(url.replace(/@[^/]*/, "@host")).pathname.slice(1));
  const env: Record<string, string> = {};
  const passwords: Record<string, string> = {};
  const io = collecting({ ...(options.signal ? { signal: options.signal } : {}) });
  const { manifest } = openWorkspace(io);
  for (const { name } of manifest.services) {
    const part = name.toUpperCase();
    for (const [kind, variable] of [
      ["app", `${part}_DATABASE_URL`],
      ["migrator", `${part}_MIGRATOR_URL`],
    ] as const) {
      // Roles are the cluster's: whichever database comes next takes the same.
      const password = passwordOf(server, `${name}_${kind}`);
      passwords[`${part}_${kind.toUpperCase()}_PASSWORD`] = password;
      env[variable] = server.url({ database, user: `${name}_${kind}`, password });
    }
  }
  const code = await roles(
    "apply",
    { deployment: "dev", format: "pretty" },
    { ...io, env: { DATABASE_URL: url, ...passwords } },
  );
  if (code !== 0) throw new Error(`the roles could not be applied: ${io.text()}`);
  return { url, env, said: io.text() };
}

const known = new WeakMap<EmbeddedPostgres, Map<string, string>>();

function passwordOf(server: EmbeddedPostgres, role: string): string {
  const passwords = known.get(server) ?? new Map<string, string>();
  known.set(server, passwords);
  const password = passwords.get(role) ?? crypto.randomUUID();
  passwords.set(role, password);
  return password;
}

/** An {@link Io} at the repository's root that keeps what is said. */
function collecting({ signal = new AbortController().signal }: { signal?: AbortSignal }): Io & {
  text(): string;
} {
  let text = "";
  const add = (more: string) => {
    text += more;
  };
  return {
    out: add,
    err: add,
    status: () => {},
    env: {},
    cwd: root,
    color: new Chalk({ level: 0 }),
    isTerminal: false,
    width: 120,
    signal,
    text: () => text,
  };
}
