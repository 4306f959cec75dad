/**
 * `bun bench/sql/fuzz.ts [--seconds 60] [--most N] [--seed N] [--dialect postgresql | sqlite | mysql | mariadb | all] [--only INDEX]`
 *
 * Feeds the SQL engine what nobody should: a list of extremes (NUL, byte order marks, lone surrogates,
 * lines of 10 MB, 50,000 operators in a chain, deep nesting, everything left open), then mutations of
 * real statements until the time is up. No input may crash it, hang it, pass for empty, or come back
 * with a range that lies elsewhere. Prints the seed, the number of inputs and each failure with the
 * smallest text that shows it. Exit code 1 where something failed.
 *
 * `--dialect all` runs PostgreSQL beside SQLite and MariaDB, which get half of the time each; the gate
 * does so for 20 s and `--most` that many inputs of a dialect, with a seed of its own: a faster machine
 * tries no input that was not tried before, and so says the same for the same code.
 *
 * Inputs are tried in a process of their own; one that says nothing for too long is ended, and another
 * one goes on behind that input.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Dialect } from "../../manifest/model.ts";
import { readFlags } from "../flags.ts";
import { EXTREME_COUNT, type FuzzInput, fuzzInput } from "./fuzz-inputs.ts";
import type { WorkerMessage } from "./fuzz-worker.ts";

export interface FuzzFailure {
  index: number;
  message: string;
  smallest: FuzzInput;
}

export interface FuzzReport {
  dialect: Dialect;
  seed: number;
  inputs: number;
  characters: number;
  /** The input that took longest, in its process's own time and the machine's noise. */
  slowest: { index: number; ms: number; length: number };
  failures: FuzzFailure[];
}

export interface FuzzOptions {
  dialect: Dialect;
  seed: number;
  seconds: number;
  /** No more inputs than these, extremes among them. */
  most?: number;
  /** This input alone. */
  only?: number;
}

/** No more failures than these are looked for. */
const MOST_FAILURES = 10;
/** What an input may take of the processor: seconds of noise on a shared machine, and what its length allows for. */
const limitMs = (length: number) => 8_000 + length / 500;
/** Where the system does not tell a process's time the clock counts, which others' work drives, too. */
const CLOCK_MULTIPLE = 8;

/** Runs until the time is up or too much has failed. All extremes are tried, however short the time. */
export async function fuzz({ dialect, seed, seconds, most, only }: FuzzOptions): Promise<FuzzReport> {
  const report: FuzzReport = {
    dialect,
    seed,
    inputs: 0,
    characters: 0,
    slowest: { index: 0, ms: 0, length: 0 },
    failures: [],
  };
  const end = performance.now() + seconds * 1000;
  const to = only === undefined ? (most ?? Number.POSITIVE_INFINITY) : only + 1;
  let next = only ?? 0;
  while (next < to && report.failures.length < MOST_FAILURES) {
    next = await runWorker(report, next, to, end);
  }
  return report;
}

/** Follows one process to its end. @returns the input to go on with, infinity where there is nothing to go on with */
async function runWorker(report: FuzzReport, from: number, to: number, end: number): Promise<number> {
  const present = { index: from, length: 0, since: performance.now(), ready: false };
  let wrongAt: string | null = null;
  let over = false;
  const settle = () => {
    const ms = performance.now() - present.since;
    wrongAt = null;
    if (present.ready && ms > report.slowest.ms)
      report.slowest = { index: present.index, ms, length: present.length };
    present.since = performance.now();
  };
  const child = Bun.spawn(
    [
      process.execPath,
      join(import.meta.dir, "fuzz-worker.ts"),
      report.dialect,
      ...[report.seed, from, to].map(String),
    ],
    {
      stdin: "ignore",
      stdout: "inherit",
      stderr: "inherit",
      ipc(message: WorkerMessage) {
        if (over) return;
        if (message.kind === "ready") {
          present.since = performance.now();
        } else if (message.kind === "begin") {
          settle();
          present.index = message.index;
          present.length = message.length;
          present.ready = true;
          report.inputs++;
          report.characters += message.length;
        } else if (message.kind === "wrong") {
          wrongAt = message.message;
        } else {
          const { index, message: wrong, smallest } = message;
          report.failures.push({ index, message: wrong, smallest });
          wrongAt = null;
          // Shrinking took its time, too.
          present.since = performance.now();
        }
      },
    },
  );
  let wrong: string | null = null;
  let begun = { since: present.since, processorMs: processorMs(child.pid) };
  while (child.exitCode === null && child.signalCode === null) {
    await Promise.race([child.exited, Bun.sleep(100)]);
    if (begun.since !== present.since) begun = { since: present.since, processorMs: processorMs(child.pid) };
    const now = processorMs(child.pid);
    const quietMs =
      now === null || begun.processorMs === null
        ? (performance.now() - present.since) / CLOCK_MULTIPLE
        : now - begun.processorMs;
    // An input that was asked for alone is tried to its end.
    if (performance.now() > end && present.index >= EXTREME_COUNT && to > present.index + 1) over = true;
    if (report.failures.length >= MOST_FAILURES) over = true;
    if (quietMs > limitMs(present.length)) wrong = wrongAt ?? `hangs: no answer in ${Math.round(quietMs)} ms`;
    if (over || wrong !== null) {
      child.kill("SIGKILL");
      await child.exited;
      break;
    }
  }
  if (wrong === null && !over && child.exitCode !== 0)
    wrong = wrongAt ?? `ends the process (${child.signalCode ?? child.exitCode})`;
  if (wrong === null) return Number.POSITIVE_INFINITY;
  report.failures.push({
    index: present.index,
    message: wrong,
    smallest: fuzzInput(report.seed, present.index),
  });
  return present.index + 1;
}

/** Processor time of a process so far, where Linux tells it. */
function processorMs(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return null;
  }
}

function show({ dialect, seed, inputs, characters, slowest, failures }: FuzzReport): string {
  const lines = failures.flatMap(({ index, message, smallest }) => {
    const text = JSON.stringify(smallest.text);
    const shown =
      text.length > 400
        ? `${text.slice(0, 300)} … ${text.slice(-60)} (${smallest.text.length} characters)`
        : text;
    const how =
      smallest.mode === "file"
        ? "file"
        : `${smallest.whole ? "statement" : "fragment"} with holes ${smallest.holes.join(", ")}`;
    return [
      `input ${index}: ${message}`,
      `  ${how}: ${shown}`,
      `  again: bun bench/sql/fuzz.ts --seed ${seed} --dialect ${dialect} --only ${index}`,
    ];
  });
  lines.push(
    `${dialect}, seed ${seed}: ${inputs} inputs, ${(characters / 1e6).toFixed(1)} million characters, ${failures.length} failures; the slowest took ${Math.round(slowest.ms)} ms (input ${slowest.index}, ${slowest.length} characters)`,
  );
  return `${lines.join("\n")}\n`;
}

/** What runs side by side, one after the other in each lane; MySQL's reader is MariaDB's. */
const LANES: readonly (readonly Dialect[])[] = [["postgresql"], ["sqlite", "mariadb"]];

const DIALECTS: readonly Dialect[] = ["postgresql", "sqlite", "mysql", "mariadb"];

if (import.meta.main) {
  const { values } = readFlags({
    options: {
      seconds: { type: "string", default: "60" },
      most: { type: "string" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
      dialect: { type: "string", default: "postgresql" },
      only: { type: "string" },
    },
  });
  const seed = Number(values.seed);
  const seconds = Number(values.seconds);
  const most = values.most === undefined ? undefined : Number(values.most);
  const only = values.only === undefined ? undefined : Number(values.only);
  const one = DIALECTS.find((name) => name === values.dialect);
  const lanes = one ? [[one]] : values.dialect === "all" ? LANES : null;
  if (
    !Number.isInteger(seed) ||
    !Number.isInteger(only ?? 0) ||
    !((most ?? 1) >= 1) ||
    !(seconds >= 0) ||
    !lanes
  ) {
    process.stderr.write(
      `fuzz: --seed and --only are whole numbers, --seconds is a number that is not negative, --most one from 1 on, --dialect one of ${DIALECTS.join(", ")}, all\n`,
    );
    process.exit(2);
  }
  const run = async (lane: readonly Dialect[]): Promise<number> => {
    let failures = 0;
    for (const dialect of lane) {
      const share = {
        dialect,
        seed,
        seconds: seconds / lane.length,
        ...(most === undefined ? {} : { most }),
      };
      const report = await fuzz(only === undefined ? share : { ...share, only });
      process.stdout.write(show(report));
      failures += report.failures.length;
    }
    return failures;
  };
  const failures = await Promise.all(lanes.map(run));
  process.exit(failures.some((count) => count > 0) ? 1 : 0);
}
