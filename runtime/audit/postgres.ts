/** PostgreSQL, as a log is told of it. */
import type { PostgresSinkOptions } from "./postgres-options.ts";
import type { SinkModule } from "./sink.ts";

/** The table `audit_log`, with `audit_checkpoint` beside it, in the database at this URL. */
export function postgresSink(options: PostgresSinkOptions): SinkModule {
  return { worker: new URL("./postgres-worker.ts", import.meta.url), system: "postgresql", options };
}
