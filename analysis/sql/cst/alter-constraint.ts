/** SQLite 3.53's ALTER TABLE of constraints, which sql-parser-cst 0.42 does not know yet. */
import { isToken, QUOTED, type Tokens, WORD } from "../lexer.ts";
import { nameAt } from "../names.ts";
import type { Found } from "./found.ts";

/** ADD CONSTRAINT, DROP CONSTRAINT, ALTER [COLUMN] … SET|DROP NOT NULL; null where it is none of these. */
export function readAlterConstraint(tokens: Tokens): { kind: string; found: Found[] } | null {
  if (!isToken(tokens, 0, "alter") || !isToken(tokens, 1, "table")) return null;
  const kind = tokens.kinds[2];
  if (kind !== WORD && kind !== QUOTED) return null;
  const { start, next } = nameAt(tokens, 2);
  const words = tokens.starts
    .slice(next)
    .map((from, i) => tokens.text.slice(from, tokens.ends[next + i]).toLowerCase());
  const rest = words.join(" ");
  const known =
    /^add constraint \S+ check \( .* \)$/s.test(rest) ||
    /^add check \( .* \)$/s.test(rest) ||
    /^drop constraint \S+$/.test(rest) ||
    /^alter (?:column )?\S+ (?:set|drop) not null$/.test(rest);
  if (!known) return null;
  return {
    kind: "alter-table",
    found: [{ kind: "table", at: start, operation: "alter-table", stored: null }],
  };
}
