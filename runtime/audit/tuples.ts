/** Records and tuples, taken apart: what lies in a frame as it lay in the ring becomes what COPY takes. */
import { columns, epochMs, tupleOffset } from "./event.ts";
import { recordBytes, recordHeaderBytes } from "./layout.ts";
import { uuidBytes, uuidText } from "./uuid.ts";

/**
 * Moves records' tuples together, in place.
 * @param bytes holds the records from `from` to `end`
 * @param to where the first tuple goes, at or before `from`
 * @param skip how many records to leave out at the beginning
 * @returns where the last tuple ends
 */
export function compact(bytes: Uint8Array, from: number, end: number, to: number, skip: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = from;
  let target = to;
  for (let index = 0; at < end; index += 1) {
    const length = view.getUint32(at, true);
    if (index >= skip) {
      bytes.copyWithin(target, at + recordHeaderBytes, at + recordHeaderBytes + length);
      target += length;
    }
    at += recordBytes(length);
  }
  return target;
}

/** Whether records are what they say: each tuple of its length, and of the sequence that is its turn. */
export function isSound(parts: readonly Uint8Array[], first: number): boolean {
  let sequence = first;
  for (const part of parts) {
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    for (let at = 0; at < part.length; ) {
      const length = view.getUint32(at, true);
      const from = at + recordHeaderBytes;
      const end = from + length;
      if (end > part.length || view.getBigInt64(from + tupleOffset.sequence) !== BigInt(sequence))
        return false;
      let column = from + 2;
      for (let count = 0; count < columns.length && column + 4 <= end; count += 1)
        column += 4 + Math.max(0, view.getInt32(column));
      if (column !== end) return false;
      sequence += 1;
      at += recordBytes(length);
    }
  }
  return true;
}

/** Where each of the tuples ends. */
export function tupleEnds(tuples: Uint8Array): number[] {
  const view = new DataView(tuples.buffer, tuples.byteOffset, tuples.byteLength);
  const ends: number[] = [];
  for (let at = 0; at < tuples.length; ) {
    at += 2;
    for (let column = 0; column < columns.length; column += 1) at += 4 + Math.max(0, view.getInt32(at));
    ends.push(at);
  }
  return ends;
}

/** What tells a tuple from every other: its place in its writer's sequence, and its event's id. */
export function tupleKey(tuple: Uint8Array): { sequence: number; id: string } {
  const view = new DataView(tuple.buffer, tuple.byteOffset, tuple.byteLength);
  const { sequence, id } = tupleOffset;
  return { sequence: Number(view.getBigInt64(sequence)), id: uuidText(tuple.subarray(id, id + 16)) };
}

/** @returns the same event, as another writer's */
export function renumber(tuple: Uint8Array, writer: string, sequence: number): Uint8Array {
  const copy = tuple.slice();
  copy.set(uuidBytes(writer), tupleOffset.writer);
  new DataView(copy.buffer).setBigInt64(tupleOffset.sequence, BigInt(sequence));
  return copy;
}

/** An event as a sink finds it; the time is in ISO 8601, to the microsecond. */
export interface StoredEvent {
  writer: string;
  sequence: number;
  id: string;
  at: string;
  actor: string;
  action: string;
  resource: string;
  decision: string;
  detail: unknown;
}

/** The events of a batch, for a sink that takes no tuples. */
export function eventsOf({ tuples }: { tuples: Uint8Array }): StoredEvent[] {
  let from = 0;
  return tupleEnds(tuples).map((end) => {
    const event = readTuple(tuples.subarray(from, end));
    from = end;
    return event;
  });
}

/** A tuple's values for a person: what stands in a dead-letter file. */
export function readTuple(tuple: Uint8Array): StoredEvent {
  const view = new DataView(tuple.buffer, tuple.byteOffset, tuple.byteLength);
  const text = new TextDecoder();
  const values: Record<string, unknown> = {};
  let at = 2;
  for (const name of columns) {
    const length = view.getInt32(at);
    const bytes = tuple.subarray(at + 4, at + 4 + Math.max(0, length));
    if (length < 0) values[name] = null;
    else if (name === "writer" || name === "id") values[name] = uuidText(bytes);
    else if (name === "sequence") values[name] = Number(view.getBigInt64(at + 4));
    else if (name === "at") values[name] = timeText(view.getBigInt64(at + 4));
    else if (name === "detail") values[name] = JSON.parse(text.decode(bytes.subarray(1)));
    else values[name] = text.decode(bytes);
    at += 4 + Math.max(0, length);
  }
  return values as unknown as StoredEvent;
}

/** @param us microseconds since 2000; no event is from before 1970 */
function timeText(us: bigint): string {
  const since1970 = us + BigInt(epochMs) * 1000n;
  const text = new Date(Number(since1970 / 1000n)).toISOString();
  const rest = since1970 % 1000n;
  return rest === 0n ? text : text.replace("Z", `${String(rest).padStart(3, "0")}Z`);
}
