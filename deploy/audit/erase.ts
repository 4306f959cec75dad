/**
 * Takes an actor out of the audit log, for those who must: the name, what was done it to, and the detail of each of its
 * events go; that there was an event, when, and what was decided stay. A row says that it was done, by whom and why, and not
 * whose events they were.
 */
import type { Sql } from "postgres";

export const erasedActor = "erased";

export interface EraseOptions {
  actor: string;
  /** Who erases. */
  by: string;
  reason: string;
}

/** @returns how many events were changed. @throws what the server says; nothing was erased then */
export function eraseActor(sql: Sql, { actor, by, reason }: EraseOptions): Promise<number> {
  return sql.begin(async (transaction) => {
    const rows = await transaction`
      update audit_log set actor = ${erasedActor}, resource = ${erasedActor}, detail = null where actor = ${actor}`;
    const writer = crypto.randomUUID();
    await transaction`insert into audit_checkpoint (writer, holder, sequence) values (${writer}, ${writer}, 1)`;
    await transaction`
      insert into audit_log (writer, sequence, id, at, actor, action, resource, decision, detail)
      values (${writer}, 1, ${Bun.randomUUIDv7()}, now(), ${by}, 'audit.erase', 'audit_log', 'erased',
        ${transaction.json({ events: rows.count, reason })})`;
    return rows.count;
  });
}
