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
    const word = tokens.text.slice(start, end);
    const plain = (from: number, to?: number) =>
      kind === WORD ? word.slice(from, to).toLowerCase() : word.slice(from, to);
    let at = 0;
    while (next < holes.length && holes[next]!.end <= start) next++;
    for (; next < holes.length && holes[next]!.end <= end; next++) {
      out += `${plain(at, holes[next]!.start - start)}\${…}`;
      at = holes[next]!.end - start;
    }
    out += plain(at);
  }
  return out;
}
