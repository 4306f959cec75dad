/**
 * Many texts in one file, by key, of which a reader takes the few that it asks for: what is not asked for is not
 * read. Each text has a checksum of its own, and so has the table that says where they lie; what does not agree
 * counts as not there.
 *
 *     magic (8 bytes) │ checksum of the table (8) │ slots (4) │ table │ entries
 *
 * The table is a hash table: for each slot a hash of the key, the place, the length and a checksum of its
 * entry, 4 bytes each, a length of 0 for none. An entry is the key, a line feed, the text.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const MAGIC = "fhbook01";
const HEADER = MAGIC.length + 12;
const SLOT = 16;

/** @param entries keys without a line feed */
export function bound(entries: ReadonlyMap<string, string>): Buffer {
  const slots = 2 ** Math.ceil(Math.log2(entries.size * 2 + 2));
  const parts = [...entries].map(([key, text]) => Buffer.from(`${key}\n${text}`));
  const table = Buffer.alloc(slots * SLOT);
  let at = HEADER + table.length;
  let index = 0;
  for (const key of entries.keys()) {
    const part = parts[index++] as Buffer;
    const hash = hashOf(key);
    let slot = hash % slots;
    while (table.readUInt32LE(slot * SLOT + 8) !== 0) slot = (slot + 1) % slots;
    table.writeUInt32LE(hash, slot * SLOT);
    table.writeUInt32LE(at, slot * SLOT + 4);
    table.writeUInt32LE(part.length, slot * SLOT + 8);
    table.writeUInt32LE(checksum(part), slot * SLOT + 12);
    at += part.length;
  }
  const header = Buffer.alloc(HEADER);
  header.write(MAGIC, 0, "latin1");
  header.writeBigUInt64LE(Bun.hash.xxHash3(table), MAGIC.length);
  header.writeUInt32LE(slots, HEADER - 4);
  return Buffer.concat([header, table, ...parts]);
}

/** An entry is not what it was when it was written. */
export class Spoilt extends Error {
  override name = "Spoilt";
}

/** A book as it lies on disk: each entry is read, and checked, when it is asked for. */
export class Book implements Disposable {
  private readonly descriptor: number;
  private readonly table: Buffer;

  private constructor(descriptor: number, table: Buffer) {
    this.descriptor = descriptor;
    this.table = table;
  }

  /** @returns null where there is none, or what is there is none */
  static open(path: string): Book | null {
    let descriptor: number;
    try {
      descriptor = openSync(path, "r");
    } catch {
      return null;
    }
    try {
      const header = take(descriptor, 0, HEADER);
      const slots = header?.readUInt32LE(HEADER - 4) ?? 0;
      const sound = header?.toString("latin1", 0, MAGIC.length) === MAGIC;
      if (header && sound && slots > 0 && HEADER + slots * SLOT <= fstatSync(descriptor).size) {
        const table = take(descriptor, HEADER, slots * SLOT);
        if (table && Bun.hash.xxHash3(table) === header.readBigUInt64LE(MAGIC.length))
          return new Book(descriptor, table);
      }
    } catch {
      // What cannot be read is not there.
    }
    closeSync(descriptor);
    return null;
  }

  /**
   * @returns null for a key that there is not
   * @throws Spoilt where its entry is damaged
   */
  get(key: string): string | null {
    const slots = this.table.length / SLOT;
    const hash = hashOf(key);
    for (let step = 0, slot = hash % slots; step < slots; step++, slot = (slot + 1) % slots) {
      const length = this.table.readUInt32LE(slot * SLOT + 8);
      if (length === 0) return null;
      if (this.table.readUInt32LE(slot * SLOT) !== hash) continue;
      const part = take(this.descriptor, this.table.readUInt32LE(slot * SLOT + 4), length);
      if (!part || checksum(part) !== this.table.readUInt32LE(slot * SLOT + 12)) throw new Spoilt(key);
      const text = part.toString();
      if (text.startsWith(`${key}\n`)) return text.slice(key.length + 1);
    }
    return null;
  }

  [Symbol.dispose](): void {
    closeSync(this.descriptor);
  }
}

function take(descriptor: number, at: number, length: number): Buffer | null {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const read = readSync(descriptor, bytes, done, length - done, at + done);
    if (read === 0) return null;
    done += read;
  }
  return bytes;
}

function hashOf(key: string): number {
  return Number(Bun.hash.xxHash3(key) & 0xffffffffn);
}

function checksum(bytes: Uint8Array): number {
  return Number(Bun.hash.xxHash3(bytes) & 0xffffffffn);
}
