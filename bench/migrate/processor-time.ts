/** What a turn takes of the processors: the client's part is its own to say, the road's is this process's, the server's is read here. */
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Milliseconds of processor time for each database: of the client, of the road in between, and of the server. */
export interface ProcessorTime {
  client: number;
  road: number;
  server: number;
}

/** Linux counts in hundredths of a second (proc_pid_stat(5), USER_HZ). */
const tickMs = 10;

/**
 * The processor time that a server and all its processes have had, those that are gone included.
 * @param backend the process that serves a connection
 * @returns null where the system has no `/proc`
 */
export function serverTimeMs(backend: number): number | null {
  if (!existsSync("/proc/self/stat")) return null;
  const postmaster = statOf(backend)?.[1];
  let ticks = 0;
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null;
    if (!stat) continue;
    const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = stat.slice(11, 15).map(Number);
    if (name === postmaster) ticks += user + system + childrenUser + childrenSystem;
    else if (stat[1] === postmaster) ticks += user + system;
  }
  return ticks * tickMs;
}

/** The fields behind the command's name, the state first; null where the process is gone. */
function statOf(process: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${process}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}
