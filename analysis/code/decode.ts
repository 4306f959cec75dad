/**
 * String literals and template chunks, decoded into runs that know where they stand.
 *
 * What a client sees is the cooked text; what a finding points at is the source. Where no escape
 * stands between, a run maps character by character; each escape is a run of its own.
 * Escapes as in ECMA-262 §12.9.4.
 */
import type { TextRun } from "../model.ts";

/**
 * @param source the file's whole text
 * @param start offset of the first character after the opening quote or brace
 * @param end offset of the closing quote, backtick or `${`
 */
export function decode(file: string, source: string, start: number, end: number): TextRun[] {
  const runs: TextRun[] = [];
  let from = start;
  const plain = (to: number) => {
    if (to > from)
      runs.push({ kind: "text", text: source.slice(from, to), at: { file, start: from, end: to } });
  };
  for (let i = start; i < end; i++) {
    const code = source.charCodeAt(i);
    if (code === 13) {
      // A template's line break is cooked to LF, whatever the file has.
      plain(i);
      const width = source.charCodeAt(i + 1) === 10 ? 2 : 1;
      runs.push({ kind: "text", text: "\n", at: { file, start: i, end: i + width } });
      i += width - 1;
      from = i + 1;
    } else if (code === 92) {
      plain(i);
      const [text, width] = readEscape(source, i, end);
      if (text) runs.push({ kind: "text", text, at: { file, start: i, end: i + width } });
      i += width - 1;
      from = i + 1;
    }
  }
  plain(end);
  return runs;
}

const SIMPLE: Record<string, string> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", "0": "\0" };

function readEscape(source: string, at: number, end: number): [text: string, width: number] {
  const next = source[at + 1] ?? "";
  if (next === "\r") return ["", source[at + 2] === "\n" ? 3 : 2];
  if (next === "\n" || next === "\u2028" || next === "\u2029") return ["", 2];
  if (next === "x") return codePoint(source.slice(at + 2, at + 4), 4);
  if (next === "u") {
    if (source[at + 2] !== "{") return codePoint(source.slice(at + 2, at + 6), 6);
    const close = source.indexOf("}", at);
    if (close < 0 || close >= end) return ["", 2];
    return codePoint(source.slice(at + 3, close), close - at + 1);
  }
  return [SIMPLE[next] ?? next, 2];
}

function codePoint(hex: string, width: number): [string, number] {
  const value = Number.parseInt(hex, 16);
  return [Number.isNaN(value) || value > 0x10ffff ? "" : String.fromCodePoint(value), width];
}
