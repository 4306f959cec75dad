/**
 * Audit events, written as the tuples that PostgreSQL's COPY takes in its binary format, straight into the ring: bounded,
 * and free of what PostgreSQL refuses. One NUL in a text would make it refuse the whole batch, and a hostile User-Agent
 * could stop the auditing.
 */
import { DetailWriter } from "./detail.ts";
import { type Notes, writeText } from "./text.ts";
import { uuidBytes, writeUuid, writeUuid7 } from "./uuid.ts";

export interface AuditEvent {
  /** A UUID; a new one (version 7) unless given. */
  id?: string;
  /** When it happened: a date, or milliseconds since 1970; now unless given. */
  at?: Date | number;
  /** Who. */
  actor: string;
  /** Did what. */
  action: string;
  /** To what. */
  resource: string;
  /** And what was decided: `allow`, `deny`. */
  decision: string;
  /** Anything else that JSON can hold. It is copied when it is logged. */
  detail?: Readonly<Record<string, unknown>>;
}

/** The columns of a tuple, in their order. */
export const columns = [
  "writer",
  "sequence",
  "id",
  "at",
  "actor",
  "action",
  "resource",
  "decision",
  "detail",
] as const;

/** Bytes of `actor`, `action`, `resource` and `decision`, each: what an index can hold. */
export const maximumTextBytes = 1024;

/** The last millisecond of the year 9999: PostgreSQL and ISO 8601 agree up to there. */
const latestMs = 253_402_300_799_999;
/** PostgreSQL counts microseconds from 2000. */
export const epochMs = 946_684_800_000;
/** Up to the year 2255, microseconds are numbers that are exact. */
const exactMs = Number.MAX_SAFE_INTEGER / 1000;
const textBytes = 4;
/** Where a tuple's first text begins: the count of columns, then four of fixed length. */
const fixedBytes = 2 + (4 + 16) + (4 + 8) + (4 + 16) + (4 + 8);
/** Where values of fixed length lie in every tuple. */
export const tupleOffset = { writer: 6, sequence: 26, id: 38 } as const;

/** Writes one writer's events. */
export class EventWriter {
  /** What the last event needed: bits of text.ts. */
  readonly notes: Notes = { bits: 0 };
  /** What was wrong with the last event that was refused. */
  wrong = "";
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #writer: readonly [number, number, number, number];
  readonly #detail: DetailWriter;

  /**
   * @param bytes where it writes
   * @param redact names of keys, at any depth of the detail, whose values are not written
   */
  constructor(bytes: Uint8Array, writer: string, redact: ReadonlySet<string> = new Set()) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const id = new DataView(uuidBytes(writer).buffer);
    this.#writer = [id.getInt32(0), id.getInt32(4), id.getInt32(8), id.getInt32(12)];
    this.#detail = new DetailWriter(redact, this.notes);
  }

  /**
   * Writes an event as a tuple, within `maximumRecordBytes`.
   * @returns its length in bytes; -1 where it is refused, {@link wrong} then says why. Throws what the event's getters do.
   */
  write(start: number, event: AuditEvent, sequence: number): number {
    const notes = this.notes;
    notes.bits = 0;
    if (typeof event !== "object" || event === null) return this.#refuse("an event is an object");
    const { id, at: given, actor, action, resource, decision, detail } = event;
    const nowMs = given === undefined ? Date.now() : 0;
    const atMs = given === undefined ? nowMs : timeOf(given);
    if (!(atMs >= 0 && atMs <= latestMs)) {
      const isTime = typeof given === "number" || given instanceof Date;
      return this.#refuse(
        isTime ? "at must be a time from 1970 to 9999" : "at must be a Date or a number of milliseconds",
      );
    }
    if (typeof actor !== "string" || actor === "")
      return this.#refuse("actor must be a text that is not empty");
    if (typeof action !== "string" || action === "")
      return this.#refuse("action must be a text that is not empty");
    if (typeof resource !== "string" || resource === "")
      return this.#refuse("resource must be a text that is not empty");
    if (typeof decision !== "string" || decision === "")
      return this.#refuse("decision must be a text that is not empty");

    if (id === undefined) writeUuid7(this.#bytes, start + tupleOffset.id, nowMs || Date.now());
    else if (typeof id !== "string" || !writeUuid(this.#bytes, start + tupleOffset.id, id))
      return this.#refuse("id must be a UUID");
    this.#fixed(start, sequence, atMs);
    let at = start + fixedBytes;
    at = this.#text(at, actor);
    at = this.#text(at, action);
    at = this.#text(at, resource);
    at = this.#text(at, decision);
    if (detail === undefined || detail === null) {
      this.#view.setInt32(at, -1);
      return at + 4 - start;
    }
    // A jsonb begins with its version.
    this.#bytes[at + 4] = 1;
    const end = this.#detail.write(this.#bytes, at + 5, detail);
    this.#view.setInt32(at, end - at - 4);
    return end - start;
  }

  #fixed(start: number, sequence: number, atMs: number): void {
    const view = this.#view;
    const [first, second, third, fourth] = this.#writer;
    view.setInt16(start, columns.length);
    view.setInt32(start + 2, 16);
    view.setInt32(start + 6, first);
    view.setInt32(start + 10, second);
    view.setInt32(start + 14, third);
    view.setInt32(start + 18, fourth);
    view.setInt32(start + 22, 8);
    view.setInt32(start + 26, Math.floor(sequence / 0x1_0000_0000));
    view.setInt32(start + 30, sequence | 0);
    view.setInt32(start + 34, 16);
    view.setInt32(start + 54, 8);
    if (atMs > exactMs) {
      const us = BigInt(Math.floor((atMs % 1) * 1000));
      view.setBigInt64(start + 58, (BigInt(Math.floor(atMs)) - BigInt(epochMs)) * 1000n + us);
      return;
    }
    const us = Math.floor(atMs * 1000) - epochMs * 1000;
    const high = Math.floor(us / 0x1_0000_0000);
    view.setInt32(start + 58, high);
    view.setInt32(start + 62, (us - high * 0x1_0000_0000) | 0);
  }

  #text(start: number, text: string): number {
    const end = writeText(this.#bytes, start + textBytes, text, maximumTextBytes, this.notes);
    this.#view.setInt32(start, end - start - textBytes);
    return end;
  }

  #refuse(what: string): -1 {
    this.wrong = what;
    return -1;
  }
}

function timeOf(at: unknown): number {
  if (typeof at === "number") return at;
  return at instanceof Date ? at.getTime() : Number.NaN;
}
