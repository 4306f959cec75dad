/** UUIDs as the 16 bytes that they are. */

const pool = new Uint8Array(8192);
let used = pool.length;

/** Writes a new UUID of version 7 (RFC 9562): the time, then chance. */
export function writeUuid7(bytes: Uint8Array, at: number, nowMs: number): void {
  if (used + 10 > pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const high = Math.floor(nowMs / 0x10000);
  bytes[at] = high >>> 24;
  bytes[at + 1] = high >>> 16;
  bytes[at + 2] = high >>> 8;
  bytes[at + 3] = high;
  bytes[at + 4] = nowMs / 0x100;
  bytes[at + 5] = nowMs;
  for (let index = 6; index < 16; index += 1) bytes[at + index] = pool[used++]!;
  bytes[at + 6] = 0x70 | (bytes[at + 6]! & 0x0f);
  bytes[at + 8] = 0x80 | (bytes[at + 8]! & 0x3f);
}

/** Writes a UUID that is given as text. @returns whether it is one */
export function writeUuid(bytes: Uint8Array, start: number, text: string): boolean {
  if (text.length !== 36) return false;
  let at = start;
  for (let index = 0; index < 36; index += 2) {
    if (index === 8 || index === 13 || index === 18 || index === 23) {
      if (text.charCodeAt(index) !== 0x2d) return false;
      index += 1;
    }
    const high = digit(text.charCodeAt(index));
    const low = digit(text.charCodeAt(index + 1));
    if (high < 0 || low < 0) return false;
    bytes[at++] = (high << 4) | low;
  }
  return true;
}

/** The 16 bytes of a UUID's text. @throws {TypeError} where it is none */
export function uuidBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(16);
  if (!writeUuid(bytes, 0, text)) throw new TypeError(`${text} is no UUID`);
  return bytes;
}

/** The text of 16 bytes. */
export function uuidText(bytes: Uint8Array): string {
  return bytes.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
