/** Every client that the analyser knows. Order matters only where two claim one package. */
import type { Adapter } from "./adapter.ts";
import { bunSql } from "./bun-sql.ts";
import { drizzle } from "./drizzle.ts";
import { kysely } from "./kysely.ts";
import { nodePostgres } from "./node-postgres.ts";
import { postgresJs } from "./postgres-js.ts";

export const adapters: readonly Adapter[] = [postgresJs, nodePostgres, bunSql, kysely, drizzle];
