/** Proves the audit log's promises: makes the world fail in every way that they name, and counts what is lost. */
import { openArena } from "./arena.ts";
import { altered, network, poison, restart, slow } from "./database-faults.ts";
import { full, shm, sync, torn } from "./disk-faults.ts";
import type { Fault, FaultOptions, FaultReport } from "./fault.ts";
import { ail, clock, kill, terminate, together, workers } from "./processes.ts";

const faults: readonly Fault[] = [
  kill,
  workers,
  ail,
  terminate,
  together,
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
  /** Makes the same choices again. */
  seed: number;
  /** Only faults whose name holds this. */
  only?: string;
  onStart?: (name: string) => void;
  onFault?: (report: FaultReport & { name: string; ms: number }) => void;
  signal?: AbortSignal;
}

/** Runs every fault. @returns what did not hold, each with its fault's name; empty where all did */
export async function proveAudit(options: ProveOptions): Promise<string[]> {
  const { seed, only = "", onStart, onFault, signal } = options;
  const problems: string[] = [];
  await using arena = await openArena(seed);
  for (const { name, run } of faults.filter((fault) => fault.name.includes(only))) {
    signal?.throwIfAborted();
    onStart?.(name);
    await arena.sql`truncate audit_log, audit_checkpoint`;
    const begun = performance.now();
    const report = await run(arena, options);
    onFault?.({ ...report, name, ms: performance.now() - begun });
    problems.push(...report.problems.map((problem) => `${name}: ${problem}`));
  }
  return problems;
}
