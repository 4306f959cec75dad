/** What a number was measured on, and what the machine was busy with besides. */
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { join } from "node:path";
import { watchOthers } from "../processes.ts";
import { type Spread, spread } from "../statistics.ts";

export interface Machine {
  cpu: string;
  cores: number;
  system: string;
  bun: string;
  postgresql: string;
  /** Load averages of a minute, at the beginning and at the end. */
  load: { before: number; after: number };
  /** Of all processor time meanwhile, the share that the hypervisor gave to others; null where it is not told. */
  steal: number | null;
  /** Of the processors, how many processes that are none of the benchmark's had on average; null where it is not told. */
  others: number | null;
  /** Nanoseconds that reading the clock takes: a part of every number. */
  clock: Spread;
  /** Nanoseconds of one fdatasync after 4 KiB, on the spool's disk. */
  fdatasync: Spread;
}

/**
 * Begins to watch.
 * @param foreign whether the database server is none of our own
 * @returns what ends it and says what was seen
 */
export function watchMachine(folder: string, postgresql: string, foreign: boolean): () => Machine {
  const others = watchOthers(foreign);
  const before = { load: loadavg()[0]!, time: processorTime() };
  const clock = clockCost();
  const fdatasync = spread(timeFdatasync(folder, 50));
  return () => {
    const after = processorTime();
    const passed = after && before.time ? after.all - before.time.all : 0;
    return {
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cores: cpus().length,
      system: `${process.platform} ${release()}`,
      bun: Bun.version,
      postgresql,
      load: { before: before.load, after: loadavg()[0]! },
      steal: after && before.time && passed > 0 ? (after.steal - before.time.steal) / passed : null,
      others: others(),
      clock,
      fdatasync,
    };
  };
}

/** Nanoseconds of each of so many bare fdatasyncs, each after an append of 4 KiB. */
export function timeFdatasync(folder: string, count: number): number[] {
  const path = join(folder, `fdatasync-${process.pid}`);
  const file = openSync(path, "w");
  const block = new Uint8Array(4096).fill(1);
  try {
    return Array.from({ length: count }, () => {
      writeSync(file, block);
      const start = Bun.nanoseconds();
      fdatasyncSync(file);
      return Bun.nanoseconds() - start;
    });
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

function clockCost(): Spread {
  const count = 20_000;
  const runs = Array.from({ length: 5 }, () => {
    const start = Bun.nanoseconds();
    for (let at = 0; at < count; at += 1) Bun.nanoseconds();
    return (Bun.nanoseconds() - start) / count;
  });
  return spread(runs);
}

/** The first line of /proc/stat (proc_stat(5)); null on other systems. */
function processorTime(): { all: number; steal: number } | null {
  try {
    const [, ...times] = readFileSync("/proc/stat", "utf8").split("\n")[0]!.trim().split(/\s+/).map(Number);
    // Guests' time is in user's and nice's already.
    return { all: times.slice(0, 8).reduce((sum, one) => sum + one, 0), steal: times[7] ?? 0 };
  } catch {
    return null;
  }
}
