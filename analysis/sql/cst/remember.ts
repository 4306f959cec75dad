/**
 * What sql-parser-cst said of a statement, remembered for statements of the same shape: it reads some
 * two thousand statements a second, and files of data are the same INSERT a hundred thousand times.
 * Two statements have one shape where they differ in literals and white space alone.
 */
import { NUMBER, PARAMETER, STRING, type Tokens } from "../lexer.ts";
import type { Flavour } from "./flavour.ts";
import { moved, type Read } from "./found.ts";

type Known = Extract<Read, { ok: true }>;

/** Longer statements are rarely twins, and their shapes take room. */
const MOST_TOKENS = 400;
const MOST_SHAPES = 2000;

/** Places are token numbers here: twice the index, one more for a token's end. */
const shapes = new Map<string, Known>();

/** The shape of a statement; null where it is too long to be remembered. */
export function shapeOf(tokens: Tokens, flavour: Flavour): string | null {
  const { kinds, starts, ends, text } = tokens;
  if (kinds.length > MOST_TOKENS) return null;
  let shape: string = flavour;
  for (let i = 0; i < kinds.length; i++) {
    const kind = kinds[i];
    // A string may stand for a name, and which marks are in it then matters.
    if (kind === STRING) shape += text.slice(starts[i], ends[i]).includes('"') ? '\u0001"' : "\u0001'";
    else if (kind === NUMBER || kind === PARAMETER) shape += "\u00010";
    else shape += `\u0001${text.slice(starts[i], ends[i])}`;
  }
  return shape;
}

/** What was said of a statement of this shape, its places now those of `tokens`. */
export function recall(shape: string, tokens: Tokens): Known | null {
  const known = shapes.get(shape);
  if (!known) return null;
  const place = (number: number) => (number % 2 === 0 ? tokens.starts : tokens.ends)[number >> 1]!;
  return { ...known, found: moved(known.found, place, place) };
}

/** Keeps what a statement says for all of its shape, which differ in literals and places alone. */
export function remember(shape: string, tokens: Tokens, read: Known): void {
  const { starts, ends } = tokens;
  if (shapes.size >= MOST_SHAPES) shapes.clear();
  const found = moved(
    read.found,
    (offset) => starts.indexOf(offset) * 2,
    (offset) => ends.indexOf(offset) * 2 + 1,
  );
  shapes.set(shape, { ...read, found });
}
