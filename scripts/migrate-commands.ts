/** The flags of `freehold migrate` and of what stands beneath it. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Io } from "./io.ts";
import type { MigrateOptions } from "./migrate.ts";

type Kind = "up" | "down" | "status" | "verify" | "stamp" | "repair";

/** Adds the command. @param done is told the exit code */
export function addMigrate(program: Command, io: Io, done: (code: number) => void): void {
  const migrate = program
    .command("migrate")
    .description("bring every service's schema up to head, and more")
    .helpCommand(false)
    .addHelpText(
      "after",
      `
Examples:
  freehold migrate
  freehold migrate --service lobby
  freehold migrate down --service lobby --steps 2
  freehold migrate plan --sql > migration.sql
  freehold migrate --deployment saas --canary 3

Each service migrates the database that its "migrate" variable names. Exit codes: 0 all is well, 1 a
migration or a history is wrong or fails, 2 a database cannot be reached or may not be changed.`,
    );

  const add = (kind: Kind, description: string) => {
    const command = common(migrate.command(kind, { isDefault: kind === "up" }).description(description))
      .addOption(
        new Option("--format <format>", "how to print").choices(["pretty", "json"]).default("pretty"),
      )
      .option("--at-once <n>", "how many tenants at a time (8)", positive)
      .allowExcessArguments(kind === "up")
      .action(async (options: MigrateOptions, { args: [word] }: Command) => {
        // Plain migrate is up, and what stands behind it may be another that was meant.
        if (word !== undefined) migrate.error(`error: ${await unknown(word, migrate)}`);
        const { run } = await import("./migrate.ts");
        done(await run(kind, options, io));
      });
    if (["up", "down", "stamp"].includes(kind)) {
      command.option("--to <n>", kind === "down" ? "the last number to stay" : "the last number", number);
    }
    if (kind === "up" || kind === "down") {
      command
        .option("--lock-wait-ms <n>", "how long to wait for another run (60000)", number)
        .option(
          "--lock-timeout-ms <n>",
          "how long a statement waits for a lock, before a retry (5000)",
          number,
        )
        .option(
          "--statement-timeout-ms <n>",
          "how long a statement may run (0: no limit; not on SQLite)",
          number,
        )
        .option("--canary <n>", "try so many tenants first, and hold the others back if one fails", number);
    }
    return command;
  };
  add("up", "bring every service's schema up to head (what plain migrate does)");
  add("down", "take migrations back, the newest first").option("--steps <n>", "how many (1)", number);
  add("status", "say which migrations are in each database, and which are not");
  add("verify", "fail unless each database is at head and its history is what the files say");
  add("stamp", "note migrations as applied without running them");
  add("repair", "clear up after a run that broke off outside of a transaction")
    .addOption(
      new Option("--as <state>", "what became of it, where the database cannot tell").choices([
        "applied",
        "pending",
      ]),
    )
    .option("--accept-changes", "take files that were edited after they were applied for what was applied");
  common(
    migrate.command("plan").description("show what up would run, statement by statement, and what it locks"),
  )
    .addOption(new Option("--format <format>", "how to print").choices(["pretty", "json"]).default("pretty"))
    .option("--all", "as if the databases were empty, without asking them")
    .option("--sql", "as one SQL file for a person to run, the history's rows included")
    .action(async (options) => {
      const { run } = await import("./migrate-plan.ts");
      done(await run(options, io));
    });
  migrate
    .command("new")
    .description("write the next migration and its way back, to be filled in")
    .argument("<name>", "what it does, such as add_room")
    .option("--service <name>", "whose it is")
    .option("--config <file>", "the manifest to use")
    .action(async (name: string, options) => {
      const { run } = await import("./migrate-new.ts");
      done(run(name, options, io));
    });
}

async function unknown(word: string, { commands }: Command): Promise<string> {
  const { nearest } = await import("../manifest/nearest.ts");
  const near = nearest(
    word,
    commands.map((command) => command.name()),
  );
  return `unknown command '${word}'${near === null ? "" : ` (Did you mean ${near}?)`}`;
}

function common(command: Command): Command {
  return command
    .option("--service <name>", "only this service")
    .option("--deployment <name>", "where the manifest says that this deployment's databases are")
    .option("--tenant <name>", "only this tenant, of a deployment that has a database for each")
    .option(
      "--config <file>",
      "the manifest to use; its folder is the workspace (default: the nearest freehold.json)",
    );
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError("Give a whole number from 1.");
  return Number(text);
}

function number(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Give a whole number from 0.");
  return Number(text);
}
