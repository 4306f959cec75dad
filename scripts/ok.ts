/**
 * `bun run ok`: the gate. A line for each step, the first failure's output in full, which tests it was,
 * and last the count of tests. `bun run ok types tests` runs these steps alone.
 *
 * Tools are started with the Bun that runs this file: on a machine with Node alone it is not on PATH.
 */
import { join } from "node:path";
import { duration } from "../report/summary.ts";
import { gistOf } from "./ok-gist.ts";
import { terminal } from "./terminal.ts";

export interface Step {
  name: string;
  /** What Bun is given to run. */
  args: readonly string[];
  /** Its output ends with Bun's own count of tests, and no test at all is a failure. */
  counts?: boolean;
}

export const steps: readonly Step[] = [
  {
    name: "format and lint",
    args: ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings"],
  },
  { name: "types", args: ["node_modules/typescript/bin/tsc", "--noEmit", "--project", "."] },
  { name: "generated files", args: ["scripts/generate.ts", "--check"] },
  {
    name: "SQL fuzzing",
    args: ["bench/sql/fuzz.ts", ...["--dialect", "all", "--seconds", "20", "--most", "30000", "--seed", "1"]],
  },
  // Tests start servers and processes: on a slow or busy machine that takes longer than Bun allows by itself.
  { name: "tests", args: ["test", "--timeout", "240000"], counts: true },
];

export interface Gate {
  /** Where the steps run. */
  root: string;
  print(text: string): void;
  /** Names the step that is running, null when it is over. */
  status(line: string | null): void;
  color: { red(text: string): string; green(text: string): string; bold(text: string): string };
}

/** Runs the steps one after the other; a failure does not keep the others from running. @returns whether all passed */
export async function runGate(list: readonly Step[], { root, print, status, color }: Gate): Promise<boolean> {
  let firstFailure: { name: string; output: string } | null = null;
  const failed: string[] = [];
  let tests = { passed: 0, failed: 0 };
  let gist = "";
  const started = performance.now();
  for (const step of list) {
    status(`${step.name} …`);
    const begun = performance.now();
    const { code, output } = await runBun(step.args, root);
    status(null);
    const count = step.counts ? countTests(output, code) : null;
    if (count) tests = count;
    const good = code === 0 && (count === null || count.passed > 0);
    const took = duration(performance.now() - begun);
    const detail = count ? `${took}  ${count.passed} passed, ${count.failed} failed` : took;
    print(`${good ? color.green("✓") : color.red("✗")} ${step.name.padEnd(16)} ${detail}\n`);
    if (good) continue;
    failed.push(step.name);
    if (count) gist += gistOf(output);
    const said = count?.passed === 0 && code === 0 ? `${output}no test ran\n` : output;
    firstFailure ??= { name: step.name, output: said };
  }
  if (firstFailure) {
    print(`\n${color.bold(`${firstFailure.name}:`)}\n${firstFailure.output.trimEnd()}\n\n`);
    if (gist) print(`${color.bold("what failed:")}\n${gist}\n`);
    print(`${color.red("not ok:")} ${failed.join(", ")}\n`);
  } else {
    print(`${color.green("ok")} in ${duration(performance.now() - started)}\n`);
  }
  if (list.some(({ counts }) => counts)) print(`${tests.passed} passed, ${tests.failed} failed\n`);
  return failed.length === 0;
}

/** Reads the summary that `bun test` ends with. A run that broke off before it counts as one failure. */
export function countTests(output: string, code: number): { passed: number; failed: number } {
  const last = (word: string) =>
    Number([...output.matchAll(new RegExp(`^ *(\\d+) ${word}$`, "gm"))].at(-1)?.[1] ?? 0);
  const failed = last("fail");
  return { passed: last("pass"), failed: code !== 0 && failed === 0 ? 1 : failed };
}

async function runBun(args: readonly string[], root: string): Promise<{ code: number; output: string }> {
  const child = Bun.spawn([process.execPath, ...args], {
    cwd: root,
    // CI: a snapshot that is missing is a failure, not a file to write.
    env: { ...process.env, CI: "true", NO_COLOR: "1", FORCE_COLOR: undefined },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const texts = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, output: texts.join("") };
}

if (import.meta.main) {
  const io = terminal();
  const wanted = process.argv.slice(2);
  const chosen = steps.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    io.err(`no step ${unknown.join(", ")}: there are ${steps.map(({ name }) => `"${name}"`).join(", ")}\n`);
    process.exit(2);
  }
  io.signal.addEventListener("abort", () => process.exit(io.signal.reason));
  const root = join(import.meta.dir, "..");
  const good = await runGate(chosen, { root, print: io.out, status: io.status, color: io.color });
  process.exit(good ? 0 : 1);
}
