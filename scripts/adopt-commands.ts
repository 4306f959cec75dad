/** The flags of the commands by which a team takes the toolkit up: the first manifest, and the pictures of what is. */
import type { Command } from "commander";
import type { Io } from "./io.ts";

/** Adds the commands. @param done is told the exit code */
export function addAdopt(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command("init")
    .description("write a first manifest from what the code says, every doubt as a comment")
    .option("--print", "print it and write nothing")
    .option("--baseline", "take what is found today as known")
    .addHelpText("after", examples("init", "init --baseline", "init --print"))
    .action(async (options) => {
      const { run } = await import("./init.ts");
      done(await run(options, io));
    });
}

function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  freehold ${line}`).join("\n")}`;
}
