/**
 * SQL text and where it came from. Everything in this folder works on offsets into one assembled
 * string; `span` maps them back to the original files, once, when a fact is written down.
 */
import type { HoleType, Span, SqlPiece } from "../model.ts";

/** A `${hole}` in the assembled text. While its content is open, a word of equal length stands for it. */
export interface Hole {
  start: number;
  end: number;
  type: HoleType;
  /** Why the text is not known. */
  reason: string;
}

export interface SqlText {
  text: string;
  /** In the order of the text. */
  holes: readonly Hole[];
  /** The place of `[start, end)` in the original file, in UTF-16 code units. */
  span(start: number, end: number): Span;
}

/** Every hole is this wide, so that each form it may take leaves all offsets alone. */
export const HOLE_WIDTH = 24;

/** The word that stands for the hole number `index`: an identifier that no case folding changes. */
export function holeWord(index: number): string {
  return `hole_${index.toString(36).padStart(6, "0")}`.padEnd(HOLE_WIDTH, "_");
}

/** Makes a message that quotes a hole's word readable. */
export function showHoles(message: string): string {
  return message.replace(/hole_[0-9a-z]{6}_{13}/g, "${…}");
}

/** A message's first line, without the words that stand for holes. What quotes all that follows an open quote is cut. */
export function oneLine(message: string): string {
  const shown = showHoles(message);
  const line = shown.split(/[\r\n]/, 1)[0]!.slice(0, 160);
  if (line === shown) return line;
  return shown.endsWith('"') ? `${line.replace(/"$/, "")}…"` : `${line}…`;
}

/** A stretch of text and the offsets that it came from. Equal lengths map character by character. */
export interface Run {
  start: number;
  end: number;
  from: number;
  to: number;
}

/** The text of a whole file. */
export function fileText(file: string, text: string): SqlText {
  return { text, holes: [], span: (start, end) => ({ file, start, end }) };
}

/** Joins text runs and holes into one text. */
export function assemble(pieces: readonly SqlPiece[]): SqlText {
  const starts: number[] = [];
  const holes: Hole[] = [];
  let text = "";
  for (const piece of pieces) {
    starts.push(text.length);
    if (piece.kind === "text") {
      text += piece.text;
    } else {
      const start = text.length;
      text += holeWord(holes.length);
      holes.push({ start, end: text.length, type: piece.hole, reason: piece.reason });
    }
  }
  const end = text.length;
  return {
    text,
    holes,
    span(from, to) {
      const head = Math.min(from, end);
      const tail = Math.max(head, Math.min(to, end));
      const final = last(starts, Math.max(head, tail - 1));
      if (final < 0) return { file: "", start: 0, end: 0 };
      let first = last(starts, head);
      for (let i = final; i > first; i--) {
        if (!isNext(pieces[i - 1]!.at, pieces[i]!.at)) first = i;
      }
      const piece = pieces[first]!;
      const start = edge(piece, Math.max(0, head - starts[first]!), "start");
      const stop = tail > head ? edge(pieces[final]!, tail - starts[final]!, "end") : start;
      const { handed } = pieces.slice(first, final + 1).findLast(({ at }) => at.handed)?.at ?? piece.at;
      return { file: piece.at.file, start, end: Math.max(start, stop), ...(handed && { handed }) };
    },
  };
}

/**
 * Whether one place follows the other closely enough for a name to run over both: quotes, `${` and an
 * operator may stand between. A name that begins elsewhere (in a constant, in format()'s pattern)
 * is placed at its last part: a range cannot lead there and back.
 */
function isNext(before: { file?: string; end: number }, after: { file?: string; start: number }): boolean {
  const gap = after.start - before.end;
  return before.file === after.file && gap >= 0 && gap <= 16;
}

/** The holes that lie within `[start, end)`. */
export function holesBetween(text: SqlText, start: number, end: number): readonly Hole[] {
  const { holes } = text;
  if (holes.length === 0) return holes;
  let from = 0;
  let high = holes.length;
  while (from < high) {
    const middle = (from + high) >>> 1;
    if (holes[middle]!.start < start) from = middle + 1;
    else high = middle;
  }
  let to = from;
  while (to < holes.length && holes[to]!.end <= end) to++;
  return from === 0 && to === holes.length ? holes : holes.slice(from, to);
}

/**
 * Text that stands inside another one, decoded: a function's body, a quoted statement.
 *
 * @param runs In the order of the text, without gaps.
 * @param own Holes that only the inner text has; they lie in runs of their own.
 */
export function nested(
  outer: SqlText,
  text: string,
  runs: readonly Run[],
  own: readonly Hole[] = [],
): SqlText {
  const starts = runs.map((run) => run.start);
  const holes: Hole[] = [...own];
  for (const run of runs) {
    if (!isLinear(run)) continue;
    const shift = run.start - run.from;
    for (const hole of holesBetween(outer, run.from, run.to)) {
      holes.push({ ...hole, start: hole.start + shift, end: hole.end + shift });
    }
  }
  holes.sort((a, b) => a.start - b.start);
  const outerOffset = (run: Run, offset: number, side: "start" | "end"): number => {
    if (isLinear(run)) return run.from + Math.min(offset, run.end) - run.start;
    return side === "start" ? run.from : run.to;
  };
  return {
    text,
    holes,
    span(start, end) {
      const final = last(starts, Math.max(start, end - 1));
      let first = last(starts, start);
      for (let i = final; i > first; i--) {
        if (!isNext({ end: runs[i - 1]!.to }, { start: runs[i]!.from })) first = i;
      }
      const head = runs[first];
      const tail = runs[final];
      if (!head || !tail) return outer.span(0, 0);
      const from = outerOffset(head, Math.max(start, head.start), "start");
      return outer.span(from, end > start ? Math.max(from, outerOffset(tail, end, "end")) : from);
    },
  };
}

/** A stretch of a text, with other text before and after it that stands nowhere. */
export function surrounded(outer: SqlText, start: number, end: number, before: string, after = ""): SqlText {
  const inner = before.length + end - start;
  return nested(outer, before + outer.text.slice(start, end) + after, [
    { start: 0, end: before.length, from: start, to: start },
    { start: before.length, end: inner, from: start, to: end },
    { start: inner, end: inner + after.length, from: end, to: end },
  ]);
}

function isLinear(run: Run): boolean {
  return run.end - run.start === run.to - run.from;
}

function edge(piece: SqlPiece, offset: number, side: "start" | "end"): number {
  const { start, end } = piece.at;
  if (piece.kind === "text" && piece.text.length === end - start) return start + offset;
  return side === "start" ? start : end;
}

/** Index of the last entry that is not above `value`; -1 where there is none. Entries of empty pieces repeat. */
export function last(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
