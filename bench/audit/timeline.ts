/**
 * A log over time, while its database is cut off for a while and its process is killed (KILL, no warning) and started again.
 * What each writer accepted is held against the table afterwards.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lines } from "../../deploy/prove/writer.ts";
import { areBusy, watchOthers } from "../processes.ts";
import { openRoad } from "./road.ts";
import { Histogram } from "./samples.ts";
import type { Written } from "./throughput.ts";
import type { Tick, TimelineTask } from "./timeline-writer.ts";

export interface TimelineOptions {
  url: string;
  /** Whether the server is none of our own, so that its processes are to be told from others by their name. */
  foreign: boolean;
  folder: string;
  rate: number;
  /** Before the outage, during it, after it until the kill, and after that. */
  secondsOf: { before: number; outage: number; after: number; afterKill: number };
}

export interface Timeline {
  rate: number;
  /** Seconds from the beginning; nanoseconds from the intended time. */
  points: {
    at: number;
    p50: number;
    p99: number;
    max: number;
    spoolBytes: number;
    unstored: number;
    lagMs: number;
  }[];
  outage: [from: number, to: number];
  killedAt: number;
  before: Window;
  during: Window;
  /** From the database's return until all that waited was stored; null where it was not before the kill. */
  caughtUpMs: number | null;
}

/** The p99.9 of response times, and of how many events: of the quiet moments alone, where these are half of it at least. */
export interface Window {
  p999: number;
  count: number;
  /** The share of the moments in which nobody else used the machine. */
  quiet: number;
}

/** Long enough for processor time, which is counted in hundredths, to say something. */
const sliceMs = 2000;

/** Watches, slice by slice, whether others use the processors. */
function watchSlices(foreign: boolean): { at(ms: number): boolean; stop(): void } {
  const others = watchOthers(foreign);
  const slices: { end: number; busy: boolean }[] = [];
  const timer = setInterval(() => slices.push({ end: Date.now(), busy: areBusy(others()) }), sliceMs);
  return {
    at: (ms) => slices.find(({ end }) => ms <= end)?.busy ?? false,
    stop: () => clearInterval(timer),
  };
}

/** @throws Error where the writer ends by itself */
export async function measureTimeline(options: TimelineOptions, written: Written): Promise<Timeline> {
  const { url, foreign, rate, secondsOf } = options;
  const folder = mkdtempSync(join(options.folder, "timeline-"));
  const road = await openRoad(url);
  const busy = watchSlices(foreign);
  const task = (name: string): TimelineTask => {
    const counts = join(folder, name);
    writeFileSync(counts, new Uint8Array(16));
    return {
      url: road.url,
      spool: join(folder, "spool"),
      counts,
      rate,
    };
  };
  const ticks: Tick[] = [];
  let writer = start(task("killed"), ticks);
  try {
    const started = await writer.first;
    await writer.until(started + secondsOf.before * 1000);
    road.set("cut");
    const cutAt = Date.now();
    await writer.until(cutAt + secondsOf.outage * 1000);
    road.set("open");
    const openAt = Date.now();
    await writer.until(openAt + secondsOf.after * 1000);
    const killedWriter = ticks.at(-1)!.writer;
    await writer.kill("SIGKILL");
    const killedAt = Date.now();
    account(folder, "killed", killedWriter, written);
    writer = start(task("next"), ticks);
    await writer.until((await writer.first) + secondsOf.afterKill * 1000);
    await writer.kill("SIGTERM");
    account(folder, "next", ticks.at(-1)!.writer, written);

    const seconds = (at: number) => (at - started) / 1000;
    const within = (from: number, to: number): Window => {
      const all = ticks.filter(({ at }) => at > from && at <= to);
      const quiet = all.filter(({ at }) => !busy.at(at));
      const enough = quiet.length >= all.length / 2;
      const found = new Histogram();
      for (const { response } of enough ? quiet : all) found.merge(response);
      const share = all.length === 0 ? 0 : quiet.length / all.length;
      return { p999: found.percentile(0.999), count: found.total, quiet: share };
    };
    const caughtUp = ticks.find(({ at, unstored }) => at > openAt && at < killedAt && unstored < rate);
    return {
      rate,
      points: ticks.map(({ at, response, spoolBytes, unstored, lagMs }) => {
        const one = new Histogram();
        one.merge(response);
        const [p50, p99, max] = [one.percentile(0.5), one.percentile(0.99), one.percentile(1)];
        return { at: seconds(at), p50, p99, max, spoolBytes, unstored, lagMs };
      }),
      outage: [seconds(cutAt), seconds(openAt)],
      killedAt: seconds(killedAt),
      // The first second is the start's: what is compiled on first use.
      before: within(started + Math.min(1000, secondsOf.before * 500), cutAt),
      during: within(cutAt, openAt),
      caughtUpMs: caughtUp ? caughtUp.at - openAt : null,
    };
  } finally {
    await writer.kill("SIGKILL");
    busy.stop();
    road.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function start(task: TimelineTask, ticks: Tick[]) {
  const child = Bun.spawn(
    [process.execPath, join(import.meta.dir, "timeline-writer.ts"), JSON.stringify(task)],
    { stdin: "ignore", stdout: "pipe", stderr: "inherit" },
  );
  const first = Promise.withResolvers<number>();
  first.promise.catch(() => {});
  const waiting: { at: number; resolve: () => void; reject: (error: Error) => void }[] = [];
  let gone: Error | null = null;
  const read = lines(child.stdout, (line) => {
    const tick = JSON.parse(line) as Tick;
    ticks.push(tick);
    first.resolve(tick.at);
    for (const { at, resolve } of waiting) if (tick.at >= at) resolve();
  }).then(() => {
    gone = new Error("the writer of the timeline ended by itself");
    first.reject(gone);
    for (const { reject } of waiting) reject(gone);
  });
  return {
    first: first.promise,
    /** Resolves with the first tick from then on. */
    async until(at: number): Promise<void> {
      if (gone) throw gone;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.push({ at, resolve, reject });
      await promise;
    },
    async kill(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
      child.kill(signal);
      await child.exited;
      await read;
    },
  };
}

function account(folder: string, name: string, writer: string, written: Written): void {
  const [, accepted] = new Float64Array(new Uint8Array(readFileSync(join(folder, name))).buffer);
  written.push({ writer, accepted: accepted! });
}
