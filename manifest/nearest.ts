/**
 * The candidate that was most likely meant, or null where none is near: two letters may differ, or a
 * third of a long word's, but never more than half. Two, because swapped letters count as two.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  if (word.length > 64) return null;
  const { distance } = require("fastest-levenshtein") as typeof import("fastest-levenshtein");
  const wanted = word.toLowerCase();
  let best: string | null = null;
  let least = Math.min(Math.floor(wanted.length / 2), Math.max(2, Math.floor(wanted.length / 3))) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= least) continue;
    const apart = distance(wanted, candidate.toLowerCase());
    if (apart < least) [best, least] = [candidate, apart];
  }
  return best;
}

/** `, did you mean "owns"?`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const found = nearest(word, candidates);
  return found === null ? "" : `, did you mean ${show(found)}?`;
}

/**
 * A value from the manifest, quoted for a message: one line, at most 60 characters, and nothing
 * of a URL but its scheme, since messages end up in the logs of CI.
 */
export function show(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  const url = text.indexOf("://");
  const safe = url === -1 ? text : `${text.slice(0, url)}://…`;
  const short = safe.length > 60 ? `${safe.slice(0, 59)}…` : safe;
  return typeof value === "string" ? JSON.stringify(short) : short;
}
