/** The dialects and who reads them: a new one is one more row. */
import type { Dialect } from "../../manifest/model.ts";
import type { DialectReader } from "./dialect-reader.ts";
import { postgresReader } from "./postgres/reader.ts";
import { unreadDialect } from "./unread-dialect.ts";

export const DIALECTS: Record<Dialect, DialectReader> = {
  postgresql: postgresReader,
  sqlite: unreadDialect("sqlite"),
  mysql: unreadDialect("mysql"),
  mariadb: unreadDialect("mariadb"),
};
