/**
 * An event's detail as JSON, walked and written at once. What does not fit (too long, too deep, no JSON at all) is
 * replaced by a marker that says so: the event matters more than its detail.
 */
import { type Notes, redacted, truncated, writeAscii, writeJsonText } from "./text.ts";

/** Bytes of `detail` as JSON. */
export const maximumDetailBytes = 16_384;
/** Levels of objects and arrays within `detail`. */
export const maximumDetailDepth = 32;
/** Bytes of a detail that is too long which its marker shows. */
const shownBytes = 1000;

const encoder = new TextEncoder();

/** Writes an event's `detail` as the JSON that the table takes, bounded in depth and bytes, named fields redacted. */
export class DetailWriter {
  readonly #redact: ReadonlySet<string> | null;
  readonly #notes: Notes;
  #bytes = new Uint8Array(0);
  #limit = 0;
  #tooDeep = false;

  constructor(redact: ReadonlySet<string>, notes: Notes) {
    this.#redact = redact.size > 0 ? redact : null;
    this.#notes = notes;
  }

  /** Writes a detail. @returns where it ends, at most some bytes beyond {@link maximumDetailBytes} */
  write(bytes: Uint8Array, start: number, detail: unknown): number {
    this.#bytes = bytes as Uint8Array<ArrayBuffer>;
    this.#limit = start + maximumDetailBytes;
    this.#tooDeep = false;
    let end: number;
    try {
      end = this.#value(start, detail, 0, "");
      if (end === start) return this.#mark(start, { unencodable: typeof detail });
    } catch (error) {
      // A toJSON or a getter that throws, a BigInt beyond all bounds.
      return this.#mark(start, { unencodable: String(error).slice(0, 200) });
    }
    if (this.#tooDeep) return this.#mark(start, { truncated: true, reason: "too deep" });
    if (end <= this.#limit) return end;
    const shown = new TextDecoder().decode(bytes.subarray(start, start + shownBytes)).replace(/\ufffd+$/, "");
    return this.#mark(start, { truncated: true, reason: "too long", start: shown });
  }

  #mark(start: number, marker: object): number {
    this.#notes.bits |= truncated;
    const json = JSON.stringify(marker).replaceAll("\\u0000", "\\ufffd");
    return start + encoder.encodeInto(json.toWellFormed(), this.#bytes.subarray(start)).written;
  }

  /** @returns where it ends; where it began, for what JSON leaves out */
  #value(at: number, value: unknown, depth: number, key: string): number {
    switch (typeof value) {
      case "string":
        return writeJsonText(this.#bytes, at, value, this.#limit, this.#notes);
      case "number":
        return writeAscii(this.#bytes, at, Number.isFinite(value) ? `${value}` : "null");
      case "boolean":
        return writeAscii(this.#bytes, at, value ? "true" : "false");
      case "bigint": {
        const digits = `${value}`;
        if (digits.length > 100) throw new RangeError(`a BigInt of ${digits.length} digits`);
        return writeAscii(this.#bytes, at, digits);
      }
      case "object":
        return value === null ? writeAscii(this.#bytes, at, "null") : this.#object(at, value, depth, key);
      default:
        return at;
    }
  }

  #object(start: number, value: object, depth: number, key: string): number {
    if (depth >= maximumDetailDepth) this.#tooDeep = true;
    if (this.#tooDeep) return start;
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === "function") return this.#value(start, toJSON.call(value, key), depth + 1, key);
    return Array.isArray(value) ? this.#array(start, value, depth) : this.#record(start, value, depth);
  }

  #array(start: number, list: readonly unknown[], depth: number): number {
    const bytes = this.#bytes;
    let at = start;
    bytes[at++] = 0x5b;
    for (let index = 0; index < list.length; index += 1) {
      if (at > this.#limit || this.#tooDeep) return at;
      if (index > 0) bytes[at++] = 0x2c;
      const end = this.#value(at, list[index], depth + 1, "");
      at = end === at ? writeAscii(bytes, at, "null") : end;
    }
    bytes[at++] = 0x5d;
    return at;
  }

  #record(start: number, record: object, depth: number): number {
    const bytes = this.#bytes;
    let at = start;
    bytes[at++] = 0x7b;
    for (const key in record) {
      if (at > this.#limit || this.#tooDeep) return at;
      if (!Object.hasOwn(record, key)) continue;
      const before = at;
      if (at > start + 1) bytes[at++] = 0x2c;
      at = writeJsonText(bytes, at, key, this.#limit, this.#notes);
      if (at > this.#limit) return at;
      bytes[at++] = 0x3a;
      if (this.#redact?.has(key)) {
        this.#notes.bits |= redacted;
        at = writeAscii(bytes, at, '"[redacted]"');
        continue;
      }
      const end = this.#value(at, record[key as keyof typeof record], depth + 1, key);
      at = end === at ? before : end;
    }
    bytes[at++] = 0x7d;
    return at;
  }
}
