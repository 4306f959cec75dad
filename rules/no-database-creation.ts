import type { Manifest, Rule } from "../analysis/model.ts";
import { list } from "./parts/words.ts";

const verbs = ["CREATE", "ALTER", "DROP"];
const objects = ["DATABASE", "ROLE", "USER", "GROUP", "TABLESPACE"];
const acts: ReadonlySet<string> = new Set([
  ...verbs.flatMap((verb) => objects.map((object) => `${verb} ${object}`)),
  ...["CREATEDB", "DROPDB", "CREATEUSER", "DROPUSER"],
]);
/** In MySQL a schema is a database. */
const schemaActs: ReadonlySet<string> = new Set(verbs.map((verb) => `${verb} SCHEMA`));

export const noDatabaseCreation: Rule = {
  id: "no-database-creation",
  severity: "error",
  summary: "Disallow creating, altering or dropping databases, roles and tablespaces in a service.",
  why: "A service that may do so needs rights over every other service's data. It is the project that provides databases and roles.",
  fix: "Move the statement into the project's provisioning, and let the service start against a database that is there.",
  examples: {
    bad: {
      "services/billing/start.ts":
        'import { sql } from "./database.ts";\n\nawait sql`create database billing`;\n',
    },
    good: { "services/billing/start.ts": 'import { sql } from "./database.ts";\n\nawait sql`select 1`;\n' },
  },

  *check(model) {
    for (const { act, name, at, services, test } of model.acts) {
      if (services.length === 0 || !isProjects(model.manifest, act, services)) continue;
      yield {
        at,
        message: `${list(services)} ${services.length === 1 ? "runs" : "run"} ${act.toUpperCase()}${name === null ? "" : ` ${name}`}: databases and roles are the project's`,
        help: "leave it to the project's provisioning, and start against a database that is there",
        subject: { services },
        test,
      };
    }
  },
};

function isProjects(manifest: Manifest, act: string, services: readonly string[]): boolean {
  const words = act.toUpperCase();
  if (acts.has(words)) return true;
  const inMysql = manifest.services.some(
    ({ name, dialect }) => services.includes(name) && (dialect === "mysql" || dialect === "mariadb"),
  );
  return inMysql && schemaActs.has(words);
}
