/** From UTF-16 offsets to lines and columns, both from 1. */
import type { Place } from "../manifest/model.ts";
import type { Span } from "./model.ts";

/** Offsets at which lines start; LF, CRLF and a lone CR each end a line. */
export function lineStarts(text: string): number[] {
  const starts = [0];
  if (!text.includes("\r")) {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    return starts;
  }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  return starts;
}

/** The line and column of an offset, both from 1. @param starts where each line starts */
export function position(starts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

/** A range as lines and columns, from 1. */
export function toPlace(span: Span, starts: readonly number[]): Place {
  const from = position(starts, span.start);
  const to = position(starts, span.end);
  return { file: span.file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}
