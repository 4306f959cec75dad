/** `freehold-ignore RULE[, RULE] -- reason` in a comment: for the next statement only. */
import type { IgnoreDirective, Span } from "./model.ts";

const DIRECTIVE = /^[\s*]*freehold-ignore\b[ \t]*([\s\S]*)$/;

export interface Range {
  start: number;
  end: number;
}

/**
 * @param comments comment texts without their markers, with their spans
 * @param next what a comment stands before; null where that is nothing
 */
export function readIgnores(
  comments: Iterable<{ text: string; at: Span }>,
  next: (comment: Range) => Range | null,
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
    const covers = next(at);
    directives.push({
      rules,
      reason: reason || null,
      at,
      covers: covers && { file: at.file, start: covers.start, end: covers.end },
    });
  }
  return directives;
}

/**
 * The outermost of the statements that begin first after the comment, as long as they stand within what
 * holds the comment: the last comment in a block stands before nothing.
 *
 * @param statements in any order, nested or not
 */
export function nextStatement(statements: readonly Range[]): (comment: Range) => Range | null {
  return (comment) => {
    let holder: Range | null = null;
    let found: Range | null = null;
    for (const statement of statements) {
      const { start, end } = statement;
      if (start < comment.start && comment.end <= end && (!holder || start >= holder.start))
        holder = statement;
      if (start < comment.end) continue;
      if (!found || start < found.start || (start === found.start && end > found.end)) found = statement;
    }
    return found && holder && found.start >= holder.end ? null : found;
  };
}
