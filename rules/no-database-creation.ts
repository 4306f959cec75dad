import type { Manifest, Reference, Rule } from "../analysis/model.ts";
import { list, tableName } from "./parts/words.ts";

const verbs = ["CREATE", "ALTER", "DROP"];
const objects = ["DATABASE", "ROLE", "USER", "GROUP", "TABLESPACE"];
const acts: ReadonlySet<string> = new Set([
  ...verbs.flatMap((verb) => objects.map((object) => `${verb} ${object}`)),
  ...["CREATEDB", "DROPDB", "CREATEUSER", "DROPUSER"],
  ...["GRANT ROLE", "REVOKE ROLE", "REASSIGN OWNED", "DROP OWNED"],
]);
/** In MySQL a schema is a database, and GRANT names a table, which is a reference, or more than one, which is an act. */
const mysqlActs: ReadonlySet<string> = new Set([
  ...verbs.map((verb) => `${verb} SCHEMA`),
  ...["GRANT", "REVOKE", "GRANT PROXY", "REVOKE PROXY"],
  ...["RENAME USER", "SET PASSWORD", "SET DEFAULT ROLE"],
]);
/** Where PostgreSQL keeps databases and roles; MySQL does in its schema `mysql`. */
const catalog =
  /^pg_(?:authid|auth_members|database|db_role_setting|parameter_acl|shdepend|shdescription|shseclabel|tablespace|subscription)$/;

export const noDatabaseCreation: Rule = {
  id: "no-database-creation",
  severity: "error",
  summary:
    "Disallow creating, altering or dropping databases, roles and tablespaces, and granting roles or whole databases, in a service.",
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
      const does = services.length === 1 ? "runs" : "run";
      const what = `${act.toUpperCase()}${name === null ? "" : ` ${name}`}`;
      yield { at, ...told(services, `${does} ${what}`), subject: { services }, test };
    }
    for (const reference of model.references) {
      const { access, at, services, test } = reference;
      if (services.length === 0 || access === "read" || !isCatalog(model.manifest, reference)) continue;
      const does = services.length === 1 ? "changes" : "change";
      yield { at, ...told(services, `${does} ${tableName(reference)}`), subject: { services }, test };
    }
  },
};

function told(services: readonly string[], does: string): { message: string; help: string } {
  return {
    message: `${list(services)} ${does}: databases and roles are the project's`,
    help: "leave it to the project's provisioning, and start against a database that is there",
  };
}

function isProjects(manifest: Manifest, act: string, services: readonly string[]): boolean {
  const words = act.toUpperCase();
  return acts.has(words) || (mysqlActs.has(words) && isMysql(manifest, services));
}

/** What the server itself keeps there: nobody's table, and so no other rule's. */
function isCatalog(manifest: Manifest, { verdict, schema, table, services }: Reference): boolean {
  if (verdict !== "engine" || table === null) return false;
  return isMysql(manifest, services) ? schema === "mysql" : catalog.test(table);
}

function isMysql(manifest: Manifest, services: readonly string[]): boolean {
  return manifest.services.some(
    ({ name, dialect }) => services.includes(name) && (dialect === "mysql" || dialect === "mariadb"),
  );
}
