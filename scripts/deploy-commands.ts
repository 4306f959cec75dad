/** The flags of the commands on the project's side: roles, drift, provision. */
import { type Command, Option } from "commander";
import type { DriftCommandOptions } from "./drift.ts";
import type { Io } from "./io.ts";
import type { ProvisionOptions } from "./provision.ts";
import type { RolesOptions } from "./roles.ts";

/** Adds the commands. @param done is told the exit code */
export function addDeploy(program: Command, io: Io, done: (code: number) => void): void {
  const roles = program
    .command("roles")
    .description("give each service the roles and rights it needs")
    .helpCommand(false)
    .addHelpText(
      "after",
      `
Examples:
  freehold roles plan --deployment dev
  freehold roles apply --deployment dev --secrets passwords.env
  freehold roles verify --deployment prod --format json

The databases are opened by the deployment's own variables. A role's password is read from --secrets,
from a variable such as GATEKEEPER_APP_PASSWORD, or from the service's own connection URL. Run apply
again after migrations: what they made can then be granted. Exit codes: 0 all is well, 1 verify found
a difference, 2 a database could not be worked on.`,
    );
  for (const [kind, description] of [
    ["plan", "show the statements that apply would run"],
    ["apply", "run them, each database in one transaction"],
    ["verify", "fail where a database is not as the manifest says"],
  ] as const) {
    deployed(roles.command(kind).description(description))
      .option("--secrets <file>", "passwords: a JSON object, or lines of NAME=value")
      .option("--take-over", "also roles, schemas and tables that others have made")
      .action(async (options: RolesOptions) => {
        const { run } = await import("./roles.ts");
        done(await run(kind, options, io));
      });
  }
  deployed(
    program.command("drift").description("hold the live databases against the manifest and the migrations"),
  )
    .addHelpText(
      "after",
      `
Examples:
  freehold drift --deployment staging
  freehold drift --deployment prod --format json

What tables should look like is found by running the migrations on the embedded PostgreSQL; the live
databases are only read. Where a history is its owner's alone, an administrator who is no superuser is
a member of that role while it is read: the grant is rolled back. Exit codes: 0 nothing has drifted,
1 something has, 2 a database could not be looked at.`,
    )
    .action(async (options: DriftCommandOptions) => {
      const { run } = await import("./drift.ts");
      done(await run(options, io));
    });

  program
    .command("provision")
    .description("print what the project sets up: databases, roles, variables, jobs")
    .requiredOption("--deployment <name>", "the manifest's deployment whose databases are meant")
    .addOption(
      new Option("--format <format>", "what to print")
        .choices(["sql", "compose", "kubernetes", "env"])
        .makeOptionMandatory(),
    )
    .option("--tenant <name>", "only this tenant's")
    .addOption(config())
    .addHelpText(
      "after",
      `
Examples:
  freehold provision --deployment dev --format sql > init-db.sql
  freehold provision --deployment dev --format compose > compose.yaml
  freehold provision --deployment prod --format kubernetes
  freehold provision --deployment prod --format env

No password is ever printed: there are placeholders, and the names under which secrets are expected.`,
    )
    .action(async (options: ProvisionOptions) => {
      const { run } = await import("./provision.ts");
      done(await run(options, io));
    });
}

/** What all of them take. */
function deployed(command: Command): Command {
  return command
    .requiredOption("--deployment <name>", "the manifest's deployment whose databases are meant")
    .addOption(config())
    .addOption(new Option("--format <format>", "how to print").choices(["pretty", "json"]).default("pretty"));
}

function config(): Option {
  return new Option(
    "--config <file>",
    "the manifest to use; its folder is the workspace (default: the nearest freehold.json)",
  );
}
