/**
 * `<tmp>/freehold-pg-<user>-XXXXXX/`, one for each running server:
 *
 *     data/             its data folder
 *     .s.PGSQL.5432     its socket, and only way in: the folder is closed to others
 *     log               what it says
 *     alive             a named pipe that the watchdog holds open for reading
 */
import { closeSync, constants, openSync } from "node:fs";
import { chown, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Identity } from "./identity.ts";

const prefix = "freehold-pg-";

/** How long a socket's path may be, with the zero that ends it: `sun_path` in sys/un.h. */
const longestSocketBytes = process.platform === "linux" ? 107 : 103;

/** What {@link makeRunFolder} and the server add to the temporary folder's path. */
const added = `/${prefix}4294967295-XXXXXX/.s.PGSQL.5432.lock`;

/** How many bytes the path of the temporary folder may have. */
export const longestTemporaryFolderBytes = longestSocketBytes - added.length;

/** A folder without its pipe may be about to get it. */
const settledAfterMs = 60_000;

/** Makes a server's folder, which is its user's alone. */
export async function makeRunFolder(temporary: string, who: Identity): Promise<string> {
  const folder = await mkdtemp(join(temporary, `${prefix}${who.own}-`)); // mode 0700
  if (who.own !== who.server.uid) await chown(folder, who.server.uid, who.server.gid);
  return folder;
}

/**
 * Removes what servers of this user left behind whose watchdog was killed. Should such a server still
 * run (where the system has no `--pdeathsig`), it ends itself within a minute of missing its lock file.
 * @returns the folders that were removed
 */
export async function sweep(temporary: string, who: Identity): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(temporary)) {
    if (!name.startsWith(`${prefix}${who.own}-`)) continue;
    const folder = join(temporary, name);
    const found = await stat(folder).catch(() => null);
    if (!found?.isDirectory() || found.uid !== who.server.uid) continue;
    const alive = isAlive(folder);
    if (alive === true || (alive === null && Date.now() - found.mtimeMs < settledAfterMs)) continue;
    // Another sweep may be at the same folder, and another user's server is none of our business.
    const gone = await rm(folder, { recursive: true, force: true }).then(
      () => true,
      () => false,
    );
    if (gone) removed.push(folder);
  }
  return removed;
}

/** Whether someone reads the folder's pipe; null where there is none. Unlike a process id, it cannot be another's. */
function isAlive(folder: string): boolean | null {
  try {
    closeSync(openSync(join(folder, "alive"), constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENXIO" ? false : null;
  }
}
