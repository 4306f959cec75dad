/**
 * As whom the server runs. PostgreSQL refuses root, so root hands it to `nobody`; what `nobody` must
 * read or write may then not lie beneath a folder that only root may enter, such as `/root`.
 */
import { accessSync, chmodSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { EmbeddedPostgresError } from "./error.ts";

/** `nobody` on every Linux, and a harmless number elsewhere. */
const nobody = 65534;

export interface Identity {
  /** The user that starts the server. */
  own: number;
  /** The user, and group, that the server runs as. */
  server: { uid: number; gid: number };
}

/** Who this process is, and whom a server runs as: root has it run as nobody, for PostgreSQL refuses root. */
export function identity(): Identity {
  const uid = process.getuid?.() ?? 0;
  if (uid === 0) return { own: uid, server: { uid: nobody, gid: nobody } };
  return { own: uid, server: { uid, gid: process.getgid?.() ?? uid } };
}

/**
 * `<tmp>` for run folders: everybody's temporary folder that the server's user can use.
 * @param longest A socket's path may not be longer than 107 bytes on Linux and 103 on macOS: how many
 *   the folder's own path may have.
 * @throws EmbeddedPostgresError where no folder will do.
 */
export function temporaryFolder(
  who: Identity,
  longest: number,
  candidates = [tmpdir(), "/tmp", "/var/tmp"],
): string {
  const found = candidates.find(
    (folder) =>
      Buffer.byteLength(folder) <= longest && allows(who, folder, constants.W_OK) && mayEnter(who, folder),
  );
  if (found !== undefined) return found;
  throw new EmbeddedPostgresError(
    `the embedded PostgreSQL needs a temporary folder that user ${who.server.uid} may write to, with a path of at most ${longest} bytes: set TMPDIR to one (tried ${candidates.join(", ")})`,
  );
}

/**
 * The folder that outlives a run: made, owned by nobody else, and open to the server's user.
 * @throws EmbeddedPostgresError where no folder will do.
 */
export function cacheFolder(who: Identity, env: Record<string, string | undefined> = process.env): string {
  const home = env["HOME"];
  const bases = [
    env["FREEHOLD_CACHE_DIR"],
    env["XDG_CACHE_HOME"],
    home && (process.platform === "darwin" ? join(home, "Library/Caches") : join(home, ".cache")),
    who.own === 0 ? "/var/cache" : undefined,
  ];
  const candidates = [
    ...bases.filter((base) => base?.startsWith("/")).map((base) => join(base!, "freehold")),
    join(tmpdir(), `freehold-cache-${who.own}`),
  ];
  const found = candidates.find(
    (folder) => make(who, folder) && isPrivate(who, folder) && mayEnter(who, folder),
  );
  if (found !== undefined) return found;
  throw new EmbeddedPostgresError(
    `the embedded PostgreSQL needs a cache folder that user ${who.server.uid} may read: set FREEHOLD_CACHE_DIR to one (tried ${candidates.join(", ")})`,
  );
}

/** Makes it where that can help: not beneath a folder that the server's user may not enter. */
function make(who: Identity, folder: string): boolean {
  const parent = dirname(folder);
  if (!existsSync(parent) && !make(who, parent)) return false;
  if (!mayEnter(who, parent)) return false;
  if (existsSync(folder)) return true;
  try {
    mkdirSync(folder);
    chmodSync(folder, 0o755); // whatever the umask says
    return true;
  } catch {
    return existsSync(folder); // another process was faster
  }
}

/** Binaries are started from it, so nobody else may have laid them there (think of `/tmp`). */
function isPrivate(who: Identity, folder: string): boolean {
  const { uid, mode } = statSync(folder);
  return uid === who.own && (mode & 0o022) === 0;
}

function mayEnter(who: Identity, folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (!allows(who, at, constants.X_OK)) return false;
    if (at === dirname(at)) return true;
  }
}

/** Whether the server's user has these permission bits there. For another than oneself, access lists are not asked. */
function allows(who: Identity, path: string, bits: number): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return false;
  if (who.own === who.server.uid) {
    try {
      accessSync(path, bits);
      return true;
    } catch {
      return false;
    }
  }
  const shift = stat.uid === who.server.uid ? 6 : stat.gid === who.server.gid ? 3 : 0;
  return ((stat.mode >> shift) & bits) === bits;
}
