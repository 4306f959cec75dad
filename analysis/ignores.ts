/** `freehold-ignore RULE[, RULE] -- reason` in a comment: for the next statement only. */
import type { IgnoreDirective, Span } from "./model.ts";

const DIRECTIVE = /^[\s*]*freehold-ignore\b[ \t]*([\s\S]*)$/;

/**
 * @param comments comment texts without their markers, with their spans
 * @param statements spans of the file's statements, in any order
 */
export function readIgnores(
  comments: Iterable<{ text: string; at: Span }>,
  statements: readonly { start: number; end: number }[],
): IgnoreDirective[] {
  const directives: IgnoreDirective[] = [];
  for (const { text, at } of comments) {
    const match = DIRECTIVE.exec(text);
    if (!match) continue;
    const [names, ...rest] = (match[1] ?? "").split(/\s+--(?:\s+|$)|^--(?:\s+|$)/);
    const reason = rest
      .join(" -- ")
      .replace(/[\s*]+$/, "")
      .trim();
    const rules = (names ?? "").split(/[\s,]+/).filter(Boolean);
    directives.push({ rules, reason: reason || null, at, covers: next(statements, at) });
  }
  return directives;
}

/** The outermost of the statements that begin first after the comment. */
function next(statements: readonly { start: number; end: number }[], at: Span): Span | null {
  let best: { start: number; end: number } | null = null;
  for (const statement of statements) {
    if (statement.start < at.end) continue;
    if (!best || statement.start < best.start || (statement.start === best.start && statement.end > best.end))
      best = statement;
  }
  // A comment inside a block speaks of that block's next statement, never of what follows the block.
  const holder = innermost(statements, at);
  if (best && holder && best.start >= holder.end) return null;
  return best && { file: at.file, start: best.start, end: best.end };
}

function innermost(statements: readonly { start: number; end: number }[], at: Span) {
  let found: { start: number; end: number } | null = null;
  for (const statement of statements)
    if (statement.start < at.start && at.end <= statement.end && (!found || statement.start >= found.start))
      found = statement;
  return found;
}
