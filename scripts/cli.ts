#!/usr/bin/env -S bun --config=/dev/null --no-env-file --tsconfig-override=/dev/null --no-install
/**
 * The command line. Flags in, exit code out: 0 clean, 1 findings, 2 where the tool could not do its
 * work or an input went unread, 130 at Ctrl-C. A command's module is loaded only when it runs.
 *
 * The first line keeps Bun from running what a checked folder's bunfig.toml and .env name, from looking
 * our own imports up in its tsconfig.json's "paths", and from installing what is missing.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { name, version } from "../package.json" with { type: "json" };
import { checkFormats, factsFormats, rulesFormats } from "../report/mod.ts";
import { addAdopt } from "./adopt-commands.ts";
import { addAudit } from "./audit-commands.ts";
import { addBench } from "./bench-command.ts";
import { addDeploy } from "./deploy-commands.ts";
import { ExpectedError, exitCodes, type Io, LocatedError } from "./io.ts";
import { addMigrate } from "./migrate-commands.ts";
import { outputOption } from "./output-option.ts";
import { addProve } from "./prove-commands.ts";

/**
 * Runs one command.
 * @param args what stands after `freehold`
 * @returns the exit code; nothing is thrown
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  let code: number = exitCodes.clean;
  const program = commands(io, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    io.status(null);
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.clean : exitCodes.failed;
    if (io.signal.aborted)
      return io.signal.reason === exitCodes.terminated ? exitCodes.terminated : exitCodes.interrupted;
    if (error instanceof ExpectedError || isMissingGrammar(error)) {
      io.err(`${error instanceof LocatedError ? "" : `${name}: `}${error.message}\n`);
      return exitCodes.failed;
    }
    return ownFault(error, io);
  }
}

/** An optional package that a dialect needs. Known by its name: its class lies in the analyser, which is not loaded here. */
function isMissingGrammar(error: unknown): error is Error {
  return error instanceof Error && error.name === "MissingGrammarError";
}

/** Says what nobody expected, in full. @returns the exit code */
function ownFault(error: unknown, io: Pick<Io, "err">): number {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.err(
    `${trace}\n\n${name} ${version}: this is a fault of the tool. Please report it with the lines above.\n`,
  );
  return exitCodes.failed;
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

  program
    .command("check")
    .description("check who touches whose table")
    .argument("[path...]", "show only the findings in these files and folders")
    .addOption(formats(checkFormats, "pretty"))
    .addOption(outputOption())
    .addOption(config())
    .option("--staged", "judge what is staged, and show what the commit would bring")
    .option("--since <commit>", "show what has come since the branch left this commit's")
    .addOption(cacheDir())
    .addOption(noCache())
    .option("--max-warnings <n>", "fail if there are more warnings than this", wholeNumber)
    .option("--update-baseline", "take out of the baseline what is gone; it grows by --allow-new alone")
    .option("--allow-new <reason>", "let the new findings into the baseline, with this reason")
    .addOption(types())
    .addHelpText(
      "after",
      examples(
        "check",
        "check services/guardian",
        "check --staged",
        "check --since origin/main",
        "check --format json --max-warnings 0",
        "check --format github --output sarif=freehold.sarif",
        'check --update-baseline --allow-new "there before freehold; GRV-112 ends it"',
      ),
    )
    .action(async (paths: string[], options) => {
      const { run } = await import("./check.ts");
      done(await run({ ...options, paths }, io));
    });

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

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Give a whole number from 0.");
  return Number(text);
}

function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${name} ${line}`).join("\n")}`;
}

if (import.meta.main) {
  const { terminal } = await import("./terminal.ts");
  const io = terminal();
  // Bun itself would exit with 1, which stands for findings.
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, (error: unknown) => process.exit(ownFault(error, io)));
  }
  process.exit(await main(process.argv.slice(2), io));
}
