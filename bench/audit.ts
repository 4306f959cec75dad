/**
 * What an audit event costs the request that causes it, on a PostgreSQL of its own with fsync on or at a URL: a blocking
 * INSERT, a buffer on the main thread, the audit log's `log()`, pino and OpenTelemetry, and a control that does nothing.
 *
 *     bun bench/audit.ts [--short] [--runs 5] [--outage 60] [--url URL] [--json FILE] [--html FILE]
 *                        [--budget 'p99<100us,ratio>100'] [--compare OLD.json]
 *
 * Exit codes: 0; 1 where the accounting does not add up or the budget does not hold; 2 for wrong usage, and where a budget
 * was asked for on a machine too noisy for a verdict.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { BudgetError, overBudget, readBudget } from "./audit/budget.ts";
import { changes } from "./audit/compare.ts";
import { benchAudit, PlaceError } from "./audit/measure.ts";
import type { AuditBenchOptions } from "./audit/options.ts";
import { page } from "./audit/page.ts";
import type { AuditBench } from "./audit/result.ts";
import { render } from "./audit/text.ts";
import { readFlags } from "./flags.ts";

const options = {
  short: { type: "boolean", default: false },
  runs: { type: "string" },
  outage: { type: "string", default: "60" },
  url: { type: "string" },
  json: { type: "string" },
  html: { type: "string" },
  budget: { type: "string" },
  compare: { type: "string" },
} as const;

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

function flags() {
  const { values } = readFlags({ options });
  try {
    return { ...values, limits: values.budget === undefined ? [] : readBudget(values.budget) };
  } catch (error) {
    if (error instanceof BudgetError) fail(error.message);
    throw error;
  }
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > 3600)
    fail(`--${name} takes a whole number from ${least} to 3600, not ${text}`);
  return value;
}

function sizes(short: boolean, runs: string | undefined, outageSeconds: number): AuditBenchOptions {
  if (short) return { rounds: whole("runs", runs ?? "3", 1), inserts: 150, logs: 5000 };
  return {
    rounds: whole("runs", runs ?? "5", 1),
    inserts: 500,
    logs: 20_000,
    long: {
      openMs: 2000,
      rate: 10_000,
      rates: [500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000],
      rows: 200_000,
      batches: [16, 64, 256, 1024, 4096, 16_384].map((kib) => kib * 1024),
      acknowledgements: 300,
      timeline: { rate: 5000, secondsOf: { before: 30, outage: outageSeconds, after: 10, afterKill: 5 } },
      stops: { events: 200_000, times: 3 },
      kills: { kills: 3, rate: 5000, runMs: 1000 },
    },
  };
}

/** @throws where it is no result of this benchmark */
function readResult(file: string): AuditBench {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    fail(`--compare: ${file} cannot be read: ${(error as Error).message}`);
  }
  const { version, contenders } = (content ?? {}) as Partial<AuditBench>;
  if (version !== 1 || !Array.isArray(contenders))
    fail(`--compare: ${file} is no result of this benchmark, as --json FILE writes it`);
  return content as AuditBench;
}

if (import.meta.main) {
  const { short, runs, outage, url, json, html, limits, compare } = flags();
  const chosen = sizes(short, runs, whole("outage", outage, 1));
  const before = compare === undefined ? null : readResult(compare);
  const { isTTY } = process.stderr;
  const onProgress = (line: string) => isTTY && process.stderr.write(`\r\u001b[K${line}`);
  const interrupt = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => interrupt.abort());
  const { signal } = interrupt;
  const bench = await benchAudit({
    ...chosen,
    ...(url === undefined ? {} : { url }),
    onProgress,
    signal,
  }).catch((error) => {
    // What was started is stopped by now, and what was written is gone.
    if (signal.aborted) process.exit(130);
    if (error instanceof PlaceError) fail(error.message);
    throw error;
  });
  if (isTTY) process.stderr.write("\r\u001b[K");
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(bench)}\n`);
  if (html !== undefined) writeFileSync(html, page(bench));
  process.stdout.write(render(bench));
  if (before) {
    const lines = changes(before, bench);
    console.log(lines.length > 0 ? `beyond noise:\n${lines.join("\n")}` : "nothing changed beyond noise");
  }
  const over = overBudget(bench, limits);
  const silent = limits.length > 0 && bench.noise.length > 0;
  if (silent) console.log("the budget is not judged: there is no verdict");
  else for (const line of over) console.log(`over budget: ${line}`);
  if (bench.mismatches.length > 0 || (over.length > 0 && !silent)) process.exit(1);
  process.exit(silent ? 2 : 0);
}
