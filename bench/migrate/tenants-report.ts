/** What runs over tenants' databases come to: as a table, as ratios and as a picture. Pure functions of the times. */
import { spread } from "../statistics.ts";
import type { Panel } from "./bars.ts";
import { limit } from "./limit.ts";
import type { ProcessorTime } from "./processor-time.ts";

export interface TenantRun {
  name: string;
  /** The round trip's delay on the road to the server. */
  roundTripMs: number;
  /** Milliseconds of each run: from empty databases to head, and at head (which the limit has no turn for). */
  upMs: number[];
  headMs: number[];
  /** Of each way up, for each tenant; none where the system does not tell. */
  processorMs: ProcessorTime[];
  /** Why it has no times; null where it has. */
  failed: string | null;
}

/** How many times as fast as the best peer, on one road; both are null where one of the two has no times. */
export interface TenantRatios {
  roundTripMs: number;
  /** The fastest of the others; null where there is none. */
  bestPeer: string | null;
  freeholdToBestPeer: number | null;
  limitToBestPeer: number | null;
}

export const migrationsEach = 10;

/** Speeds (so that 2 is twice as fast) by the medians of the way up, for each road. */
export function tenantRatios(results: readonly TenantRun[]): TenantRatios[] {
  return [...Map.groupBy(results, ({ roundTripMs }) => roundTripMs)].map(([roundTripMs, runs]) => {
    const timed = runs
      .filter(({ failed, upMs }) => failed === null && upMs.length > 0)
      .map(({ name, upMs }) => ({ name, ms: spread(upMs).median }));
    const [best] = timed
      .filter(({ name }) => name !== "freehold" && name !== limit.name)
      .sort((a, b) => a.ms - b.ms);
    const speed = (of: string) => {
      const own = timed.find(({ name }) => name === of);
      return best && own ? best.ms / own.ms : null;
    };
    return {
      roundTripMs,
      bestPeer: best?.name ?? null,
      freeholdToBestPeer: speed("freehold"),
      limitToBestPeer: speed(limit.name),
    };
  });
}

/** The table that is printed: medians, ranges, each one's time as a multiple of freehold's, and the ratios. */
export function tenantTable(results: readonly TenantRun[], tenants: number): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  const ratios = tenantRatios(results);
  return [...Map.groupBy(results, ({ roundTripMs }) => roundTripMs)]
    .map(([roundTripMs, runs]) => {
      const ours = runs.find(({ name }) => name === "freehold");
      const base = ours && ours.upMs.length > 0 ? spread(ours.upMs).median : Number.NaN;
      const lines = runs.map(({ name, upMs, headMs, processorMs, failed }) => {
        if (failed !== null) return `  ${name.padEnd(width)}  failed: ${failed}`;
        const up = spread(upMs);
        const ratio = (up.median / base).toFixed(2).padStart(5);
        const head = headMs.length > 0 ? `  at head ${seconds(spread(headMs).median)}` : "";
        return `  ${name.padEnd(width)}  ${seconds(up.median).padStart(8)} (${seconds(up.lowest)} to ${seconds(up.highest)})  ${ratio} ×${head}${processorText(processorMs)}`;
      });
      const title = `${migrationsEach} migrations × ${tenants} tenants' databases, eight at a time, round trip ${roundTripMs} ms`;
      return [title, ...lines, ...ratioLines(ratios.find((one) => one.roundTripMs === roundTripMs))].join(
        "\n",
      );
    })
    .join("\n\n");
}

function processorText(times: readonly ProcessorTime[]): string {
  if (times.length === 0) return "";
  const part = (name: keyof ProcessorTime) => spread(times.map((time) => time[name])).median;
  const parts = (["client", "road", "server"] as const).map((name) => `${name} ${part(name).toFixed(1)}`);
  const sum = part("client") + part("road") + part("server");
  return `  processor ms a tenant ${sum.toFixed(1)} (${parts.join(", ")})`;
}

function ratioLines(ratios: TenantRatios | undefined): string[] {
  if (!ratios || ratios.bestPeer === null) return [];
  const line = (what: string, speed: number | null) =>
    speed === null ? [] : [`  ${what} ÷ best peer (${ratios.bestPeer}): ${speed.toFixed(2)} times as fast`];
  return [...line("freehold", ratios.freeholdToBestPeer), ...line("limit", ratios.limitToBestPeer)];
}

/** The same as a picture, one panel for each road; the limit is hollow. */
export function tenantPanels(results: readonly TenantRun[], tenants: number): Panel[] {
  return [...Map.groupBy(results, ({ roundTripMs }) => roundTripMs)].map(([roundTripMs, runs]) => ({
    title: `${tenants} tenants, round trip ${roundTripMs} ms`,
    bars: runs
      .filter(({ failed }) => failed === null)
      .map(({ name, upMs, headMs }) => ({
        name,
        note: headMs.length > 0 ? `at head ${spread(headMs).median.toFixed(0)} ms` : "no runner",
        ms: spread(upMs),
        hollow: name === limit.name,
      })),
  }));
}
