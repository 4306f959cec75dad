/**
 * Many texts in one file, by key: quick to load, and whole or worthless. A checksum over all of it
 * tells a file that was cut short or damaged, and nothing of that one is believed.
 *
 *     magic (8 bytes) │ checksum of the rest (8) │ length of the index (4) │ index │ texts
 *
 * The index is JSON: the keys, and for each the byte at which its text ends.
 */

const MAGIC = "freehold";
const HEADER = MAGIC.length + 12;

interface Index {
  keys: string[];
  ends: number[];
}

/** Texts by their keys as one pack, with its checksum. */
export function packed(entries: ReadonlyMap<string, string>): Buffer {
  const keys = [...entries.keys()];
  const texts = Buffer.from([...entries.values()].join(""));
  const ends: number[] = [];
  let end = 0;
  for (const text of entries.values()) {
    end += Buffer.byteLength(text);
    ends.push(end);
  }
  const index = Buffer.from(JSON.stringify({ keys, ends } satisfies Index));
  const whole = Buffer.allocUnsafe(HEADER + index.length + texts.length);
  whole.write(MAGIC, 0, "latin1");
  whole.writeUInt32LE(index.length, HEADER - 4);
  index.copy(whole, HEADER);
  texts.copy(whole, HEADER + index.length);
  whole.writeBigUInt64LE(checksum(whole), MAGIC.length);
  return whole;
}

export interface Pack {
  bytes: Buffer;
  /** Where each key's text starts and ends. */
  places: [key: string, start: number, end: number][];
}

/** @returns null for anything that is not a whole and sound pack */
export function unpacked(bytes: Buffer): Pack | null {
  if (bytes.length < HEADER || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) return null;
  if (bytes.readBigUInt64LE(MAGIC.length) !== checksum(bytes)) return null;
  const start = HEADER + bytes.readUInt32LE(HEADER - 4);
  const { keys, ends } = JSON.parse(bytes.toString("utf8", HEADER, start)) as Index;
  let from = start;
  return {
    bytes,
    places: keys.map((key, index) => {
      const to = start + (ends[index] ?? 0);
      const place: Pack["places"][number] = [key, from, to];
      from = to;
      return place;
    }),
  };
}

function checksum(whole: Buffer): bigint {
  return Bun.hash.xxHash3(whole.subarray(MAGIC.length + 8));
}
