/** The audit benchmark's parts: the closed loop, the open one, and how many rows a second go through. */
import { percentile, type Spread, spread } from "../statistics.ts";
import { type Contender, type ContenderName, contenderNames, type Place } from "./contenders.ts";
import { closedLoop, openLoop } from "./loops.ts";
import type { AuditBenchOptions } from "./options.ts";
import type { AuditBench } from "./result.ts";
import { curve, quantiles } from "./samples.ts";
import { flusherAlone, measureThroughput, type Throughput, type Written } from "./throughput.ts";

/** Blocking INSERTs, and events of the others, before anything counts. */
const warmUp = { insert: 20, log: 2000 };
/** Who takes more than this at the 99th percentile does not keep up; noise alone makes tens of milliseconds. */
const kneeNs = 1e8;

type Closed = Pick<AuditBench, "contenders" | "ratio" | "untilStored">;

/** Everything that is compared in turns, one event after the other. */
export async function runClosed(
  contenders: readonly Contender[],
  { rounds, inserts, logs, onProgress, signal }: AuditBenchOptions,
  sent: Map<ContenderName, number>,
): Promise<Closed> {
  const one = async (contender: Contender, count: number) => {
    sent.set(contender.name, (sent.get(contender.name) ?? 0) + count);
    const times = await closedLoop(contender, count);
    const last = Bun.nanoseconds();
    await contender.settle();
    return { times, settled: Bun.nanoseconds() - last };
  };
  // What is compiled and prepared on first use is no part of it.
  for (const contender of contenders)
    await one(contender, contender.name === "insert" ? warmUp.insert : warmUp.log);
  const runs = new Map<ContenderName, Float64Array[]>(contenders.map(({ name }) => [name, []]));
  const stored: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of contenders) {
      signal?.throwIfAborted();
      onProgress?.(`audit: round ${round + 1} of ${rounds}, ${contenderNames[contender.name]}`);
      const { times, settled } = await one(contender, contender.name === "insert" ? inserts : logs);
      runs.get(contender.name)!.push(times);
      if (contender.name === "freehold") stored.push(settled);
    }
  }
  const at = (name: ContenderName, share: number) =>
    runs.get(name)!.map((times) => percentile([...times], share));
  const ratios = (share: number): Spread => {
    const [blocking, ours] = [at("insert", share), at("freehold", share)];
    return spread(blocking.map((value, round) => value / ours[round]!));
  };
  return {
    contenders: contenders.map(({ name }) => {
      const all = Float64Array.from(runs.get(name)!.flatMap((times) => [...times]));
      return {
        name,
        p50: spread(at(name, 0.5)),
        p99: spread(at(name, 0.99)),
        all: quantiles(all),
        curve: curve(all),
      };
    }),
    ratio: { p50: ratios(0.5), p99: ratios(0.99) },
    untilStored: spread(stored),
  };
}

/** All but the push, which keeps events for ever. */
const inOpenLoop: readonly ContenderName[] = [
  "control",
  "insert",
  "buffer",
  "freehold",
  "pino",
  "opentelemetry",
];

/** Events at a given rate: at the usual one, and up to where each contender no longer keeps up. */
export async function runOpen(
  contenders: readonly Contender[],
  { long, onProgress, signal }: AuditBenchOptions,
  sent: Map<ContenderName, number>,
): Promise<Pick<AuditBench, "openLoop" | "sweep">> {
  const { openMs, rate: usual, rates } = long!;
  const chosen = contenders.filter(({ name }) => inOpenLoop.includes(name));
  const one = async (contender: Contender, rate: number, durationMs: number) => {
    signal?.throwIfAborted();
    onProgress?.(`audit: ${rate} events/s, ${contenderNames[contender.name]}`);
    const found = await openLoop(contender, rate, durationMs);
    sent.set(contender.name, (sent.get(contender.name) ?? 0) + found.sent);
    await contender.settle();
    return found;
  };
  const atUsual: NonNullable<AuditBench["openLoop"]>["contenders"] = [];
  for (const contender of chosen) {
    const { service, response } = await one(contender, usual, openMs * 3);
    atUsual.push({
      name: contender.name,
      service: quantiles(service),
      response: quantiles(response),
      curve: curve(response),
    });
  }
  const sweep: NonNullable<AuditBench["sweep"]> = chosen.map(({ name }) => ({
    name,
    points: [],
    knee: null,
  }));
  const beyond = new Set<ContenderName>();
  for (const rate of rates) {
    for (const [index, contender] of chosen.entries()) {
      // One rate beyond the knee is enough to see it.
      if (beyond.has(contender.name)) continue;
      const { achieved, response } = await one(contender, rate, openMs);
      const { p50, p99 } = quantiles(response);
      const line = sweep[index]!;
      line.points.push({ offered: rate, achieved, p50, p99 });
      if (achieved > rate * 0.95 && (p99 ?? p50) < kneeNs) line.knee = rate;
      else beyond.add(contender.name);
    }
  }
  return { openLoop: { rate: usual, contenders: atUsual }, sweep };
}

/** Rows a second: the whole road, its flusher alone, and by a transaction's size. */
export async function runThroughput(
  place: Place,
  { rounds, long, onProgress, signal }: AuditBenchOptions,
  written: Written,
): Promise<AuditBench["throughput"]> {
  const { rows, batches } = long!;
  // Once for what is compiled on first use, and for the files that the server grows by.
  await measureThroughput(place, Math.ceil(rows / 4), written);
  const runs: Throughput[] = [];
  for (let round = 0; round < rounds; round += 1) {
    signal?.throwIfAborted();
    onProgress?.(`audit: ${rows} rows, round ${round + 1} of ${rounds}`);
    runs.push(await measureThroughput(place, rows, written));
  }
  const bySize = [];
  for (const bytes of batches) {
    onProgress?.(`audit: transactions of ${bytes} bytes`);
    bySize.push({ bytes, rate: (await flusherAlone(place, rows, bytes, written)).rate });
  }
  const of = (value: (run: (typeof runs)[number]) => number) => spread(runs.map(value));
  return {
    rows,
    ceiling: of(({ ceiling }) => ceiling),
    flusher: of(({ flusher }) => flusher),
    whole: of(({ whole }) => whole),
    flusherShare: of(({ flusher, ceiling }) => flusher / ceiling),
    wholeShare: of(({ whole, ceiling }) => whole / ceiling),
    untilDurable: of(({ untilDurableNs }) => untilDurableNs),
    batches: bySize,
  };
}
