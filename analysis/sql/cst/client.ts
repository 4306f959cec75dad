/** Commands of the databases' own clients, as far as they matter: `DELIMITER` splits, `.import` fills a table. */
import type { SqlStatement } from "../../model.ts";
import type { SqlText } from "../text.ts";
import type { RawStatement, Splitting } from "./splitter.ts";

/** The statement that a client's command amounts to; every command gives one, so that none passes unseen. */
export function clientCommand(text: SqlText, raw: RawStatement, how: Splitting): SqlStatement {
  const line = text.text.slice(raw.start, raw.end).trimEnd();
  const [, command = "", rest = ""] = /^(\S+)\s*(.*)$/s.exec(line) ?? [];
  if (/^delimiter$/i.test(command) && rest !== "") how.delimiter = rest.split(/\s/, 1)[0]!;
  const statement: SqlStatement = {
    kind: "client",
    at: text.span(raw.start, raw.end),
    references: [],
    changes: [],
    acts: [],
    normalized: line.replace(/\s+/g, " "),
  };
  // .import [--csv --skip 1] FILE TABLE
  const table = /^\.import\s.*?(\S+)$/i.exec(line)?.[1];
  if (table !== undefined) {
    const start = raw.start + line.length - table.length;
    const name = table.replace(/^["']|["']$/g, "");
    statement.references.push({
      schema: null,
      table: name,
      reason: null,
      operation: "copy-from",
      access: "write",
      at: text.span(start, start + table.length),
      dependency: null,
    });
  }
  if (/^\.(?:open|connection)$/i.test(command)) {
    statement.acts.push({ act: command.toUpperCase(), name: rest === "" ? null : rest, at: statement.at });
  }
  return statement;
}
