/** The audit log, latest first, page by page. */
import type { Sql } from "freehold/connect";
import { Problem } from "../chassis.ts";

/** What a reader asks for: of each part that is named, nothing else. */
export interface AuditFilter {
  limit: number;
  /** Where the page before ended. */
  cursor?: string | undefined;
  actor?: string | undefined;
  action?: string | undefined;
  resource?: string | undefined;
  decision?: string | undefined;
  /** The first moment, and the first one no more. */
  since?: Date | undefined;
  until?: Date | undefined;
}

export interface AuditPage {
  events: AuditRow[];
  /** Asks for what came before the last of these; null on the last page. */
  next: string | null;
}

interface AuditRow {
  writer: string;
  sequence: string;
  id: string;
  at: Date;
  actor: string;
  action: string;
  resource: string;
  decision: string;
  detail: Record<string, unknown> | null;
}

/**
 * Reads one page.
 * @throws {Problem} 400 for a cursor that is none of ours.
 */
export async function readAuditPage(
  sql: Sql,
  { limit, cursor, actor, action, resource, decision, since, until }: AuditFilter,
): Promise<AuditPage> {
  const before = cursor === undefined ? null : readCursor(cursor);
  const rows = await sql<AuditRow[]>`
    select writer, sequence, id, at, actor, action, resource, decision, detail
    from audit_log
    where true
      ${actor === undefined ? sql`` : sql`and actor = ${actor}`}
      ${action === undefined ? sql`` : sql`and action = ${action}`}
      ${resource === undefined ? sql`` : sql`and resource = ${resource}`}
      ${decision === undefined ? sql`` : sql`and decision = ${decision}`}
      ${since === undefined ? sql`` : sql`and at >= ${since}`}
      ${until === undefined ? sql`` : sql`and at < ${until}`}
      ${before === null ? sql`` : sql`and (at, writer, sequence) < (${before.at}, ${before.writer}, ${before.sequence})`}
    order by at desc, writer desc, sequence desc
    limit ${limit + 1}`;
  const events = rows.slice(0, limit);
  const last = events.at(-1);
  return { events, next: rows.length > limit && last ? writeCursor(last) : null };
}

function writeCursor({ at, writer, sequence }: AuditRow): string {
  return Buffer.from(`${at.toISOString()} ${writer} ${sequence}`).toString("base64url");
}

function readCursor(cursor: string): { at: Date; writer: string; sequence: string } {
  const text = Buffer.from(cursor, "base64url").toString();
  const found = /^(\S+) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (\d{1,18})$/.exec(text);
  const at = new Date(found?.[1] ?? "");
  if (!found || Number.isNaN(at.getTime())) throw new Problem(400, "cursor: take it from the page before");
  return { at, writer: found[2]!, sequence: found[3]! };
}
