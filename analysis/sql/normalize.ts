import { DOLLAR, NUMBER, PARAMETER, STRING, type Tokens, WORD } from "./lexer.ts";
import type { Hole } from "./text.ts";

/**
 * A statement's text without its comments, with single spaces between tokens, unquoted words in
 * lower case, and a `?` for each literal and parameter: the same for every layout and every value.
 */
export function normalize(tokens: Tokens, holes: readonly Hole[] = []): string {
  let out = "";
  let next = 0;
  for (let i = 0; i < tokens.kinds.length; i++) {
    const kind = tokens.kinds[i];
    const start = tokens.starts[i]!;
    const end = tokens.ends[i]!;
    if (i > 0) out += " ";
    if (kind === STRING || kind === DOLLAR || kind === NUMBER || kind === PARAMETER) {
      out += "?";
      continue;
    }
    let word = tokens.text.slice(start, end);
    if (kind === WORD) word = word.toLowerCase();
    while (next < holes.length && holes[next]!.end <= start) next++;
    for (let h = next, shift = 0; h < holes.length && holes[h]!.end <= end; h++) {
      const from = holes[h]!.start - start - shift;
      const width = holes[h]!.end - holes[h]!.start;
      word = `${word.slice(0, from)}\${…}${word.slice(from + width)}`;
      shift += width - 4;
    }
    out += word;
  }
  return out;
}
