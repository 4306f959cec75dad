/** The connection of a statement outside of a transaction: what the server shows of it, and where its names stand. */
import { setTimeout as pause } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import type { ApplyOptions } from "./apply.ts";
import { MigrationError } from "./errors.ts";
import type { Script } from "./explain.ts";
import { quoteName } from "./history.ts";

/** Milliseconds between two looks at a statement that runs on without its client. */
const pollMs = 100;

/** Stands in front of the statement, so that it can be found in pg_stat_activity. */
export function mark(service: string, name: string): string {
  return `/* freehold ${service.replaceAll("*/", "")} ${name} */ `;
}

/**
 * Waits until the server has ended a statement that began with this mark.
 * @throws {MigrationError} `lock` where it takes longer
 */
export async function waitForStray(
  sql: Sql,
  { file }: Script,
  begun: string,
  { service, waitMs }: { service: string; waitMs: number },
): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const [stray] = await sql`
      select pid from pg_catalog.pg_stat_activity
      where datname = current_database() and pid <> pg_catalog.pg_backend_pid() and state = 'active'
        and starts_with(query, ${begun})`;
    if (!stray) return;
    if (performance.now() >= deadline) {
      throw new MigrationError(
        service,
        "lock",
        `${file}: the server is still at it (process ${stray["pid"]}), though its run broke off; wait for it, then run again.`,
        { place: { file } },
      );
    }
    await pause(pollMs);
  }
}

/**
 * Where unqualified names stand in the schema. There is no transaction that could hold the setting, and a session's would
 * stay behind for whoever is next on it, so a connection of its own starts with it.
 * @throws {MigrationError} `server` where a pooler refuses that.
 */
export async function inSchema<T>(
  sql: Sql,
  { service, schema }: ApplyOptions,
  work: (line: Sql) => PromiseLike<T>,
): Promise<T> {
  if (schema === null) return work(sql);
  const [row] = await sql.unsafe("select pg_catalog.current_schema() as name").simple();
  if (row?.["name"] === schema) return work(sql);
  const { connection } = sql.options;
  const path = { search_path: `${quoteName(schema)}, public` };
  const line = postgres({
    ...sql.options,
    max: 1,
    connection: { ...connection, ...path },
  } as unknown as Options);
  try {
    return await work(line);
  } catch (error) {
    if (!/startup parameter: search_path/.test(String(error))) throw error;
    const message =
      `${service}: a pooler stands in between and refuses search_path, which a migration outside of a transaction needs ` +
      `in schema ${schema}; name the server itself, or let the project set it: ALTER ROLE … SET search_path.`;
    throw new MigrationError(service, "server", message, { cause: error });
  } finally {
    await line.end({ timeout: 5 });
  }
}

type Options = Parameters<typeof postgres>[0] & object;
