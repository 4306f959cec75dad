import type { Manifest, Rule } from "../analysis/model.ts";
import { list } from "./parts/words.ts";

export const noSchemaInCode: Rule = {
  id: "no-schema-in-code",
  severity: "error",
  summary: "Disallow changing the schema outside of migrations.",
  why: "A table that code creates at start has no history: nobody can tell which shape a database has, and every instance needs the right to change it.",
  fix: "Move the statement into a migration of the service.",
  examples: {
    bad: {
      "services/billing/start.ts":
        'import { sql } from "./database.ts";\n\nawait sql`create table if not exists invoices (id bigint primary key)`;\n',
    },
    good: {
      "services/billing/start.ts":
        'import { sql } from "./database.ts";\n\nawait sql`create temporary table batch (id bigint)`;\n',
    },
  },

  *check({ acts, manifest }) {
    for (const { act, name, at, ddl, temporary, services, test, migration } of acts) {
      if (!ddl || temporary || test || migration || services.length === 0) continue;
      yield {
        at,
        message: `${list(services)} ${services.length === 1 ? "changes" : "change"} the schema outside of migrations: ${act}${name === null ? "" : ` ${name}`}`,
        help: `move it into a migration (${list(migrationFolders(manifest, services), "or")})`,
        subject: { services, table: name, access: "schema" },
      };
    }
  },
};

function migrationFolders(manifest: Manifest, services: readonly string[]): string[] {
  return manifest.services
    .filter(({ name }) => services.includes(name))
    .map(({ name, migrations }) => migrations[0] ?? `of ${name}`);
}
