/** Provisioning as a script for psql, run once by whoever runs the server: databases, roles, rights. Running it again does no harm. */
import { ident } from "../roles/names.ts";
import { passwordVariable } from "../roles/plan.ts";
import type { Step } from "../roles/step.ts";
import type { Provision, ProvisionedDatabase } from "./plan.ts";

/**
 * A script for `psql` 14 or later, as its superuser. Passwords come from the environment of psql, by `\getenv`; none is in it.
 */
export function provisionSql({ deployment, databases }: Provision): string {
  const roles = [
    ...new Map(
      databases
        .flatMap(({ database }) => database.services)
        .flatMap(({ roles: { app, migrator } }) => [app, migrator])
        .map((role) => [role, passwordVariable(role)]),
    ),
  ];
  return [
    `-- The databases of the deployment ${deployment.name}: run by the project, once, with psql as the server's superuser.`,
    "-- It holds no password: each is taken from a variable of psql's environment. Written by freehold provision.",
    "\\set ON_ERROR_STOP on",
    ...databases.flatMap(databaseLines),
    "",
    "-- Passwords, where the environment has them.",
    ...roles.flatMap(([role, variable]) => [
      `\\getenv password ${variable}`,
      "\\if :{?password}",
      `  ALTER ROLE ${ident(role)} PASSWORD :'password';`,
      "  \\unset password",
      "\\else",
      `  \\echo ${variable} is not set: ${role} cannot log in with a password yet`,
      "\\endif",
    ]),
    "",
  ].join("\n");
}

function databaseLines({ name, database, steps }: ProvisionedDatabase): string[] {
  const who = database.services.map(({ service }) => service.name).join(", ");
  return [
    "",
    `-- ${name}: ${who}${database.tenant === null ? "" : `, for the tenant ${database.tenant}`}`,
    ...unless(`CREATE DATABASE ${ident(name)}`, `SELECT FROM pg_database WHERE datname = ${literal(name)}`),
    `\\connect ${psqlWord(name)}`,
    ...steps.flatMap(stepLines),
  ];
}

/** Roles are the cluster's: a database after the first finds them there. */
function stepLines({ kind, sql }: Step): string[] {
  const role = /^CREATE ROLE (\S+|"(?:[^"]|"")+") /.exec(sql)?.[1];
  if (role !== undefined) return unless(sql, `SELECT FROM pg_roles WHERE rolname = ${literal(plain(role))}`);
  if (kind === "extension") return [`${sql.replace("CREATE EXTENSION", "CREATE EXTENSION IF NOT EXISTS")};`];
  if (kind === "schema") return [`${sql.replace("CREATE SCHEMA", "CREATE SCHEMA IF NOT EXISTS")};`];
  // Before 16 a membership has no options, and the member's NOINHERIT is what counts.
  if (kind === "membership")
    return [
      "SELECT current_setting('server_version_num')::int >= 160000 AS options \\gset",
      "\\if :options",
      `  ${sql};`,
      "\\else",
      `  ${sql.replace(/ WITH .*/, "")};`,
      "\\endif",
    ];
  return [`${sql};`];
}

/** A statement that has no IF NOT EXISTS of its own. */
function unless(statement: string, question: string): string[] {
  return [`SELECT ${literal(statement)} WHERE NOT EXISTS (${question}) \\gexec`];
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function plain(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/** An argument of a backslash command: quoted the way psql reads it. */
function psqlWord(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
