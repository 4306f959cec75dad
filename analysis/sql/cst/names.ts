/** Names among tokens, as the dialect stores them, and what is known of one in which holes stand. */
import type { SqlReference } from "../../model.ts";
import type { Tokens } from "../lexer.ts";
import { type Name, type NamePart, nameAt } from "../names.ts";
import { holesBetween, last, type SqlText } from "../text.ts";
import { type Flavour, isMysql } from "./flavour.ts";

/** The name that begins at an offset. SQLite takes a string for one, too. */
export function nameFrom(tokens: Tokens, offset: number): Name {
  return nameAt(tokens, Math.max(0, last(tokens.starts, offset)));
}

/** A name's part without its quotes. Both dialects keep its letters as they are written. */
export function storedPart(written: string): string {
  const mark = written[0];
  if (mark === "[") return written.slice(1, written.endsWith("]") ? -1 : undefined);
  if (mark !== "`" && mark !== '"' && mark !== "'") return written;
  return written.slice(1, -1).replaceAll(mark + mark, mark);
}

/** What two spellings of one name have in common: SQLite's names have no case, MySQL's tables mostly have. */
export function folded(name: string, flavour: Flavour): string {
  if (isMysql(flavour)) return name;
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

export type Known = Pick<SqlReference, "schema" | "table" | "reason">;

/** Schema and table that a name says; `table` null where a hole stands in it. */
export function knownName(source: SqlText, tokens: Tokens, name: Name): Known {
  const text = (part: NamePart | undefined) => part && storedPart(tokens.text.slice(part.start, part.end));
  const [schemaPart, tablePart] = [name.parts.at(-2), name.parts.at(-1)];
  const reason = holeIn(source, tablePart);
  return {
    schema: schemaPart && !holeIn(source, schemaPart) ? text(schemaPart)! : null,
    table: reason === null ? (text(tablePart) ?? "") : null,
    reason,
  };
}

/** Why a part of a name is not known, or null. */
function holeIn(source: SqlText, part: NamePart | undefined): string | null {
  if (!part) return null;
  const inside = holesBetween(source, part.start, part.end);
  const first = inside[0];
  if (!first) return null;
  let shown = "";
  let at = part.start;
  for (const hole of inside) {
    shown += `${source.text.slice(at, hole.start)}\${…}`;
    at = hole.end;
  }
  shown = storedPart(shown + source.text.slice(at, part.end));
  if (shown === "${…}") return first.reason;
  const pieces = shown.split(/(\$\{…\})/).filter((piece) => piece !== "");
  return `name glued from ${pieces.map((piece) => (piece === "${…}" ? piece : `\`${piece}\``)).join(" and ")}`;
}
