/** A service that runs on several databases keeps the SQL of each in a folder, or a file, that bears its name. */
import { serviceByName, serviceOfFile } from "../../manifest/lookup.ts";
import type { Dialect, Manifest } from "../../manifest/model.ts";

const NAMES: Readonly<Record<string, Dialect>> = {
  postgres: "postgresql",
  postgresql: "postgresql",
  pgsql: "postgresql",
  pg: "postgresql",
  mysql: "mysql",
  mariadb: "mariadb",
  sqlite: "sqlite",
  sqlite3: "sqlite",
};

/** What {@link engineByPath} says; the service's own dialect where it says nothing. */
export function dialectByPath(manifest: Manifest, file: string): Dialect {
  const service = serviceByName(manifest, serviceOfFile(manifest, file) ?? "");
  const usual = service?.dialect ?? manifest.dialect;
  const told = engineByPath(manifest, file);
  // MariaDB reads what is kept for MySQL.
  return told === "mysql" && usual === "mariadb" ? usual : (told ?? usual);
}

/**
 * The engine that the deepest folder below the service's own path names (`migrations/mysql/001.ts`), or the
 * file (`schema.sqlite.sql`, `mysql.sql`); null where none does.
 */
export function engineByPath(manifest: Manifest, file: string): Dialect | null {
  const service = serviceByName(manifest, serviceOfFile(manifest, file) ?? "");
  const above = (service?.paths ?? []).filter((path) => file.startsWith(`${path}/`));
  // What the service's own path is called, it is called whatever its files hold.
  const own = Math.max(0, ...above.map((path) => path.length + 1));
  const folders = file.slice(own).split("/");
  const name = folders.pop()?.split(".") ?? [];
  for (const word of [...name.reverse(), ...folders.reverse()]) {
    const told = Object.hasOwn(NAMES, word.toLowerCase()) ? NAMES[word.toLowerCase()] : undefined;
    if (told) return told;
  }
  return null;
}
