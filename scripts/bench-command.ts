/** `freehold bench`: the benchmarks, which come with the repository and not with the package. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { ExpectedError, exitCodes, type Io } from "./io.ts";

const program = join(import.meta.dir, "../bench/mod.ts");

/** Adds `freehold bench`, which runs a benchmark as a process of its own. */
export function addBench(commands: Command, io: Io, done: (code: number) => void): void {
  commands
    .command("bench")
    .description("measure on this machine: audit, migrate and others (from a clone of the repository)")
    .argument("[name]", "which benchmark; audit unless named")
    .argument("[flags...]", "its own flags, such as --peers")
    .allowUnknownOption()
    .addHelpText("after", "\nExamples:\n  freehold bench\n  freehold bench migrate --peers --svg migrate.svg")
    // Each benchmark tells its own flags: "bench audit --help" is its question to answer.
    .helpOption(false)
    .action(async (name: string | undefined, flags: string[], _options, command: Command) => {
      if (name === "--help" || name === "-h") {
        command.outputHelp();
        done(exitCodes.clean);
      } else done(await run(name, flags, io));
    });
}

/** @throws ExpectedError where the benchmarks are not there */
async function run(name: string | undefined, flags: readonly string[], { signal }: Io): Promise<number> {
  if (!existsSync(program)) {
    throw new ExpectedError(
      "the benchmarks come with the repository, not with the package: clone it, bun install in it, then bun run bench",
    );
  }
  const child = Bun.spawn([process.execPath, program, ...(name === undefined ? [] : [name]), ...flags], {
    stdio: ["inherit", "inherit", "inherit"],
  });
  const stop = () => child.kill("SIGINT");
  signal.addEventListener("abort", stop);
  const code = await child.exited;
  signal.removeEventListener("abort", stop);
  return code === 1 ? exitCodes.findings : code === 0 ? exitCodes.clean : exitCodes.failed;
}
