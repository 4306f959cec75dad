/**
 * What a text imports, read where the parser has laid it. The parser's own readers of such a block make an
 * object, a proxy and an entry of a map for each thing that is looked at, which for a file that is only
 * asked for its imports took two thirds as long as the parse.
 */
import type { Block } from "./raw-block.ts";

/** What a text imports, without its tree: as much of the parser's own record as both ways tell alike. */
export interface ModuleRecord {
  staticImports: readonly { moduleRequest: Request; entries: readonly { isType: boolean }[] }[];
  staticExports: readonly { entries: readonly { moduleRequest: Request | null; isType: boolean }[] }[];
  dynamicImports: readonly { moduleRequest: Omit<Request, "value"> }[];
}

export interface Request {
  value: string;
  start: number;
  end: number;
}

/** A text as it lies in the block. */
export interface Source {
  text: string;
  /** Where in the block. */
  at: number;
  bytes: number;
}

/** Bytes from where the parser's record begins to each of its lists. */
const STATIC_IMPORTS = 168;
const STATIC_EXPORTS = 192;
const DYNAMIC_IMPORTS = 216;
const ERRORS = 272;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** @param at where the parser's record begins */
export function hasErrors({ int32 }: Block["view"], at: number): boolean {
  return lengthOf(int32, at + ERRORS) > 0;
}

/** @param at where the parser's record begins */
export function readModuleRecord(view: Block["view"], at: number, source: Source): ModuleRecord {
  const { int32 } = view;
  return {
    staticImports: list(int32, at + STATIC_IMPORTS, 56, (item) => ({
      moduleRequest: requestAt(view, item + 8, source),
      entries: list(int32, item + 32, 96, (entry) => ({ isType: view[entry + 88] === 1 })),
    })),
    staticExports: list(int32, at + STATIC_EXPORTS, 32, (item) => ({
      entries: list(int32, item + 8, 144, (entry) => ({
        moduleRequest: isAbsent(int32, entry + 16) ? null : requestAt(view, entry + 16, source),
        isType: view[entry + 136] === 1,
      })),
    })),
    dynamicImports: list(int32, at + DYNAMIC_IMPORTS, 16, (item) => ({
      moduleRequest: spanAt(int32, item + 8),
    })),
  };
}

/** A list is the address of its first item, and in the next eight bytes the number of them. */
function list<T>(int32: Int32Array, at: number, bytes: number, read: (at: number) => T): T[] {
  const found: T[] = [];
  let item = int32[at >> 2] ?? 0;
  for (let left = lengthOf(int32, at); left > 0; left--, item += bytes) found.push(read(item));
  return found;
}

function lengthOf(int32: Int32Array, at: number): number {
  return int32[(at >> 2) + 2] ?? 0;
}

/** No text lies at the address 0. */
function isAbsent(int32: Int32Array, at: number): boolean {
  return int32[(at >> 2) + 2] === 0 && int32[(at >> 2) + 3] === 0;
}

function spanAt(int32: Int32Array, at: number): { start: number; end: number } {
  return { start: int32[at >> 2] ?? 0, end: int32[(at >> 2) + 1] ?? 0 };
}

function requestAt(view: Block["view"], at: number, { text, at: start, bytes }: Source): Request {
  const from = view.int32[(at + 8) >> 2] ?? 0;
  const length = lengthOf(view.int32, at + 8);
  // As it stands in the text, unless it was escaped there, or a character before it takes more than one byte.
  const verbatim = from >= start && text.length === bytes;
  const value = verbatim
    ? text.slice(from - start, from - start + length)
    : decoder.decode(view.subarray(from, from + length));
  return { value, ...spanAt(view.int32, at) };
}
