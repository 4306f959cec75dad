/** One command on one folder: how long from its start to its exit, and how much memory at its height. */

export interface Run {
  /** Milliseconds from the process's start to its exit. */
  ms: number;
  /** Milliseconds of all cores together. */
  processorMs: number;
  peakBytes: number;
  code: number;
  out: string;
  err: string;
}

/** A command that took longer than it was given: it was ended. */
export class TooSlow extends Error {}

/** @throws TooSlow where the command has not ended after `limitMs` */
export async function run(command: readonly string[], cwd: string, limitMs?: number): Promise<Run> {
  const started = performance.now();
  const limit = limitMs === undefined ? {} : { timeout: limitMs, killSignal: "SIGKILL" as const };
  const child = Bun.spawn([...command], { cwd, stdin: "ignore", stdout: "pipe", stderr: "pipe", ...limit });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  const code = await child.exited;
  const ms = performance.now() - started;
  if (limitMs !== undefined && ms >= limitMs) throw new TooSlow(`over ${Math.round(limitMs / 1000)} s`);
  const usage = child.resourceUsage();
  // Microseconds, as `bigint` or as a number.
  const processorMs = Number(usage?.cpuTime.total ?? 0) / 1000;
  return { ms, processorMs, peakBytes: usage?.maxRSS ?? 0, code, out, err };
}

export interface Measured {
  /** Medians of the runs. */
  ms: number;
  processorMs: number;
  peakBytes: number;
  /** The fastest run: what is nearest to an idle machine. */
  fastestMs: number;
}

/**
 * @param options.before made ready before each run, outside of its time
 * @param options.limitMs what one run may take
 * @throws TooSlow where one takes longer
 */
export async function measure(
  runs: number,
  command: readonly string[],
  cwd: string,
  options: {
    before?: (index: number) => void | Promise<void>;
    passes: (run: Run) => boolean;
    limitMs?: number;
  },
): Promise<Measured> {
  const done: Run[] = [];
  for (let index = 0; index < runs; index++) {
    await options.before?.(index);
    const one = await run(command, cwd, options.limitMs);
    if (!options.passes(one))
      throw new Error(`${command.join(" ")} ended with ${one.code}: ${(one.err || one.out).slice(0, 400)}`);
    done.push(one);
  }
  const median = (values: number[]) =>
    values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  return {
    ms: median(done.map(({ ms }) => ms)),
    processorMs: median(done.map(({ processorMs }) => processorMs)),
    peakBytes: median(done.map(({ peakBytes }) => peakBytes)),
    fastestMs: Math.min(...done.map(({ ms }) => ms)),
  };
}
