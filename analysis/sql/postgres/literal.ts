/** String constants, decoded: what they hold, and which source character each part came from. */
import { DOLLAR, STRING, type Tokens } from "../lexer.ts";
import type { Run } from "../text.ts";

export interface Literal {
  text: string;
  /** Offsets `from` and `to` are those of the text that the tokens stand in. */
  runs: Run[];
}

const SIMPLE: Record<string, string> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

/**
 * The content of the string token at `index`, and of those that follow it, which SQL joins.
 *
 * @returns null where the token is no string.
 */
export function decode(tokens: Tokens, index: number): Literal | null {
  const kind = tokens.kinds[index];
  const start = tokens.starts[index];
  if (start === undefined) return null;
  if (kind === DOLLAR) {
    const written = tokens.text.slice(start, tokens.ends[index]);
    const tag = /^\$[^$]*\$/.exec(written)?.[0].length ?? 2;
    const text = written.slice(tag, -tag);
    return { text, runs: [{ start: 0, end: text.length, from: start + tag, to: start + tag + text.length }] };
  }
  if (kind !== STRING) return null;
  const literal: Literal = { text: "", runs: [] };
  for (let i = index; tokens.kinds[i] === STRING; i++)
    append(literal, tokens.text, tokens.starts[i]!, tokens.ends[i]!);
  return literal;
}

function append(literal: Literal, text: string, start: number, end: number): void {
  const quote = text.indexOf("'", start);
  const escapes = /e/i.test(text.slice(start, quote));
  const last = end - 1;
  let at = quote + 1;
  let from = at;
  const plain = (to: number) => {
    if (to > from) add(literal, text.slice(from, to), from, to);
  };
  while (at < last) {
    const char = text[at];
    const doubled = char === "'" && text[at + 1] === "'";
    if (!doubled && !(escapes && char === "\\")) {
      at++;
      continue;
    }
    plain(at);
    const decoded = doubled ? { text: "'", length: 2 } : escaped(text, at);
    add(literal, decoded.text, at, at + decoded.length);
    at += decoded.length;
    from = at;
  }
  plain(last);
}

function add(literal: Literal, decoded: string, from: number, to: number): void {
  const start = literal.text.length;
  literal.text += decoded;
  literal.runs.push({ start, end: literal.text.length, from, to });
}

/** One escape of an E'' string. */
function escaped(text: string, at: number): { text: string; length: number } {
  const rest = text.slice(at + 1, at + 10);
  const code = /^(?:x([0-9a-f]{1,2})|u([0-9a-f]{4})|U([0-9a-f]{8}))/i.exec(rest);
  if (code) {
    const point = Number.parseInt(code[1] ?? code[2] ?? code[3]!, 16);
    return { text: point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd", length: 1 + code[0].length };
  }
  const octal = /^[0-7]{1,3}/.exec(rest);
  if (octal) return { text: String.fromCharCode(Number.parseInt(octal[0], 8)), length: 1 + octal[0].length };
  const char = rest[0] ?? "";
  return { text: SIMPLE[char] ?? char, length: 1 + char.length };
}
