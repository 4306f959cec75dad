/** Migrations for `sqlite3`, with the history's rows. */
import type { Migration } from "../folder.ts";
import { historyTable, rowText, tableText } from "./history.ts";

/** What `up` would do, as a file for `sqlite3`, rows of the history included. */
export function sqliteScript(
  service: string,
  migrations: readonly Migration[],
  versionTable: string | undefined,
): string {
  const table = historyTable(service, versionTable);
  const parts = [
    `-- ${service}: sqlite3 -bail FILE < this`,
    "pragma foreign_keys = off;",
    `${tableText(table)};`,
    ...migrations.flatMap((migration) => {
      const text = `${migration.text.trimEnd()}\n;`;
      const row = rowText(table, migration);
      return [
        "",
        `-- ${service}: ${migration.name}`,
        ...(migration.transaction ? ["begin immediate;", row, text, "commit;"] : [text, row]),
      ];
    }),
    "",
    "-- Each row that is printed here points at nothing.",
    "pragma foreign_key_check;",
  ];
  return `${parts.join("\n")}\n`;
}
