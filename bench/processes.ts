/**
 * Processor time, by process: what each part of a measurement takes, and what others took meanwhile, which a measurement on a
 * shared machine must not hide. Where the system tells nothing of it (other than Linux), there is nothing.
 */
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

/** proc_pid_stat(5) counts in these; Linux shows a hundred a second to all programs. */
const ticksASecond = 100;
/** The parent of the kernel's threads. */
const kernel = 2;

/** Of all processors together: beyond this share for others, what is measured is what else the machine does. */
export const bearableShare = 0.05;

interface Process {
  name: string;
  parent: number;
  /** With those of its children which have ended. */
  seconds: number;
}

/** @returns null where the system does not tell */
export function readProcesses(): Map<number, Process> | null {
  if (process.platform !== "linux") return null;
  const all = new Map<number, Process>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const { name, fields } = readStat(`/proc/${pid}/stat`);
      const ticks = fields.slice(11, 15).reduce((sum, one) => sum + one, 0);
      all.set(Number(pid), { name, parent: fields[1]!, seconds: ticks / ticksASecond });
    } catch {
      // It ended between the list and the look.
    }
  }
  return all;
}

/** Processor time of a process's first thread. @throws where there is none, or the system does not tell */
export function threadSeconds(pid: number): number {
  const { fields } = readStat(`/proc/${pid}/task/${pid}/stat`);
  return (fields[11]! + fields[12]!) / ticksASecond;
}

/** What proc_pid_stat(5) says behind the name. */
function readStat(path: string): { name: string; fields: number[] } {
  // The name stands in brackets, and may hold some itself.
  const [, name = "", rest = ""] = /\((.*)\) (.*)/s.exec(readFileSync(path, "utf8")) ?? [];
  return { name, fields: rest.split(" ").map(Number) };
}

/** Whether a process is this one, or descends from it. */
export function isOurs(all: ReadonlyMap<number, Process>, pid: number): boolean {
  for (let at = pid; at > 0; at = all.get(at)?.parent ?? 0) if (at === process.pid) return true;
  return false;
}

/**
 * Begins to watch the processes that are none of ours.
 * @param database whether those called `postgres` count as ours, wherever they come from: the server at a URL
 * @returns what says how many processors they had on average since it was last asked; null where the system does not tell
 */
export function watchOthers(database = false): () => number | null {
  let before = othersSeconds(database);
  let at = performance.now();
  return () => {
    const [after, now] = [othersSeconds(database), performance.now()];
    const passed = (now - at) / 1000;
    const used = before === null || after === null ? null : Math.max(0, after - before) / passed;
    [before, at] = [after, now];
    return used;
  };
}

/** Whether others had so much that nothing should be concluded. @param processors as {@link watchOthers} tells */
export function areBusy(processors: number | null): boolean {
  return (processors ?? 0) > cpus().length * bearableShare;
}

function othersSeconds(database: boolean): number | null {
  const all = readProcesses();
  if (!all) return null;
  let seconds = 0;
  for (const [pid, one] of all) {
    if (pid === kernel || one.parent === kernel || isOurs(all, pid)) continue;
    if (!database || one.name !== "postgres") seconds += one.seconds;
  }
  return seconds;
}
