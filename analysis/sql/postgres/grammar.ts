/** PostgreSQL's own grammar: text of any kind in, a tree or an error out. */
import type { RawStmt } from "libpg-query";
import { DEEPEST, tooDeep } from "./depth.ts";
import { loadWasm } from "./wasm.ts";

let offer: Awaited<ReturnType<typeof loadWasm>> | null = null;

/** Compiles the grammar, once. */
export async function loadGrammar(): Promise<void> {
  offer = await loadWasm();
}

export type Parsed =
  | { ok: true; statements: RawStmt[] }
  /** `offset` counts UTF-16 code units from the text's start. */
  | { ok: false; message: string; offset: number };

/** Parses text of any length; never throws for its content. */
export function parse(text: string): Parsed {
  if (!offer) throw new Error("the SQL grammar is not loaded: await loadSql() first");
  const nul = text.indexOf("\0");
  if (nul >= 0) return { ok: false, message: "NUL character: PostgreSQL's text cannot hold it", offset: nul };
  if (text === "") return { ok: true, statements: [] };
  if (text.length > DEEPEST) {
    const deep = tooDeep(text);
    if (deep >= 0) return { ok: false, message: `nested more than ${DEEPEST} levels deep`, offset: deep };
  }
  try {
    // Half a surrogate pair is sent to a server as U+FFFD: as wide here, and three bytes wide there.
    const answer = offer(text.toWellFormed());
    if (answer.ok) return { ok: true, statements: answer.tree.stmts ?? [] };
    return { ok: false, message: answer.message, offset: codePointOffset(text, answer.cursor) };
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, message: "nested too deeply to be read", offset: 0 };
    throw error;
  }
}

/** PostgreSQL's error cursor counts code points. */
function codePointOffset(text: string, codePoints: number): number {
  let offset = 0;
  for (let i = 0; i < codePoints && offset < text.length; i++) {
    offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  }
  return offset;
}

/**
 * Maps the grammar's byte offsets to UTF-16 offsets.
 *
 * @returns null where they are the same.
 */
export function byteOffsets(text: string): ((byte: number) => number) | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the test is for what is not ASCII
  if (!/[^\x00-\x7f]/.test(text)) return null;
  const map = new Int32Array(text.length * 3 + 1);
  let byte = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i)!;
    const width = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (let k = 0; k < width; k++) map[byte + k] = i;
    byte += width;
    if (width === 4) i++;
  }
  map[byte] = text.length;
  const end = byte;
  return (offset) => map[Math.min(offset, end)]!;
}
