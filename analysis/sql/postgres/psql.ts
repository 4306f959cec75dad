/** psql's own commands, as far as they matter: `\connect` changes the database, `\copy` moves rows. */
import type { SqlStatement } from "../../model.ts";
import type { RawStatement } from "../splitter.ts";
import type { SqlText } from "../text.ts";

/** The statement that a psql command amounts to; every command gives one, so that none passes unseen. */
export function psqlCommand(text: SqlText, raw: RawStatement): SqlStatement | null {
  const line = text.text.slice(raw.start, raw.end);
  const match = /^\\(\S+)\s*(\S*)/.exec(line);
  if (!match) return null;
  const at = text.span(raw.start, raw.end);
  const connects = match[1] === "c" || match[1] === "connect";
  return {
    kind: "psql",
    at,
    references: [],
    changes: [],
    acts: connects ? [{ act: "\\connect", name: match[2] || null, at }] : [],
    normalized: line.trim().replace(/\s+/g, " "),
  };
}
