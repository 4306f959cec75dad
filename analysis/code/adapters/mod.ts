/** Every client that the analyser knows. Order matters only where two claim one package. */
import type { Adapter } from "./adapter.ts";
import { bunSql } from "./bun-sql.ts";
import { dbMigrate } from "./db-migrate.ts";
import { drizzle } from "./drizzle.ts";
import { knex } from "./knex.ts";
import { kysely } from "./kysely.ts";
import { mikroOrm } from "./mikro-orm.ts";
import { mysql2 } from "./mysql2.ts";
import { nodePgMigrate } from "./node-pg-migrate.ts";
import { nodePostgres } from "./node-postgres.ts";
import { objection } from "./objection.ts";
import { pgPromise } from "./pg-promise.ts";
import { postgresJs } from "./postgres-js.ts";
import { prisma } from "./prisma.ts";
import { sequelize } from "./sequelize.ts";
import { slonik } from "./slonik.ts";
import { sqlTemplate } from "./sql-template.ts";
import { sqlite } from "./sqlite.ts";
import { supabase } from "./supabase.ts";
import { typeorm } from "./typeorm.ts";

export const adapters: readonly Adapter[] = [
  postgresJs,
  nodePgMigrate,
  nodePostgres,
  pgPromise,
  bunSql,
  kysely,
  drizzle,
  mikroOrm,
  objection,
  knex,
  mysql2,
  prisma,
  sequelize,
  slonik,
  sqlTemplate,
  sqlite,
  supabase,
  typeorm,
  dbMigrate,
];
