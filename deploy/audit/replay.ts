/**
 * Stores events that the table once refused, after whatever was wrong with it is mended. Each event keeps its id and time, and
 * comes as a later event of a writer of the replay's own: the row that stands for it where it was refused stays, as
 * everything in an audit log does.
 *
 * States of a letter: in its file → stored (its id is in the table) → gone from its file. A crash between the two leaves it in
 * both; the next replay finds it in the table, and takes it out of the file only. The folder is locked meanwhile.
 */
import type { Sql } from "postgres";
import { type DeadLetters, openDeadLetters } from "../../runtime/audit/mod.ts";

export interface ReplayReport {
  /** Writers whose folder has dead letters; a live one's are left alone. */
  writers: number;
  stored: number;
  /** Of the letters, what the table had already. */
  known: number;
  /** Why the table still refuses some, each reason once, and how many there are of it. */
  refused: Map<string, number>;
}

/** @param spool the folder of the spool @throws what the server says that has nothing to do with an event */
export async function replayDeadLetters(sql: Sql, spool: string): Promise<ReplayReport> {
  const report: ReplayReport = { writers: 0, stored: 0, known: 0, refused: new Map() };
  for (const letters of openDeadLetters(spool)) {
    try {
      report.writers += 1;
      await replay(sql, letters, report);
    } finally {
      letters.release();
    }
  }
  return report;
}

async function replay(sql: Sql, letters: DeadLetters, report: ReplayReport): Promise<void> {
  const writer = crypto.randomUUID();
  await sql`insert into audit_checkpoint (writer, holder) values (${writer}, ${writer})`;
  const left: typeof letters.events = [];
  for (const letter of letters.events) {
    const { id, at, actor, action, resource, decision, detail } = letter.event;
    try {
      const stored = await sql.begin(async (transaction) => {
        const there =
          await transaction`select from audit_log where at = ${at}::text::timestamptz and id = ${id} and action <> 'audit.dead-letter'`;
        if (there.count > 0) return false;
        await transaction`
          with moved as (update audit_checkpoint set sequence = sequence + 1, changed_at = now()
            where writer = ${writer} returning sequence)
          insert into audit_log (writer, sequence, id, at, actor, action, resource, decision, detail)
          select ${writer}, sequence, ${id}, ${at}::text::timestamptz, ${actor}, ${action}, ${resource}, ${decision},
            ${detail === null ? null : JSON.stringify(detail)}::text::jsonb from moved`;
        return true;
      });
      report[stored ? "stored" : "known"] += 1;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      left.push({ ...letter, reason: error.message });
      report.refused.set(error.message, (report.refused.get(error.message) ?? 0) + 1);
    }
  }
  letters.keep(left);
}

/** Data exceptions, broken constraints, limits, a trigger's RAISE: the event, as against a server that is gone. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && "code" in error && /^(22|23|54|P0)...$/.test(String(error.code));
}
