/** MySQL's string literals, decoded: what they hold, and which source character each part came from. */
import { STRING, type Tokens } from "../lexer.ts";
import type { Run } from "../text.ts";

export interface Literal {
  text: string;
  /** Offsets `from` and `to` are those of the text that the tokens stand in. */
  runs: Run[];
}

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", b: "\b", "0": "\0", Z: "\x1a" };

/** The content of the string token at `index`, and of those that follow it, which are one string. Null where it is none. */
export function decodeString(tokens: Tokens, index: number): Literal | null {
  if (tokens.kinds[index] !== STRING) return null;
  const literal: Literal = { text: "", runs: [] };
  for (let i = index; tokens.kinds[i] === STRING; i++) {
    const start = tokens.text.slice(tokens.starts[i], tokens.ends[i]).search(/['"]/);
    append(literal, tokens.text, tokens.starts[i]! + start, tokens.ends[i]!);
  }
  return literal;
}

/** @param start Offset of the opening quote; `end` is behind the closing one. */
function append(literal: Literal, text: string, start: number, end: number): void {
  const quote = text[start];
  let from = start + 1;
  let at = from;
  const flush = (to: number) => {
    if (to > from) add(literal, text.slice(from, to), from, to);
  };
  while (at < end - 1) {
    const char = text[at];
    const escaped = char === "\\" || (char === quote && text[at + 1] === quote);
    if (!escaped) {
      at++;
      continue;
    }
    flush(at);
    const next = text[at + 1] ?? "";
    // \% and \_ keep their backslash: they mean something to LIKE.
    const decoded = char === "\\" ? (/[%_]/.test(next) ? `\\${next}` : (ESCAPES[next] ?? next)) : next;
    add(literal, decoded, at, at + 2);
    at += 2;
    from = at;
  }
  flush(end - 1);
}

function add(literal: Literal, decoded: string, from: number, to: number): void {
  const start = literal.text.length;
  literal.text += decoded;
  literal.runs.push({ start, end: literal.text.length, from, to });
}
