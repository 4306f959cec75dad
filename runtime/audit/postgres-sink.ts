/**
 * PostgreSQL as the sink: COPY in its binary format and the writer's row in `audit_checkpoint`, in one transaction.
 *
 * Through Bun.sql, whose COPY settles when it is refused and whose connection is usable afterwards. States: no connection →
 * connected → (an error that is not the server's answer, or the deadline) no connection. A transaction that was under way
 * then may still commit; `claim` waits for it, since both want the same row.
 */
import { SQL } from "bun";
import { columns } from "./event.ts";
import type { PostgresSinkOptions } from "./postgres-options.ts";
import { type AuditSink, DataError, FencedError, type SinkBatch, type SinkContents } from "./sink.ts";

const header = Buffer.concat([Buffer.from("PGCOPY\n\u00ff\r\n\0", "latin1"), Buffer.alloc(8)]);
const trailer = Buffer.from([0xff, 0xff]);
/** What one message to the server carries. */
const chunkBytes = 262_144;
/** And where nobody waits: some 150 events, for which the server takes less than a millisecond. Then it rests as long. */
const portionBytes = 32_768;
const restMs = 1;

/** Stores batches over one connection, which it opens when it is first needed, and anew after a loss. */
export class PostgresSink implements AuditSink {
  readonly #url: string;
  readonly #timeoutMs: number;
  #sql: SQL | null = null;

  constructor({ url, storeTimeoutMs = 30_000 }: PostgresSinkOptions) {
    this.#url = url;
    this.#timeoutMs = storeTimeoutMs;
  }

  claim(writer: string, holder: string, takeover: boolean): Promise<{ epoch: number; sequence: number }> {
    return this.#within(async (sql) => {
      const rows = await sql`
        insert into audit_checkpoint as mine (writer, holder) values (${writer}, ${holder})
        on conflict (writer) do update set epoch = mine.epoch + 1, holder = excluded.holder, changed_at = now()
        where mine.holder = excluded.holder or ${takeover}
        returning epoch::text, sequence::text`;
      if (rows.length === 0) throw new FencedError(`another process stores the events of ${writer}`);
      return { epoch: Number(rows[0].epoch), sequence: Number(rows[0].sequence) };
    });
  }

  look(writer: string, from: number, to: number): Promise<SinkContents> {
    return this.#within(async (sql) => {
      const rows = await sql`
        select stored.sequence::text as stored, log.sequence::text as sequence, log.id::text as id
        from (select coalesce((select sequence from audit_checkpoint where writer = ${writer}), 0) as sequence) as stored
        left join audit_log as log on log.writer = ${writer} and log.sequence between ${from} and ${to}`;
      const ids = new Map<number, string>();
      for (const { sequence, id } of rows) if (sequence !== null) ids.set(Number(sequence), id);
      return { sequence: Number(rows[0].stored), ids };
    });
  }

  store(batch: SinkBatch): Promise<void> {
    return this.#write(batch, true);
  }

  probe(batch: SinkBatch): Promise<void> {
    return this.#write(batch, false);
  }

  #write({ writer, epoch, after, upTo, tuples, unhurried }: SinkBatch, stays: boolean): Promise<void> {
    return this.#within((sql) =>
      sql.begin(async (transaction) => {
        // Naming the table locks it as it is, before its columns are looked at: COPY's binary format takes any bytes for a
        // text, so a column of another type must be noticed by its type.
        const rows = await transaction`
          update audit_checkpoint set sequence = ${upTo}, changed_at = now()
          where writer = ${writer} and epoch = ${epoch} and sequence = ${after}
          returning (
            select string_agg(attname || ' ' || atttypid::regtype, ', ' order by attnum) from pg_attribute
            where attrelid = 'audit_log'::regclass and attnum > 0 and not attisdropped
              and not exists (select from audit_log where false)
          ) as columns`;
        if (rows.length === 0) throw new FencedError(`another process stores the events of ${writer}`);
        checkColumns(rows[0].columns);
        const into = transaction`
          copy audit_log (writer, sequence, id, at, actor, action, resource, decision, detail)
          from stdin (format binary)`.writable();
        const stream = into.getWriter();
        try {
          await stream.write(header);
          for (let at = 0; at < tuples.length; ) {
            const calm = unhurried?.() ?? false;
            const end = at + (calm ? portionBytes : chunkBytes);
            await stream.write(tuples.subarray(at, end) as Uint8Array<ArrayBuffer>);
            at = end;
            if (calm && at < tuples.length) await Bun.sleep(restMs);
          }
          await stream.write(trailer);
          await stream.close();
        } catch (error) {
          // The stream's own end settles later, and is the same error.
          stream.closed.catch(() => {});
          throw error;
        }
        if (!stays) throw new Undone();
      }),
    ).catch((error) => {
      if (!(error instanceof Undone)) throw error;
    });
  }

  async close(): Promise<void> {
    const sql = this.#sql;
    this.#sql = null;
    await sql?.close({ timeout: 0 });
  }

  /** Does something on the connection, before the deadline, and gives the connection up where it may be of no more use. */
  async #within<T>(work: (sql: SQL) => Promise<T>): Promise<T> {
    const timeoutMs = this.#timeoutMs;
    this.#sql ??= new SQL(this.#url, {
      max: 1,
      connectionTimeout: Math.max(1, Math.ceil(timeoutMs / 1000)),
      connection: { application_name: "freehold audit", statement_timeout: timeoutMs },
    });
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`the database did not answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    try {
      return await Promise.race([work(this.#sql), late.promise]);
    } catch (error) {
      if (error instanceof FencedError || error instanceof Undone) throw error;
      const state = stateOf(error);
      if (state === null) await this.close();
      if (state !== null && isDataError(state)) throw new DataError((error as Error).message);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Ends a transaction of which nothing is to stay. */
class Undone extends Error {}

/** The SQLSTATE, where the error is the server's answer. */
function stateOf(error: unknown): string | null {
  const state = error instanceof SQL.PostgresError ? error.errno : undefined;
  return typeof state === "string" && /^[0-9A-Z]{5}$/.test(state) ? state : null;
}

/** Data exceptions, broken constraints, limits of an index, a trigger's RAISE; not what says that the table is another. */
function isDataError(state: string): boolean {
  return /^(22|23|54|P0)/.test(state) && state !== "22P04";
}

const types: Record<(typeof columns)[number], RegExp> = {
  writer: /^uuid$/,
  sequence: /^bigint$/,
  id: /^uuid$/,
  at: /^timestamp with time zone$/,
  actor: /^(text|character varying)$/,
  action: /^(text|character varying)$/,
  resource: /^(text|character varying)$/,
  decision: /^(text|character varying)$/,
  detail: /^jsonb$/,
};

/** @throws where the table has not the columns that it should */
function checkColumns(told: string): void {
  const there = new Map(told.split(", ").map((column) => column.split(/ (.*)/) as [string, string]));
  const wrong = columns.filter((name) => !types[name].test(there.get(name) ?? ""));
  if (wrong.length === 0) return;
  const list = wrong.map((name) =>
    there.has(name) ? `${name} is ${there.get(name)}` : `${name} is missing`,
  );
  throw new Error(`the table audit_log is not as it should be: ${list.join(", ")}`);
}
