/** Starts audit-writer.ts, and keeps what it confirmed. */
import { join } from "node:path";
import type { WriterTask } from "./audit-writer.ts";

export interface Writer {
  run: string;
  child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  /** What it confirmed so far. */
  seen: Seen;
  /** Resolves when it has accepted up to this number, or has ended. */
  accepted(upTo: number): Promise<void>;
  /** Resolves when it has said this, or has ended. */
  said(what: (seen: Seen) => boolean): Promise<void>;
  /** Ends it and waits until all that it said is read. @returns the exit code */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<number>;
  /** Waits until it has ended by itself. @returns the exit code */
  ended(): Promise<number>;
}

export interface Seen {
  writer: string | null;
  accepted: number;
  durable: number;
  refusals: string[];
  /** What was durable when its disk had failed; null where it did not. */
  failedAt: number | null;
  memoryMiB: number;
  workerRestarts: number;
  report: { accepted: number; stored: number; spooled: number; unconfirmed: number; next: number } | null;
  complaints: string;
}

export const usualTask = {
  from: 1,
  count: 0,
  burst: 50,
  pauseMs: 0,
  poisonEvery: 0,
  jumpEvery: 0,
  eager: true,
  closeDeadlineMs: 60_000,
  storeTimeoutMs: 10_000,
  faultyDisk: false,
  faultyFlusher: false,
};

/** @param wrap a command that is to run the process; @param env variables beside PATH and HOME */
export function startWriter(
  task: Pick<WriterTask, "run" | "url" | "log"> & Partial<WriterTask>,
  { wrap = [], env = {} }: { wrap?: readonly string[]; env?: Record<string, string> } = {},
): Writer {
  const whole: WriterTask = { ...usualTask, ...task };
  const command = [
    process.execPath,
    "--no-env-file",
    join(import.meta.dir, "audit-writer.ts"),
    JSON.stringify(whole),
  ];
  const child = Bun.spawn([...wrap, ...command], {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const seen: Seen = {
    writer: null,
    accepted: 0,
    durable: 0,
    refusals: [],
    failedAt: null,
    memoryMiB: 0,
    workerRestarts: 0,
    report: null,
    complaints: "",
  };
  const watchers = new Set<() => void>();
  const reading = Promise.all([
    lines(child.stdout, (line) => {
      note(seen, line);
      for (const look of watchers) look();
    }),
    child.stderr.text().then((text) => {
      seen.complaints = text;
    }),
  ]).then(() => child.exited);
  const said = async (what: (seen: Seen) => boolean) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => what(seen) && resolve();
    watchers.add(look);
    look();
    await Promise.race([promise, reading]);
    watchers.delete(look);
  };
  return {
    run: whole.run,
    child,
    seen,
    said,
    accepted: (upTo) => said(({ accepted }) => accepted >= upTo),
    end(signal) {
      child.kill(signal);
      return reading;
    },
    ended: () => reading,
  };
}

function note(seen: Seen, line: string): void {
  const rest = line.slice(2);
  if (line.startsWith("a ")) seen.accepted = Number(rest);
  else if (line.startsWith("w ")) seen.writer = rest;
  else if (line.startsWith("d ")) seen.durable = Number(rest);
  else if (line.startsWith("f ")) seen.failedAt = Number(rest);
  else if (line.startsWith("m ")) seen.memoryMiB = Number(rest);
  else if (line.startsWith("b ")) seen.workerRestarts = Number(rest);
  else if (line.startsWith("r ")) seen.refusals.push(rest);
  else if (line.startsWith("x ")) seen.report = JSON.parse(rest);
}

/** Hands on what a process says, in whole lines alone: one that was killed may have left the half of one. */
export async function lines(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(
    new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>,
  )) {
    const all = (rest + chunk).split("\n");
    rest = all.pop() ?? "";
    for (const line of all) onLine(line);
  }
}
