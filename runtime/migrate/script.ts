/** Migrations as one SQL text, for a database that a person migrates: with the history's rows, as a run would write them. */
import type { Migration } from "./folder.ts";
import { historyTable, quoteName } from "./history.ts";
import { rowAsText, tableText } from "./history-rows.ts";
import { mariaDbScript } from "./mariadb/script.ts";
import type { Subject } from "./options.ts";
import { sqliteScript } from "./sqlite/script.ts";

/**
 * @param options.before the number that is there already; null where there is none
 * @param options.schema the schema in which unqualified names stand, created if missing; null for the role's own path
 */
export function migrationScript(options: {
  service: string;
  migrations: readonly Migration[];
  before: number | null;
  schema: string | null;
  versionTable?: string;
  /** PostgreSQL unless given. */
  dialect?: Subject["dialect"];
}): string {
  const { service, migrations, schema, versionTable, dialect } = options;
  if (migrations.length === 0) return "";
  if (dialect === "sqlite") return sqliteScript(service, migrations, versionTable);
  if (dialect === "mariadb" || dialect === "mysql")
    return mariaDbScript(service, migrations, versionTable, schema);
  const at = historyTable(service, versionTable);
  const parts = [
    `-- ${service}: psql --single-transaction is not for this file, -v ON_ERROR_STOP=1 is`,
    `create schema if not exists ${quoteName(at.schema)};`,
    `${tableText(at)};`,
    ...(schema === null ? [] : [`create schema if not exists ${quoteName(schema)};`]),
  ];
  let before = options.before;
  for (const migration of migrations) {
    const [first, last] = rowAsText(at, migration, before);
    const path = schema === null ? null : `${quoteName(schema)}, public`;
    const text = `${migration.text.trimEnd()}\n;`;
    parts.push(
      "",
      `-- ${service}: ${migration.name}`,
      ...(migration.transaction
        ? [
            "begin;",
            first,
            ...(path === null ? [] : [`set local search_path to ${path};`]),
            text,
            last,
            "commit;",
          ]
        : [
            ...(path === null ? [] : [`set search_path to ${path};`]),
            text,
            ...(path === null ? [] : ["reset search_path;"]),
            first,
          ]),
    );
    before = migration.version;
  }
  return `${parts.join("\n")}\n`;
}
