/**
 * Text that comes from a stranger's files, made safe to print: a name or a line of source must not
 * move the cursor, paint, retitle the terminal or turn the writing direction around.
 */

/**
 * C0 and C1 controls, DEL, line and paragraph separators, the byte order mark, lone surrogates, and
 * what Unicode calls Bidi_Control (https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters).
 */
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}\uFEFF]/gu;

/** Writes every character that could drive a terminal as `\x1b` or `\u202e`; the result stands on one line. */
export function escapeControls(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.charCodeAt(0);
    if (character === "\n") return "\\n";
    if (character === "\r") return "\\r";
    if (character === "\t") return "\\t";
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** JSON on one line in which no character can drive a terminal: `JSON.stringify` itself leaves DEL, C1 and bidi controls as they are. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    unsafe,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** `1 error`, `2 errors`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Columns that a text takes on a terminal: wide characters take two, combining ones none. */
export function widthOf(text: string): number {
  return Bun.stringWidth(text);
}

/** Pads each cell to its column's width; the last column is left ragged. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
  }
  return rows.map((row) =>
    row
      .map((cell, index) =>
        index === row.length - 1 ? cell : cell + " ".repeat(widths[index]! - widthOf(cell)),
      )
      .join("  ")
      .trimEnd(),
  );
}
