/** The dialects and who reads them: a new one is one more row. */
import type { Dialect } from "../../manifest/model.ts";
import { cstReader } from "./cst/reader.ts";
import type { DialectReader } from "./dialect-reader.ts";
import { postgresReader } from "./postgres/reader.ts";

export const DIALECTS: Record<Dialect, DialectReader> = {
  postgresql: postgresReader,
  sqlite: cstReader("sqlite"),
  mysql: cstReader("mysql"),
  mariadb: cstReader("mariadb"),
};
