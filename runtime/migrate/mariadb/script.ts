/**
 * Migrations for the `mariadb` or `mysql` command, with the history's rows. It counts no statements: where it breaks off,
 * the row says so, and a person has to.
 */
import type { Migration } from "../folder.ts";
import { toolVersion } from "../version.ts";
import { historyTable, literal, quote, tableText } from "./history.ts";
import { unknownStatement } from "./objects.ts";

/**
 * What `up` would do, as a file for the `mariadb` client, rows of the history included.
 * @param schema the database to use; null for the client's own
 */
export function mariaDbScript(
  service: string,
  migrations: readonly Migration[],
  versionTable: string | undefined,
  schema: string | null,
): string {
  const table = historyTable(service, versionTable);
  const parts = [
    `-- ${service}: mariadb DATABASE < this`,
    ...(schema === null ? [] : [`use ${quote(schema)};`]),
    `${tableText(table)};`,
    ...migrations.flatMap(({ version, name, checksum, text }) => {
      const values = [name, checksum].map(literal).join(", ");
      const body = text.trimEnd();
      return [
        "",
        `-- ${service}: ${name}`,
        `insert into ${table} (version, name, checksum, applied_at, applied_by, tool_version, finished, begun)
values (${version}, ${values}, utc_timestamp(3), current_user(), ${literal(toolVersion)}, false, ${literal(unknownStatement)});`,
        // Sent as a whole, so that it is the server that tells where a body ends.
        ...(/^\s*delimiter\s/im.test(body) ? [body] : [`delimiter ${mark}`, body, mark, "delimiter ;"]),
        `update ${table} set finished = true, begun = null where version = ${version};`,
      ];
    }),
  ];
  return `${parts.join("\n")}\n`;
}

const mark = "$freehold$";
