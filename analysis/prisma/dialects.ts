/** What a schema knows of its database's SQL, better than the manifest does. */
import { posix } from "node:path";
import type { Dialect } from "../../manifest/model.ts";
import type { Schema } from "./schemas.ts";
import { nearestSchema } from "./schemas.ts";

/** https://www.prisma.io/docs/orm/reference/prisma-schema-reference#datasource */
const PROVIDERS: Readonly<Record<string, Dialect>> = {
  postgresql: "postgresql",
  postgres: "postgresql",
  cockroachdb: "postgresql",
  mysql: "mysql",
  sqlite: "sqlite",
};

/**
 * The dialect of a file beside a schema (its migrations) or of SQL that a Prisma client sends; null
 * where no schema tells.
 *
 * @param usual what the manifest says; MariaDB is a MySQL to Prisma
 */
export function prismaDialect(
  schemas: readonly Schema[],
  file: string,
  client: string,
  usual: Dialect,
): Dialect | null {
  const near =
    client === "prisma"
      ? schemas
      : schemas.filter((schema) => file.startsWith(`${posix.dirname(schema.file)}/`));
  if (near.length === 0) return null;
  const dialects = new Set(near.map(({ provider }) => PROVIDERS[provider ?? ""] ?? null));
  const found =
    dialects.size === 1
      ? ([...dialects][0] ?? null)
      : (PROVIDERS[nearestSchema(file, near)?.provider ?? ""] ?? null);
  return found === "mysql" && usual === "mariadb" ? usual : found;
}
