/** How fast the engine is on some material, in one thread: the best of a few runs, as the machine is shared. */
import { readSqlFile } from "../../analysis/sql/mod.ts";
import { nextStatement } from "../../analysis/sql/splitter.ts";
import type { SqlFile } from "./material.ts";

export interface Speed {
  megabytes: number;
  /** Of the whole reading. */
  seconds: number;
  statementsPerSecond: number;
  /** Megabytes (of UTF-8, 10⁶ bytes) a second that are split into statements, nothing else. */
  splittingMegabytesPerSecond: number;
}

/** The best of so many runs over all files. */
export function measureSpeed(files: readonly SqlFile[], runs = 3): Speed {
  const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const splitting = best(runs, () => {
    for (const { text } of files) {
      for (let at = 0; ; ) {
        const raw = nextStatement(text, at, true, []);
        if (!raw) break;
        at = Math.max(raw.next, raw.end, raw.start + 1);
      }
    }
  });
  let statements = 0;
  const reading = best(runs, () => {
    statements = 0;
    for (const { path, text } of files) {
      const facts = readSqlFile(path, text, { dialect: "postgresql" });
      statements += facts.statements.length + facts.problems.length;
    }
  });
  return {
    megabytes: bytes / 1e6,
    seconds: reading,
    statementsPerSecond: statements / reading,
    splittingMegabytesPerSecond: bytes / 1e6 / splitting,
  };
}

function best(runs: number, run: () => void): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    run();
    fastest = Math.min(fastest, (performance.now() - start) / 1000);
  }
  return fastest;
}
