/** The flags of `freehold audit` and of what stands beneath it. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { AuditCommandOptions } from "./audit.ts";
import type { Io } from "./io.ts";

type Kind = "tail" | "export" | "drain" | "replay" | "maintain" | "prune" | "erase";

/** Adds the command. @param done is told the exit code */
export function addAudit(program: Command, io: Io, done: (code: number) => void): void {
  const audit = program
    .command("audit")
    .description("read an audit log, and look after it")
    .helpCommand(false)
    .addHelpText(
      "after",
      `
Examples:
  freehold audit tail --follow
  freehold audit export --from 2026-11-01 --to 2026-12-01 > november.jsonl
  freehold audit drain --spool /var/lib/gatekeeper/audit
  freehold audit replay --spool /var/lib/gatekeeper/audit
  freehold audit maintain --ahead 3 --keep-months 24
  freehold audit erase --actor agent:7 --by operator:ada --reason "request 1181"

The service is the one that owns audit_log, by the manifest. tail, export, drain and replay open its
database as the app does; maintain, prune and erase as its migrator. Exit codes: 0 done, 1 drain or
replay left something, 2 the database or the folder could not be worked on.`,
    );
  const add = (kind: Kind, description: string) =>
    audit
      .command(kind)
      .description(description)
      .option("--service <name>", "whose audit log, where several services have one")
      .option(
        "--config <file>",
        "the manifest to use; its folder is the workspace (default: the nearest freehold.json)",
      )
      .action(async (options: AuditCommandOptions) => {
        const { run } = await import("./audit.ts");
        done(await run(kind, options, io));
      });
  const format = (usual: string) =>
    new Option("--format <format>", "how to print").choices(["pretty", "jsonl"]).default(usual);
  add("tail", "show the last events")
    .option("--lines <n>", "how many (20)", number)
    .option("--follow", "and then each as it is stored, until Ctrl-C")
    .option("--actor <name>", "only this actor's")
    .addOption(format("pretty"));
  add("export", "print all events, the oldest first")
    .option("--from <time>", "from this time on, such as 2026-11-01", time)
    .option("--to <time>", "before this time", time)
    .option("--actor <name>", "only this actor's")
    .addOption(format("jsonl"));
  add("drain", "store what is left in the spool of processes that never came back")
    .requiredOption("--spool <folder>", "the spool's folder")
    .option("--deadline-ms <n>", "how long it may take (60000)", number);
  add("replay", "store the events that the table refused, once it takes them").requiredOption(
    "--spool <folder>",
    "the spool's folder",
  );
  add("maintain", "make the partitions of the months to come, and drop those that are too old")
    .option("--ahead <n>", "how many months ahead (3)", number)
    .option(
      "--keep-months <n>",
      "drop what is older than so many months before this one (default: nothing)",
      number,
    );
  add("prune", "drop what is too old, and no more").requiredOption(
    "--keep-months <n>",
    "how many months before this one stay",
    number,
  );
  add("erase", "take an actor out of its events, and record that it was done")
    .requiredOption("--actor <name>", "whose events")
    .requiredOption("--by <name>", "who erases")
    .requiredOption("--reason <text>", "why");
}

function number(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Give a whole number from 0.");
  return Number(text);
}

function time(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError("Give a time, such as 2026-11-01 or 2026-11-01T12:00:00Z.");
  return date;
}
