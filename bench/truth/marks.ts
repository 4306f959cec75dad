/**
 * Marks: what a file of the truth set says of itself. A line that starts with `//^` (`--^` within SQL)
 * speaks of the last line before it that is no such line; there may be several marks on it:
 *
 *   select o.id from orders o join shop.items i on i.order_id = o.id
 *   --               ^ read orders
 *   --                             ^ read shop.items
 *
 * `^` stands beneath the first character of the name where it is literal; `~` says that the access is
 * that line's, wherever in it. After it come `read`, `write` or `schema` and the name as the database
 * stores it, or `unresolved`. A number behind the sign says how many lines further up it speaks of: no mark
 * can stand beneath a COPY whose data follows.
 */
import type { Access } from "../../analysis/model.ts";

export interface Mark {
  file: string;
  line: number;
  /** From 1; null where only the line is known. */
  column: number | null;
  access: Access | null;
  /** `schema.table` or `table`; null for an access that nobody can know. */
  table: string | null;
}

const markLine = /^\s*(?:\/\/|--)\s*[\^~]\d* ?(?:read|write|schema|unresolved)\b/;
const mark = /([\^~])(\d*) ?(?:(read|write|schema) ("[^"]+"|[\w.$*-]+)|unresolved\b)/g;

/**
 * The marks of one file.
 * @throws Error at a line that looks like a mark and says nothing that can be understood
 */
export function marksOf(file: string, text: string): Mark[] {
  const found: Mark[] = [];
  let spokenOf = 0;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (!markLine.test(line)) {
      if (/^\s*(?:\/\/|--)\s*\^/.test(line))
        throw new Error(`${file}:${index + 1}: not a mark: ${line.trim()}`);
      spokenOf = index + 1;
      continue;
    }
    for (const { index: at, 1: sign, 2: up, 3: access, 4: table } of line.matchAll(mark)) {
      found.push({
        file,
        line: spokenOf - Number(up),
        column: sign === "^" ? at + 1 : null,
        access: (access as Access | undefined) ?? null,
        table: table?.replace(/^"|"$/g, "") ?? null,
      });
    }
  }
  return found;
}
