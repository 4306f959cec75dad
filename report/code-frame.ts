/**
 * The lines of source around a finding, with the finding underlined. Columns are counted in cells of
 * the terminal, so that tabs, wide characters and combining ones keep the line under its text.
 */
import type { Place } from "../analysis/model.ts";
import type { Painter } from "./context.ts";
import { escapeControls, widthOf } from "./text.ts";

const tabWidth = 4;
/** Lines of one finding that are shown before the rest is only counted. */
const shownLines = 4;
/** Fewer cells than this for the source make no readable window. */
const leastWidth = 20;
/** Made where there is code to show: it costs more than a report without a finding. */
let segmenter: Intl.Segmenter | null = null;

/** A grapheme as it is shown, and the UTF-16 offsets in its line for which it stands. */
interface Cell {
  text: string;
  width: number;
  start: number;
  end: number;
}

export interface FrameOptions {
  color: Painter;
  /** Cells for the whole frame, its gutter included. */
  width: number;
  /** Paints the underline: red for an error, yellow for a warning. */
  mark(text: string): string;
}

/**
 * Draws the lines of a place, with one line before it where that is not blank.
 * @returns the frame's lines, none where the place does not lie in the source
 */
export function codeFrame(lines: readonly string[], at: Place, options: FrameOptions): string[] {
  if (lines[at.line - 1] === undefined) return [];
  const last = Math.min(Math.max(at.endLine, at.line), lines.length);
  const shownLast = Math.min(last, at.line + shownLines - 1);
  const gutter = Math.max(String(shownLast).length + 2, 4);
  const room = Math.max(options.width - gutter - 3, leastWidth);
  const { dim } = options.color;
  const row = (label: string, text: string) => `${dim(`${label.padStart(gutter)} │`)} ${text}`.trimEnd();

  const frame: string[] = [];
  const before = lines[at.line - 2];
  if (before?.trim()) frame.push(row(String(at.line - 1), cut(withoutReturn(before), 0, 0, room, dim).text));
  for (let number = at.line; number <= shownLast; number++) {
    const line = withoutReturn(lines[number - 1]!);
    const indent = line.length - line.trimStart().length;
    const from = number === at.line ? at.column - 1 : indent;
    const to = number === at.endLine ? at.endColumn - 1 : line.length;
    const { text, padding, marked } = cut(line, from, to, room, dim);
    frame.push(row(String(number), text));
    if (marked > 0) frame.push(row("", " ".repeat(padding) + options.mark("━".repeat(marked))));
  }
  if (last > shownLast) frame.push(row("", dim(`… and ${last - shownLast} more`)));
  return frame;
}

/**
 * Cuts a window of `room` cells out of a line so that the offsets from `from` to `to` are in view.
 * @returns the window, the cells before the mark, and the cells of the mark (at least one on a line with text)
 */
function cut(source: string, from: number, to: number, room: number, dim: (text: string) => string) {
  // A minified line can have millions of characters: only those that could be seen are laid out.
  const reach = room * 4;
  const start = safeBoundary(source, Math.max(0, from - reach));
  const end = safeBoundary(source, Math.min(source.length, from + reach));
  const cells = layout(source.slice(start, end), start);

  let total = 0;
  let before = 0;
  for (const cell of cells) {
    if (cell.end <= from) before += cell.width;
    total += cell.width;
  }
  const whole = start === 0 && end === source.length && total <= room;
  // A third of the window stands before the finding; more where the line begins or ends within it.
  const third = Math.max(0, before - Math.floor(room / 3));
  const nearEnd = end === source.length ? Math.max(0, total - (room - 2)) : third;
  const skip = whole || (start === 0 && before < (room * 2) / 3) ? 0 : Math.min(third, nearEnd);

  let text = "";
  let position = 0;
  let padding = 0;
  let marked = 0;
  let shown = 0;
  const cutLeft = skip > 0 || start > 0;
  const limit = whole ? room : room - (cutLeft ? 2 : 1);
  let cutRight = end < source.length;
  for (const cell of cells) {
    position += cell.width;
    if (position <= skip) continue;
    if (shown + cell.width > limit) {
      cutRight = true;
      break;
    }
    text += cell.text;
    shown += cell.width;
    if (cell.end <= from) padding += cell.width;
    else if (cell.start < Math.max(to, from + 1)) marked += cell.width;
  }
  if (marked === 0 && from >= source.length && source.length > 0) marked = 1;
  return {
    text: (cutLeft ? dim("…") : "") + text + (cutRight ? dim("…") : ""),
    padding: padding + (cutLeft ? 1 : 0),
    marked,
  };
}

function layout(text: string, offset: number): Cell[] {
  const cells: Cell[] = [];
  let column = 0;
  for (const { segment, index } of graphemes().segment(text)) {
    const shown = segment === "\t" ? " ".repeat(tabWidth - (column % tabWidth)) : escapeControls(segment);
    const width = widthOf(shown);
    cells.push({ text: shown, width, start: offset + index, end: offset + index + segment.length });
    column += width;
  }
  return cells;
}

/** Moves an offset off the middle of a surrogate pair. */
function safeBoundary(text: string, offset: number): number {
  const code = text.charCodeAt(offset);
  return code >= 0xdc00 && code <= 0xdfff && offset > 0 ? offset - 1 : offset;
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

function graphemes(): Intl.Segmenter {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return segmenter;
}
