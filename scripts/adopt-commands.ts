/** The flags of the commands by which a team takes the toolkit up: the first manifest, and the pictures of what is. */
import { type Command, Option } from "commander";
import { mapFormats, statusFormats } from "../report/mod.ts";
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

  program
    .command("why")
    .description("say by which places and imports a service reaches a table")
    .argument("<service>", "whose code")
    .argument("<table>", '"table" or "schema.table", * for any characters')
    .addOption(config())
    .addOption(types())
    .addHelpText("after", examples("why guardian audit_log", "why lobby 'audit_*'"))
    .action(async (service: string, table: string, options) => {
      const { run } = await import("./why.ts");
      done(await run({ ...options, service, table }, io));
    });

  program
    .command("status")
    .description("show each table with its owner, what others do to it, and which are to change hands")
    .addOption(formats(statusFormats, "table"))
    .addOption(config())
    .addOption(types())
    .addHelpText("after", examples("status", "status --format markdown > BOUNDARIES.md"))
    .action(async (options) => {
      const { run } = await import("./status.ts");
      done(await run(options, io));
    });

  program
    .command("map")
    .description("draw who owns what, and who reaches for it")
    .addOption(formats(mapFormats, "mermaid"))
    .addOption(config())
    .addOption(types())
    .addHelpText("after", examples("map", "map --format dot | dot -Tsvg > map.svg"))
    .action(async (options) => {
      const { run } = await import("./map.ts");
      done(await run(options, io));
    });

  program
    .command("docs")
    .description("write what is known of each service into its DATABASE.md")
    .option("--service <name>", "of this service alone")
    .option("--check", "write nothing, and exit with 1 where one is out of date")
    .addOption(config())
    .addOption(types())
    .addHelpText("after", examples("docs", "docs --check", "docs --service gatekeeper"))
    .action(async (options) => {
      const { run } = await import("./docs.ts");
      done(await run(options, io));
    });

  program
    .command("diff")
    .description("list as Markdown which owners and accesses a branch adds or takes away")
    .argument("<base>", "the commit or branch that it is held against")
    .addOption(config())
    .addHelpText("after", examples("diff origin/main", "diff v1.2.0 > boundaries.md"))
    .action(async (base: string, options) => {
      const { run } = await import("./diff.ts");
      done(await run({ ...options, base }, io));
    });

  program
    .command("doctor")
    .description("say what is found here, each problem with its way out")
    .addOption(config())
    .addHelpText("after", examples("doctor"))
    .action(async (options) => {
      const { run } = await import("./doctor.ts");
      done(await run(options, io));
    });

  const hook = program
    .command("hook")
    .description("check what is staged before each commit")
    .helpCommand(false)
    .addHelpText("after", examples("hook install", "hook uninstall"));
  for (const [name, description] of [
    ["install", "put the check before each commit; a hook of somebody else's is left as it is"],
    ["uninstall", "take the check away again"],
  ] as const) {
    hook
      .command(name)
      .description(description)
      .addOption(config())
      .addHelpText("after", examples(`hook ${name}`))
      .action(async (options) => {
        const commands = await import("./hook.ts");
        done(commands[name](options, io));
      });
  }
}

function formats(list: object, usual: string): Option {
  return new Option("--format <format>", "how to print").choices(Object.keys(list)).default(usual);
}

function config(): Option {
  return new Option(
    "--config <file>",
    "the manifest to use; its folder is the workspace (default: the nearest freehold.json)",
  );
}

function types(): Option {
  return new Option("--types", "ask TypeScript's checker where a table is still unknown (slower)");
}

function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  freehold ${line}`).join("\n")}`;
}
