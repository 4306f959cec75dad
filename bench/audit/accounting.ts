/** What was sent, and what became of it: counted where it ended, in SQL where that is a table. */
import type { Sql } from "../../runtime/connect/mod.ts";
import type { ContenderName } from "./contenders.ts";
import type { Written } from "./throughput.ts";

export interface Account {
  who: string;
  sent: number;
  accepted: number;
  refused: number;
  stored: number;
  /** Of the accepted: on the disk, for the next start. */
  spooled: number;
  /** Rows of a sequence that is there already. */
  duplicates: number;
  /** Numbers of a sequence that are not there, up to the last one accepted. */
  gaps: number;
  /** It promises to lose nothing: what is missing fails the benchmark. */
  promises: boolean;
}

/** Of these it is known that they may lose events; what they lose is shown. */
export const careless: readonly ContenderName[] = ["opentelemetry"];

/** What was accepted and is nowhere. */
export function lost({ accepted, stored, spooled }: Account): number {
  return accepted - stored - spooled;
}

/** Counts a writer's rows. */
export async function countInTable(
  sql: Sql,
  writer: string,
): Promise<Pick<Account, "stored" | "duplicates" | "gaps">> {
  const [row] = await sql<{ rows: number; numbers: number; last: number }[]>`
    select count(*)::int as rows, count(distinct sequence)::int as numbers, coalesce(max(sequence), 0)::int as last
    from audit_log where writer = ${writer}`;
  const { rows, numbers, last } = row!;
  return { stored: numbers, duplicates: rows - numbers, gaps: last - numbers };
}

/** Those who wrote past the contenders: throughput, acknowledgement, timeline. */
export async function accountWritten(sql: Sql, who: string, written: Written): Promise<Account> {
  const sum = { stored: 0, duplicates: 0, gaps: 0 };
  let accepted = 0;
  for (const one of written) {
    const found = await countInTable(sql, one.writer);
    // A process that was killed between an event and its count had accepted one more than it could say.
    accepted += found.stored === one.accepted + 1 && who.includes("killed") ? found.stored : one.accepted;
    sum.stored += found.stored;
    sum.duplicates += found.duplicates;
    sum.gaps += found.gaps;
  }
  return { who, sent: accepted, accepted, refused: 0, spooled: 0, ...sum, promises: true };
}

/** What does not add up, a line each. */
export function mismatches(accounts: readonly Account[]): string[] {
  return accounts.flatMap(({ who, sent, accepted, refused, stored, spooled, duplicates, gaps, promises }) => [
    ...(sent === accepted + refused
      ? []
      : [`${who}: ${sent} sent, but ${accepted} accepted and ${refused} refused`]),
    ...(!promises || accepted === stored + spooled
      ? []
      : [`${who}: ${accepted} accepted, but ${stored} stored and ${spooled} spooled`]),
    ...(duplicates === 0 ? [] : [`${who}: ${duplicates} stored twice`]),
    ...(!promises || gaps === 0 ? [] : [`${who}: ${gaps} missing from their sequence`]),
  ]);
}
