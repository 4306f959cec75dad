/** Databases for tests: one server for a test file, started when first asked for, and a fresh database each time. */
import { afterAll } from "bun:test";
import { type EmbeddedPostgres, type StartOptions, startPostgres } from "./mod.ts";

export interface TestDatabases {
  /** A new, empty database (or a copy of `template`): its connection URL. */
  database(template?: string): Promise<string>;
  /** The server that they live on. */
  server(): Promise<EmbeddedPostgres>;
}

/**
 * To be called once at the top of a test file, outside of any test: the server ends after the file's last test.
 * @example
 * const databases = testDatabases();
 * test("stores what it is told", async () => {
 *   const url = await databases.database();
 * });
 */
export function testDatabases(options: StartOptions = {}): TestDatabases {
  let started: Promise<EmbeddedPostgres> | undefined;
  const server = () => {
    started ??= startPostgres(options);
    return started;
  };
  afterAll(async () => {
    // A start that failed has failed its test already.
    await (await started?.catch(() => undefined))?.stop();
  });
  return {
    server,
    database: async (template) =>
      (await server()).createDatabase(undefined, template === undefined ? {} : { template }),
  };
}
