/**
 * Proves the audit log's promises: makes the world fail in every way that they name, and counts what is lost.
 *
 * A fault that does not end, or that breaks off, is one whose promise does not hold. It is said so, with what its processes had
 * said last; they are killed, and the faults that follow have a new server and a new folder.
 */
import { type Arena, openArena } from "./arena.ts";
import { altered, network, poison, restart, slow } from "./database-faults.ts";
import { full, shm, sync, torn } from "./disk-faults.ts";
import type { Fault, FaultOptions, FaultReport } from "./fault.ts";
import { ail, clock, copied, kill, terminate, together, workers } from "./processes.ts";

const faults: readonly Fault[] = [
  kill,
  workers,
  ail,
  terminate,
  together,
  copied,
  restart,
  network,
  full,
  sync,
  torn,
  shm,
  clock,
  altered,
  poison,
  slow,
];

export const faultNames: readonly string[] = faults.map(({ name }) => name);

export interface ProveOptions extends FaultOptions {
  /** Makes the same choices again, a fault's own whichever others run. */
  seed: number;
  /** Only faults whose name holds this. */
  only?: string;
  /** How long one fault may take; ten times what the slowest takes on a machine that has nothing else to do, unless given. */
  deadlineMs?: number;
  onStart?: (name: string) => void;
  onFault?: (report: FaultReport & { name: string; ms: number }) => void;
  signal?: AbortSignal;
}

const shortMs = 60_000;
const longMs = 3_600_000;
const killMs = 1500;

/** Runs every fault. @returns what did not hold, each with its fault's name; empty where all did. @throws where it is aborted */
export const proveAudit = (options: ProveOptions) => proveFaults(faults, options);

/** The same for faults of one's choice. */
export async function proveFaults(faults: readonly Fault[], options: ProveOptions): Promise<string[]> {
  const { seed, only = "", onStart, onFault, signal, kills, long } = options;
  const { deadlineMs = (long ? longMs : shortMs) + kills * killMs } = options;
  const problems: string[] = [];
  let arena: Arena | null = null;
  try {
    for (const fault of faults.filter(({ name }) => name.includes(only))) {
      const { name, deadlineMs: ownMs = deadlineMs } = fault;
      signal?.throwIfAborted();
      onStart?.(name);
      arena ??= await openArena(seed);
      await arena.begin(name);
      const begun = performance.now();
      const report = await within(fault.run(arena, options), ownMs, signal);
      if (typeof report === "string") {
        const told = [report, ...arena.running()].join("; ");
        await arena[Symbol.asyncDispose]();
        arena = null;
        const nothing = { count: "no end", stored: 0, announced: 0, problems: [told] };
        onFault?.({ ...nothing, name, ms: performance.now() - begun });
        problems.push(`${name}: ${told}`);
        continue;
      }
      onFault?.({ ...report, name, ms: performance.now() - begun });
      problems.push(...report.problems.map((problem) => `${name}: ${problem}`));
    }
  } finally {
    await arena?.[Symbol.asyncDispose]();
  }
  return problems;
}

/** @returns in words where it has not come to its end by then. @throws where it is aborted */
async function within<T>(work: Promise<T>, ms: number, signal?: AbortSignal): Promise<T | string> {
  const { promise: late, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve(`did not end within ${ms / 1000} s`), ms);
  const abort = () => reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const ended = work.catch(
    (error: unknown) => `broke off: ${error instanceof Error ? error.message : error}`,
  );
  try {
    return await Promise.race([ended, late]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
