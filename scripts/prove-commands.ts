/** The flags of `freehold prove`. */
import { type Command, InvalidArgumentError } from "commander";
import type { Io } from "./io.ts";

/** Adds the command. @param done is told the exit code */
export function addProve(program: Command, io: Io, done: (code: number) => void): void {
  const prove = program
    .command("prove")
    .description("make the world fail, and count what is lost")
    .helpCommand(false)
    .addHelpText(
      "after",
      `
Examples:
  freehold prove audit
  freehold prove audit --seed 7 --kills 1000 --long
  freehold prove audit --only disk

Exit codes: 0 nothing was lost, doubled or missing without being announced; 1 something was.`,
    );
  prove
    .command("audit")
    .description(
      "the audit log's promises: kills, outages, full and failing disks, on a PostgreSQL of its own",
    )
    .option("--seed <n>", "makes the same choices again (default: by chance, and said)", number)
    .option("--kills <n>", "how often the process is killed (50)", number)
    .option("--only <text>", "only faults whose name holds this")
    .option(
      "--deadline-ms <n>",
      "a fault that takes longer has failed (60000, and 1500 for each kill)",
      number,
    )
    .option("--long", "longer runs of everything: for a night")
    .action(async (options) => {
      const { run } = await import("./prove-audit.ts");
      done(await run(options, io));
    });
}

function number(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Give a whole number from 0.");
  return Number(text);
}
