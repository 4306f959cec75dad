import { expect, test } from "bun:test";
import { loadManifest } from "./load.ts";
import { judgeTable } from "./lookup.ts";
import { memorySource } from "./source.ts";

const { manifest } = loadManifest(
  memorySource({
    "freehold.json": `{ "services": { "a": { "path": "a" } } }`,
    "a/main.ts": "",
  }),
);

test.each([
  ["prisma", "_prisma_migrations"],
  ["drizzle", "drizzle.__drizzle_migrations"],
  ["drizzle, by module", "drizzle.__drizzle_migrations_orders"],
  ["freehold", "freehold_orders.migration"],
  ["knex", "knex_migrations_lock"],
  ["typeorm", "typeorm_metadata"],
  ["sequelize", "SequelizeMeta"],
  ["flyway", "flyway_schema_history"],
  ["liquibase", "databasechangelog"],
  ["goose", "goose_db_version"],
  ["dbmate, rails and golang-migrate", "schema_migrations"],
  ["node-pg-migrate", "pgmigrations"],
  ["graphile-migrate", "graphile_migrate.migrations"],
  ["graphile-worker", "graphile_worker.jobs"],
  ["pg-boss", "pgboss.job"],
  ["alembic", "alembic_version"],
  ["postgis", "public.spatial_ref_sys"],
  ["pg_stat_statements", "pg_stat_statements"],
  ["timescale", "_timescaledb_catalog.chunk"],
  ["supabase", "auth.users"],
  ["the server", "pg_stat_progress_create_index"],
])("the table of %s, %s, is nobody's to own", (_, name) => {
  const [table, schema = null] = name.split(".").reverse() as [string, string?];
  expect(judgeTable(manifest!, "a", schema, table).verdict).toBe("engine");
});

test.each([
  ["mysql", "INFORMATION_SCHEMA", "engine"],
  ["mariadb", "Information_Schema", "engine"],
  // Quoted, as PostgreSQL would keep it.
  ["postgresql", "INFORMATION_SCHEMA", "unowned"],
])("on %s, a table of %s is %s", (dialect, schema, verdict) => {
  const { manifest } = loadManifest(
    memorySource({
      "freehold.json": `{ "dialect": "${dialect}", "services": { "a": { "path": "a" } } }`,
      "a/main.ts": "",
    }),
  );
  expect<string>(judgeTable(manifest!, "a", schema, "SCHEMATA").verdict).toBe(verdict);
});
