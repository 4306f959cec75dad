/** The peers are installed for the benchmark alone (bench/package.json): to the gate they are names. */
declare module "node-pg-migrate";
declare module "postgres-migrations";
declare module "pg";
declare module "umzug";
declare module "drizzle-orm/node-postgres";
declare module "drizzle-orm/node-postgres/migrator";
declare module "graphile-migrate";
