/** `freehold check`, as commander takes it. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { name } from "../package.json" with { type: "json" };
import { checkFlags, type Flag } from "./check-flags.ts";
import type { Io } from "./io.ts";
import { reportFile } from "./output-option.ts";

/** Adds the command. @param done is told the exit code */
export function addCheck(program: Command, io: Io, done: (code: number) => void): void {
  const command = program
    .command("check")
    .description("check who touches whose table")
    .argument("[path...]", "show only the findings in these files and folders");
  for (const flag of checkFlags) command.addOption(optionOf(flag));
  const examples = [
    "check",
    "check services/guardian",
    "check --staged",
    "check --since origin/main",
    "check --format json --max-warnings 0",
    "check --format github --output sarif=freehold.sarif",
    'check --update-baseline --allow-new "there before freehold; GRV-112 ends it"',
  ];
  command
    .addHelpText("after", `\nExamples:\n${examples.map((line) => `  ${name} ${line}`).join("\n")}`)
    .action(async (paths: string[], options) => {
      const { run } = await import("./check.ts");
      done(await run({ ...options, paths }, io));
    });
}

function optionOf({ flags, about, choices, usual, made }: Flag): Option {
  const option = new Option(flags, about);
  if (choices) option.choices(choices);
  if (usual !== undefined) option.default(usual);
  if (made === "whole number") option.argParser(wholeNumber);
  if (made === "report files") option.argParser(reportFile);
  return option;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Give a whole number from 0.");
  return Number(text);
}
