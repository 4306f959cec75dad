/** Runners' variables in psql's form, `:name`, `:'name'`, `:"name"` and knex's `:name:`, in files of SQLite and MySQL. */
import { END, PARAMETER, PUNCTUATION, QUOTED, STRING } from "../lexer.ts";
import type { Placeholder } from "../placeholders.ts";
import type { Flavour } from "./flavour.ts";
import { FlavourLexer } from "./lexer.ts";

/** All of them outside quotes and comments. */
export function colonVariables(text: string, flavour: Flavour): Placeholder[] {
  const found: Placeholder[] = [];
  const lexer = new FlavourLexer(text, 0, flavour);
  for (let kind = lexer.next(); kind !== END; kind = lexer.next()) {
    const { start, end } = lexer;
    if (text.charCodeAt(start) !== 58) continue;
    if (kind === PARAMETER) {
      const closed = text.charCodeAt(end) === 58 && !/[:=]/.test(text[end + 1] ?? "");
      found.push({ start, end: closed ? end + 1 : end, type: closed ? "identifier" : "unknown" });
    } else if (kind === PUNCTUATION && /["'`]/.test(text[end] ?? "")) {
      const quoted = lexer.next();
      if (quoted === END) break;
      if (lexer.open || (quoted !== STRING && quoted !== QUOTED)) continue;
      const type = text[end] === "'" ? "value" : "identifier";
      found.push({ start, end: lexer.end, type });
    }
  }
  return found;
}
