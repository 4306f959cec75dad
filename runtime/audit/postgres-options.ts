/** What the sink for PostgreSQL is told; a file of its own, since the log names the sink's Worker and does not load it. */

export interface PostgresSinkOptions {
  /** The connection URL. */
  url: string;
  /** How long a batch may take before the connection is given up (30 s). */
  storeTimeoutMs?: number;
}
