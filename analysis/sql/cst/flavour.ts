import type { Dialect } from "../../../manifest/model.ts";

/** The dialects that are read in this folder. */
export type Flavour = Exclude<Dialect, "postgresql">;

/** How a flavour is called in a message. */
export const FLAVOUR_NAMES: Record<Flavour, string> = {
  sqlite: "SQLite",
  mysql: "MySQL",
  mariadb: "MariaDB",
};

/** MySQL and what came of it. */
export function isMysql(flavour: Flavour): boolean {
  return flavour !== "sqlite";
}
