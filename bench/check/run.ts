/** One command on one folder: how long from its start to its exit, and how much memory at its height. */

export interface Run {
  /** Milliseconds from the process's start to its exit. */
  ms: number;
  peakBytes: number;
  code: number;
  out: string;
  err: string;
}

export async function run(command: readonly string[], cwd: string): Promise<Run> {
  const started = performance.now();
  const child = Bun.spawn([...command], { cwd, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  const code = await child.exited;
  const ms = performance.now() - started;
  return { ms, peakBytes: child.resourceUsage()?.maxRSS ?? 0, code, out, err };
}

export interface Measured {
  /** Medians of the runs. */
  ms: number;
  peakBytes: number;
  /** The fastest run: what is nearest to an idle machine. */
  fastestMs: number;
}

/** @param before made ready before each run, outside of its time */
export async function measure(
  runs: number,
  command: readonly string[],
  cwd: string,
  options: { before?: (index: number) => void | Promise<void>; passes: (run: Run) => boolean },
): Promise<Measured> {
  const done: Run[] = [];
  for (let index = 0; index < runs; index++) {
    await options.before?.(index);
    const one = await run(command, cwd);
    if (!options.passes(one))
      throw new Error(`${command.join(" ")} ended with ${one.code}: ${(one.err || one.out).slice(0, 400)}`);
    done.push(one);
  }
  const median = (values: number[]) =>
    values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  return {
    ms: median(done.map(({ ms }) => ms)),
    peakBytes: median(done.map(({ peakBytes }) => peakBytes)),
    fastestMs: Math.min(...done.map(({ ms }) => ms)),
  };
}
