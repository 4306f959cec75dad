/** Texts that only move within their file say the same, elsewhere: what is known of one is known of all. */
import type { Span } from "../model.ts";

/**
 * Where the first of the spans stands that a value holds.
 * @returns null where they are of several files: what stands before what then hangs on where each of them is
 */
export function originOf(value: unknown, file: string): number | null {
  let origin = Number.POSITIVE_INFINITY;
  const look = (item: unknown): boolean => {
    if (typeof item !== "object" || item === null) return true;
    if (isSpan(item)) {
      if (item.file !== file) return false;
      origin = Math.min(origin, item.start);
    }
    return Object.values(item).every(look);
  };
  return look(value) && Number.isFinite(origin) ? origin : null;
}

/** A copy of plain data whose spans in a file stand `by` code units further on. */
export function moved<T>(value: T, file: string, by: number): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => moved(item, file, by)) as T;
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) copy[key] = moved(item, file, by);
  if (isSpan(value) && value.file === file) {
    copy["start"] = value.start + by;
    copy["end"] = value.end + by;
  }
  return copy as T;
}

/** Plain data as text, without where in a file its spans stand. */
export function unplaced(value: unknown, file: string): string {
  return JSON.stringify(value, (_, item) =>
    typeof item === "object" && item !== null && isSpan(item) && item.file === file
      ? { ...item, start: 0, end: 0 }
      : item,
  );
}

function isSpan(value: object): value is Span {
  return "file" in value && "start" in value && "end" in value;
}
