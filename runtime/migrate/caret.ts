/** A position in a text as PostgreSQL gives it, as a line, a column and a picture. */

export interface Caret {
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 code units. */
  column: number;
  /** The line with a caret beneath, ready to print. */
  frame: string;
}

const widest = 110;

/**
 * @param position counted in characters (code points) from 1, as in the `P` field of the protocol's ErrorResponse
 * (PostgreSQL manual, "Error and Notice Message Fields").
 */
export function caretAt(text: string, position: number): Caret {
  let offset = 0;
  for (let character = 1; character < position && offset < text.length; character += 1) {
    offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  }
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const stop = text.indexOf("\n", offset);
  const source = text.slice(start, stop === -1 ? text.length : stop).replace(/\r$/, "");
  const line = text.slice(0, start).split("\n").length;
  const at = offset - start;

  const from = source.length > widest ? Math.max(0, Math.min(at - widest / 2, source.length - widest)) : 0;
  const window = printable(source.slice(from, from + widest).toWellFormed());
  const lead = printable(source.slice(from, at).toWellFormed());
  const gutter = String(line);
  const frame = [
    `  ${gutter} │ ${from > 0 ? "…" : ""}${window}${from + widest < source.length ? "…" : ""}`,
    `  ${" ".repeat(gutter.length)} │ ${from > 0 ? " " : ""}${blank(lead)}^`,
  ].join("\n");
  return { line, column: at + 1, frame };
}

/** Tabs as they are, no other control character: a migration must not drive the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => (character === "\t" ? "\t" : "·"));
}

/** As wide as the text would print, and empty. */
function blank(text: string): string {
  return text.replaceAll(/[^\t]/gu, (character) =>
    wide.test(character) ? "  " : zero.test(character) ? "" : " ",
  );
}

/** What terminals draw two columns wide: East Asian scripts and emoji; a close approximation is enough for a caret. */
const wide =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])$/u;
const zero = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
