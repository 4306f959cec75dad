/**
 * Tables that no service owns because a tool, an extension or the server itself brings them.
 */
import type { Dialect } from "./model.ts";
import { parseTableName, type TableName } from "./pattern.ts";

const postgresSchemas = new Set(["pg_catalog", "information_schema", "pg_toast", "pg_temp"]);
const mysqlSchemas = new Set(["information_schema", "mysql", "performance_schema", "sys"]);

/** In the order: migration tools, job queues, extensions, platforms. A name without a schema stands in any. */
const names = `
  _prisma_migrations
  __drizzle_migrations*
  freehold_*.migration freehold_*_migration
  knex_migrations knex_migrations_lock
  typeorm_metadata migrations
  SequelizeMeta SequelizeData
  mikro_orm_migrations
  kysely_migration kysely_migration_lock
  flyway_schema_history
  databasechangelog databasechangeloglock DATABASECHANGELOG DATABASECHANGELOGLOCK
  goose_db_version
  schema_migrations ar_internal_metadata
  pgmigrations
  graphile_migrate.*
  alembic_version
  django_migrations
  atlas_schema_revisions.* atlas_schema_revisions
  _sqlx_migrations __diesel_schema_migrations refinery_schema_history
  __EFMigrationsHistory
  sqitch.*
  pgroll.*
  supabase_migrations.*

  graphile_worker.* pgboss.* pgmq.*

  spatial_ref_sys geometry_columns geography_columns raster_columns raster_overviews
  topology.* tiger.* tiger_data.*
  pg_stat_statements pg_stat_statements_info pg_buffercache pg_stat_kcache
  cron.job cron.job_run_details
  partman.* _timescaledb_*.* timescaledb_information.* timescaledb_experimental.*

  hdb_catalog.*
  auth.* storage.* realtime.* supabase_functions.* vault.secrets vault.decrypted_secrets
`;

/** The well-known ones, as `system` in the manifest would name them. */
export const knownSystemTables: readonly TableName[] = names.trim().split(/\s+/).map(parseTableName);

/** Relations of `pg_catalog`, which PostgreSQL searches first: unqualified, they are the server's. */
const catalog = new Set(
  `
  pg_aggregate pg_am pg_amop pg_amproc pg_attrdef pg_attribute pg_auth_members pg_authid
  pg_cast pg_class pg_collation pg_constraint pg_conversion pg_database pg_db_role_setting
  pg_default_acl pg_depend pg_description pg_enum pg_event_trigger pg_extension
  pg_foreign_data_wrapper pg_foreign_server pg_foreign_table pg_index pg_inherits pg_init_privs
  pg_language pg_largeobject pg_largeobject_metadata pg_namespace pg_opclass pg_operator pg_opfamily
  pg_parameter_acl pg_partitioned_table pg_policy pg_proc pg_publication pg_publication_namespace
  pg_publication_rel pg_range pg_replication_origin pg_rewrite pg_seclabel pg_sequence pg_shdepend
  pg_shdescription pg_shseclabel pg_statistic pg_statistic_ext pg_statistic_ext_data pg_subscription
  pg_subscription_rel pg_tablespace pg_transform pg_trigger pg_ts_config pg_ts_config_map pg_ts_dict
  pg_ts_parser pg_ts_template pg_type pg_user_mapping

  pg_aios pg_available_extension_versions pg_available_extensions pg_backend_memory_contexts
  pg_config pg_cursors pg_file_settings pg_group pg_hba_file_rules pg_ident_file_mappings pg_indexes
  pg_locks pg_matviews pg_policies pg_prepared_statements pg_prepared_xacts pg_publication_tables
  pg_replication_origin_status pg_replication_slots pg_roles pg_rules pg_seclabels pg_sequences
  pg_settings pg_shadow pg_shmem_allocations pg_shmem_allocations_numa pg_stats pg_stats_ext
  pg_stats_ext_exprs pg_tables pg_timezone_abbrevs pg_timezone_names pg_user pg_user_mappings
  pg_views pg_wait_events
  `
    .trim()
    .split(/\s+/),
);

/** The statistics views, of which each version of the server adds some. */
const statistics =
  /^pg_(stat|statio)_(activity|archiver|bgwriter|checkpointer|database|database_conflicts|gssapi|io|progress_[a-z_]+|recovery_prefetch|replication|replication_slots|slru|ssl|subscription|subscription_stats|user_functions|user_(tables|indexes|sequences)|(all|sys)_(tables|indexes|sequences)|wal|wal_receiver|xact_[a-z_]+)$/;

/** Whether a schema is the server's own, so that nothing in it can be a service's. */
export function isEngineSchema(dialect: Dialect, schema: string): boolean {
  // In MySQL they may be written in either case, wherever names of tables are told apart by it.
  return postgresSchemas.has(schema) || (isMysql(dialect) && mysqlSchemas.has(schema.toLowerCase()));
}

/**
 * Whether the server itself brings the table.
 *
 * @param schema null for an unqualified name
 */
export function isEngineTable(schema: string | null, table: string): boolean {
  if (table.startsWith("sqlite_")) return true;
  return schema === null && (catalog.has(table) || statistics.test(table));
}

function isMysql(dialect: Dialect): boolean {
  return dialect === "mysql" || dialect === "mariadb";
}
