/**
 * Texts as UTF-8, written byte by byte into memory that is there already: no intermediate string or buffer, so that a
 * call has no tail. PostgreSQL refuses a whole batch for one NUL, or half of a surrogate pair; both become U+FFFD.
 */

/** What writing had to do, as bits; whoever starts an event sets it to 0. */
export const sanitised = 1;
export const truncated = 2;
export const redacted = 4;

export interface Notes {
  bits: number;
}

/** 1 for the characters that JSON takes as they are, and that are one byte each. */
const plain = new Uint8Array(0x80).fill(1, 0x20);
plain[0x22] = 0;
plain[0x5c] = 0;

/** Writes a text, cut to `limit` bytes with … as its end. @returns where it ends */
export function writeText(
  bytes: Uint8Array,
  start: number,
  text: string,
  limit: number,
  notes: Notes,
): number {
  const end = start + limit;
  const { length } = text;
  const quick = Math.min(length, limit);
  let index = 0;
  // Nearly every text is ASCII without NULs: one comparison a character.
  for (; index < quick; index += 1) {
    const code = text.charCodeAt(index);
    if ((code - 1) >>> 0 >= 0x7f) break;
    bytes[start + index] = code;
  }
  let at = start + index;
  for (; index < length; index += 1) {
    let code = text.charCodeAt(index);
    if (code < 0x80) {
      if (at >= end) return cut(bytes, at, end, notes);
      if (code !== 0) {
        bytes[at++] = code;
        continue;
      }
      code = 0xfffd;
      notes.bits |= sanitised;
    } else if (code >= 0xd800 && code <= 0xdfff) {
      const next = code < 0xdc00 && index + 1 < length ? text.charCodeAt(index + 1) : 0;
      if (next >= 0xdc00 && next <= 0xdfff) {
        if (at + 4 > end) return cut(bytes, at, end, notes);
        at = writePair(bytes, at, code, next);
        index += 1;
        continue;
      }
      code = 0xfffd;
      notes.bits |= sanitised;
    }
    if (at + (code < 0x800 ? 2 : 3) > end) return cut(bytes, at, end, notes);
    at = writeUnit(bytes, at, code);
  }
  return at;
}

/**
 * Writes a text as JSON, with its quotes.
 * @returns where it ends; anything beyond `limit` means that it does not fit (and at most 8 bytes lie beyond it).
 */
export function writeJsonText(
  bytes: Uint8Array,
  start: number,
  text: string,
  limit: number,
  notes: Notes,
): number {
  const { length } = text;
  let at = start;
  bytes[at++] = 0x22;
  let index = 0;
  const quick = Math.min(length, limit - at);
  for (; index < quick; index += 1) {
    const code = text.charCodeAt(index);
    if (plain[code] !== 1) break;
    bytes[at + index] = code;
  }
  at += index;
  for (; index < length; index += 1) {
    if (at > limit) return at;
    let code = text.charCodeAt(index);
    if (code < 0x80) {
      if (code >= 0x20 && code !== 0x22 && code !== 0x5c) bytes[at++] = code;
      else if (code === 0) {
        notes.bits |= sanitised;
        at = writeUnit(bytes, at, 0xfffd);
      } else at = writeEscape(bytes, at, code);
      continue;
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const next = code < 0xdc00 && index + 1 < length ? text.charCodeAt(index + 1) : 0;
      if (next >= 0xdc00 && next <= 0xdfff) {
        at = writePair(bytes, at, code, next);
        index += 1;
        continue;
      }
      code = 0xfffd;
      notes.bits |= sanitised;
    }
    at = writeUnit(bytes, at, code);
  }
  bytes[at++] = 0x22;
  return at;
}

/** Writes text of which every character is ASCII, such as a number's. */
export function writeAscii(bytes: Uint8Array, start: number, text: string): number {
  const { length } = text;
  for (let index = 0; index < length; index += 1) bytes[start + index] = text.charCodeAt(index);
  return start + length;
}

/** A code unit from U+0080 to U+FFFF. */
function writeUnit(bytes: Uint8Array, start: number, code: number): number {
  let at = start;
  if (code < 0x800) bytes[at++] = 0xc0 | (code >> 6);
  else {
    bytes[at++] = 0xe0 | (code >> 12);
    bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
  }
  bytes[at++] = 0x80 | (code & 0x3f);
  return at;
}

function writePair(bytes: Uint8Array, at: number, high: number, low: number): number {
  const code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
  bytes[at] = 0xf0 | (code >> 18);
  bytes[at + 1] = 0x80 | ((code >> 12) & 0x3f);
  bytes[at + 2] = 0x80 | ((code >> 6) & 0x3f);
  bytes[at + 3] = 0x80 | (code & 0x3f);
  return at + 4;
}

const hex = "0123456789abcdef";
const short: Readonly<Record<number, number>> = { 8: 0x62, 9: 0x74, 10: 0x6e, 12: 0x66, 13: 0x72 };

function writeEscape(bytes: Uint8Array, start: number, code: number): number {
  bytes[start] = 0x5c;
  const letter = code >= 0x20 ? code : short[code];
  if (letter !== undefined) {
    bytes[start + 1] = letter;
    return start + 2;
  }
  return writeAscii(bytes, start + 1, `u00${hex[code >> 4]}${hex[code & 15]}`);
}

/** Ends a text that is too long with … within its limit, at the end of a whole character. */
function cut(bytes: Uint8Array, written: number, end: number, notes: Notes): number {
  let at = Math.min(written, end - 3);
  while ((bytes[at]! & 0xc0) === 0x80 && at < written) at -= 1;
  bytes[at] = 0xe2;
  bytes[at + 1] = 0x80;
  bytes[at + 2] = 0xa6;
  notes.bits |= truncated;
  return at + 3;
}
