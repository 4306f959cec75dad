/**
 * What the command line takes, by commander: every command with its flags, its help and its complaints. A
 * command's module is loaded only when it runs.
 */
import { Command, CommanderError, Option } from "commander";
import { name, version } from "../package.json" with { type: "json" };
import { factsFormats, rulesFormats } from "../report/mod.ts";
import { addAdopt } from "./adopt-commands.ts";
import { addAudit } from "./audit-commands.ts";
import { addBench } from "./bench-command.ts";
import { addCheck } from "./check-command.ts";
import { addDeploy } from "./deploy-commands.ts";
import { exitCodes, type Io } from "./io.ts";
import { addMigrate } from "./migrate-commands.ts";
import { addProve } from "./prove-commands.ts";

/**
 * Runs the command that the arguments name.
 * @param args what stands after `freehold`
 * @returns the exit code
 * @throws what the command throws
 */
export async function runCommand(args: readonly string[], io: Io): Promise<number> {
  let code: number = exitCodes.clean;
  const program = commands(io, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    io.status(null);
    return error.exitCode === 0 ? exitCodes.clean : exitCodes.failed;
  }
}

function commands(io: Io, done: (code: number) => void): Command {
  const program = new Command(name)
    .description("Proves that each database table has one owner.")
    .version(version, "-v, --version", "print the version")
    .helpOption("-h, --help", "print help for a command")
    .helpCommand("help [command]", "print help for a command")
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      outputError: (text, write) => write(text.replace("error: ", "freehold: ").replace(/\n\(/, " (")),
      getOutHelpWidth: () => io.width,
      getErrHelpWidth: () => io.width,
    })
    .addHelpText(
      "after",
      "\nExit codes: 0 clean, 1 findings, 2 the tool could not do its work or an input went unread.",
    );

  addCheck(program, io, done);

  program
    .command("facts")
    .description("list who names which table, where, and whose it is")
    .addOption(formats(factsFormats, "table"))
    .addOption(config())
    .addOption(cacheDir())
    .addOption(noCache())
    .option("--service <name>", "only what this service's code names")
    .addOption(types())
    .option("--table <name>", 'only this table: "table" or "schema.table", * for any characters')
    .addOption(
      new Option("--verdict <verdict>", "only references of this kind; system tables show only so").choices([
        "own",
        "foreign",
        "unowned",
        "unresolved",
        "engine",
      ]),
    )
    .addHelpText(
      "after",
      examples("facts --service guardian --verdict foreign", "facts --table 'audit_log*' --format jsonl"),
    )
    .action(async (options) => {
      const { run } = await import("./facts.ts");
      done(await run(options, io));
    });

  program
    .command("explain")
    .description("say what a rule finds, why, and the way out")
    .argument("<rule>", "a rule's name, as findings show it")
    .addHelpText("after", examples("explain cross-service-read"))
    .action(async (rule: string) => {
      const { run } = await import("./explain.ts");
      done(await run({ rule }, io));
    });

  program
    .command("rules")
    .description("list the rules")
    .addOption(formats(rulesFormats, "table"))
    .addHelpText("after", examples("rules", "rules --format json"))
    .action(async (options) => {
      const { run } = await import("./rules.ts");
      done(await run(options, io));
    });

  addAdopt(program, io, done);
  addMigrate(program, io, done);
  addDeploy(program, io, done);
  addAudit(program, io, done);
  addProve(program, io, done);
  addBench(program, io, done);

  return program;
}

function formats(list: object, usual: string): Option {
  return new Option("--format <format>", "how to print").choices(Object.keys(list)).default(usual);
}

function types(): Option {
  return new Option("--types", "ask TypeScript's checker where a table is still unknown (slower)");
}

function cacheDir(): Option {
  return new Option(
    "--cache-dir <folder>",
    "where to keep what was read (default: node_modules/.cache/freehold, else .git/freehold)",
  );
}

function noCache(): Option {
  return new Option("--no-cache", "read every file anew, and keep nothing");
}

function config(): Option {
  return new Option(
    "--config <file>",
    "the manifest to use; its folder is the workspace (default: the nearest freehold.json)",
  );
}

function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${name} ${line}`).join("\n")}`;
}
