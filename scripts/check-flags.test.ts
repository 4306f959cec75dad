import { expect, test } from "bun:test";
import { Command } from "commander";
import { addCheck } from "./check-command.ts";
import { plainCheck } from "./check-flags.ts";
import type { Io } from "./io.ts";

/** What commander makes of a check's arguments. */
function byCommander(args: readonly string[]) {
  const program = new Command();
  addCheck(program, {} as Io, () => {});
  const [check] = program.commands;
  const { operands } = check!.parseOptions([...args]);
  return { ...check!.opts(), paths: operands };
}

test.each([
  [],
  ["--staged"],
  ["--format", "json", "--cache-dir", "/tmp/cache", "--staged"],
  ["services/guardian", "--no-cache", "libs"],
  ["--since", "origin/main", "--types", "--config", "other.json"],
  ["--update-baseline", "--allow-new", "there before"],
  ["--format", "json", "--format", "sarif"],
])("plain arguments are read as commander reads them: %p", (...args) => {
  expect(plainCheck(["check", ...args])).toEqual(byCommander(args) as never);
});

test.each([
  [["facts"]],
  [["check", "--help"]],
  [["check", "--format"]],
  [["check", "--format", "none"]],
  [["check", "--format=json"]],
  [["check", "--max-warnings", "3"]],
  [["check", "--output", "sarif=out.sarif"]],
  [["check", "--since", "--staged"]],
  [["check", "--", "--staged"]],
  [["check", "--stagd"]],
  [["check", ""]],
])("all else is commander's: %p", (args) => {
  expect(plainCheck(args)).toBeNull();
});
