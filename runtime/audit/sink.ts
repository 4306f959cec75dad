/** Where audit events go. */
import type { Sql } from "postgres";
import type { EncodedEvent } from "./event.ts";

/** Stores events for good. The same batch may come again, in whole or with more behind it: each event is kept once. */
export interface AuditSink {
  /**
   * @param writer identifies the process; with the event's sequence it identifies the event.
   * @throws anything, where it is not known that all of the batch is stored; it is then tried again.
   */
  store(writer: string, batch: readonly EncodedEvent[]): Promise<void>;
}

/**
 * The table `audit_log`, through the owner's own pool. One statement a batch, so that all of it is stored or none; its
 * primary key keeps an event once where the answer to a commit was lost.
 */
export function postgresSink(sql: Sql): AuditSink {
  return {
    async store(writer, batch) {
      const events = `[${batch.map(({ json }) => json).join(",")}]`;
      await sql`
        insert into audit_log (writer, sequence, id, at, actor, action, resource, decision, detail)
        select ${writer}::uuid, sequence, id, at, actor, action, resource, decision, detail
        from json_to_recordset(${events}::text::json) as event (
          sequence bigint, id uuid, at timestamptz, actor text, action text, resource text, decision text, detail jsonb
        )
        on conflict (writer, sequence) do nothing`;
    },
  };
}
