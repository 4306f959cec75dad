/**
 * How fast a check is: cold, warm and staged, on a monorepo made from a seed, whose accesses are known
 * and held against the answer first.
 *
 *     bun run bench check [--files 5000] [--growth 5000,10000,20000,50000] [--peers] [--runs 3]
 *                         [--peer-limit 60] [--seed 1] [--svg FILE] [--json]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { chart, type Line } from "./check/chart.ts";
import { type Generated, generate, measureOurs, type OursMeasured } from "./check/ours.ts";
import { peers } from "./check/peers.ts";
import { type Measured, measure, TooSlow } from "./check/run.ts";
import { readFlags } from "./flags.ts";

/** Files a service, near enough: what is generated has a few more around them. */
const PER_SERVICE = 100;

const { values } = readFlags({
  options: {
    files: { type: "string", default: "5000" },
    growth: { type: "string" },
    peers: { type: "boolean", default: false },
    runs: { type: "string", default: "3" },
    "peer-limit": { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    svg: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const [runs, seed, limit] = [Number(values.runs), Number(values.seed), Number(values["peer-limit"])];
const sizes = (values.growth ?? values.files).split(",").map(Number);
for (const [name, number] of [
  ["runs", runs],
  ["seed", seed],
  ["peer-limit", limit],
  ...sizes.map((size) => ["files", size] as const),
] as const)
  if (!Number.isInteger(number) || number < 1) {
    console.error(
      `--${name} takes a whole number from 1${name === "files" ? ", --growth several with commas" : ""}`,
    );
    process.exit(2);
  }

const say = (line: string) => {
  if (!values.json) console.log(line);
};
const ms = (value: number) => `${Math.round(value)} ms`;
const row = (name: string, measured: Measured, more = "") =>
  say(
    `  ${name.padEnd(26)}${ms(measured.ms).padStart(10)}${ms(measured.fastestMs).padStart(12)}${(measured.processorMs / measured.ms).toFixed(1).padStart(8)}${`${Math.round(measured.peakBytes / 1e6)} MB`.padStart(10)}  ${more}`,
  );

say(
  `${cpus()[0]?.model.trim() ?? "unknown"}, ${cpus().length} cores, Bun ${Bun.version}, load ${load()}; medians of ${runs}`,
);
const measured: OursMeasured[] = [];
const others: (Measured & { name: string; half: string; ratio: number })[] = [];
for (const [index, size] of sizes.entries()) {
  using monorepo = generate({
    services: Math.max(1, Math.round(size / PER_SERVICE)),
    filesPerService: PER_SERVICE - 5,
    seed,
  });
  say(`\n${monorepo.files} files, load ${load()}         median     fastest   cores    memory`);
  const ours = await measureOurs(monorepo, runs);
  measured.push(ours);
  row("freehold cold", ours.cold);
  row("freehold warm", ours.warm);
  row("freehold staged, 3 files", ours.staged);
  row("the same, all lines moved", ours.moved);
  if (values.peers && index === 0) await measurePeers(monorepo, ours);
}
if (values.svg) {
  const line = (name: string, color: string, of: (one: OursMeasured) => Measured): Line => ({
    name,
    color,
    points: measured.map((one) => ({ files: one.files, ms: of(one).fastestMs })),
  });
  const lines = [
    line("cold", "#0072b2", ({ cold }) => cold),
    line("warm", "#d55e00", ({ warm }) => warm),
    line("three staged files", "#009e73", ({ staged }) => staged),
  ];
  writeFileSync(values.svg, chart("freehold check", lines));
  say(`\nthe chart is in ${values.svg}`);
}
say(`\nload ${load()} at the end`);
if (values.json)
  console.log(JSON.stringify({ version: 1, load: loadavg(), sizes: measured, peers: others }, null, 2));

async function measurePeers(monorepo: Generated, ours: OursMeasured): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "freehold-peers-"));
  try {
    for (const { name, asks, half, command, passes } of peers) {
      const given = command(scratch, monorepo.root);
      if (!given) {
        say(`  ${name.padEnd(26)}is not installed: bun install in bench/`);
        continue;
      }
      try {
        const one = await measure(runs, given, monorepo.root, { passes, limitMs: limit * 1000 });
        const ratio = one.ms / ours.cold.ms;
        others.push({ name, half, ratio, ...one });
        row(name, one, `${half === "code" ? `${ratio.toFixed(1)} × cold; ` : "SQL alone; "}${asks}`);
      } catch (error) {
        if (error instanceof TooSlow) say(`  ${name.padEnd(26)}${error.message.padStart(10)}  ${asks}`);
        else say(`  ${name.padEnd(26)}did not run: ${(error as Error).message}`);
      }
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function load(): string {
  return loadavg()[0]?.toFixed(1) ?? "unknown";
}
