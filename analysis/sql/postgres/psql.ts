/** psql's own commands, as far as they matter: `\\connect` changes the database, `\\copy` moves rows. */
import type { SqlReference, SqlStatement } from "../../model.ts";
import { isToken, tokenize } from "../lexer.ts";
import { nameAt, storedName } from "../names.ts";
import type { RawStatement } from "../splitter.ts";
import { type SqlText, surrounded } from "../text.ts";

/** The statement that a psql command amounts to; every command gives one, so that none passes unseen. */
export function psqlCommand(text: SqlText, raw: RawStatement): SqlStatement {
  const line = text.text.slice(raw.start, raw.end);
  const [, command = "", argument = ""] = /^\\(\S*)\s*(\S*)/.exec(line) ?? [];
  const at = text.span(raw.start, raw.end);
  const connects = command === "c" || command === "connect";
  return {
    kind: "psql",
    at,
    references: command === "copy" ? copied(text, raw) : [],
    changes: [],
    acts: connects ? [{ act: "\\connect", name: argument || null, at }] : [],
    normalized: line.trim().replace(/\s+/g, " "),
  };
}

/** `\\copy table [(columns)] from|to …`: COPY from the client's side. A query in its place is read by the caller's grammar, not here. */
function copied(text: SqlText, raw: RawStatement): SqlReference[] {
  const inner = surrounded(text, raw.start + "\\copy".length, raw.end, "");
  const tokens = tokenize(inner.text);
  if (tokens.kinds.length === 0 || isToken(tokens, 0, "(")) return [];
  const name = nameAt(tokens, isToken(tokens, 0, "binary") ? 1 : 0);
  const parts = name.parts.map(({ start, end }) => storedName(inner.text.slice(start, end)));
  const from = tokens.starts.some((_, index) => index >= name.next && isToken(tokens, index, "from"));
  return [
    {
      schema: parts.at(-2) ?? null,
      table: parts.at(-1) ?? "",
      reason: null,
      operation: from ? "copy-from" : "copy-to",
      access: from ? "write" : "read",
      at: inner.span(name.start, name.end),
      dependency: null,
    },
  ];
}
