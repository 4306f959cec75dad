/**
 * SQLite's CREATE VIRTUAL TABLE. What stands in a module's brackets is the module's own language, so
 * that no grammar reads it; known are the full-text modules, which may keep their text in another table.
 */
import { isToken, QUOTED, STRING, type Tokens, tokenText, WORD } from "../lexer.ts";
import { creates, type Found, type Read } from "./found.ts";
import { storedPart } from "./names.ts";

/** Whether the statement is one. */
export function createsVirtualTable(tokens: Tokens): boolean {
  return isToken(tokens, 0, "create") && isToken(tokens, 1, "virtual") && isToken(tokens, 2, "table");
}

/** Reads CREATE VIRTUAL TABLE [IF NOT EXISTS] name USING module[(…)]. */
export function readVirtualTable(tokens: Tokens): Read {
  const exists = isToken(tokens, 3, "if") && isToken(tokens, 4, "not") && isToken(tokens, 5, "exists");
  const first = exists ? 6 : 3;
  const last = isToken(tokens, first + 1, ".") ? first + 2 : first;
  const using = last + 1;
  const bracket = using + 2;
  const end = tokens.kinds.length;
  for (const [index, fits] of [
    [last, isName(tokens, last)],
    [using, isToken(tokens, using, "using")],
    [using + 1, isName(tokens, using + 1)],
    [bracket, bracket === end || (isToken(tokens, bracket, "(") && isToken(tokens, end - 1, ")"))],
  ] as const) {
    if (!fits) return refused(tokens, index);
  }
  const at = tokens.starts[first]!;
  const name = storedPart(tokenText(tokens, last));
  const module = storedPart(tokenText(tokens, using + 1)).toLowerCase();
  const stored = { operation: "view", kind: "virtual table", name } as const;
  const content = contentTable(tokens, module, bracket + 1);
  const found: Found[] = [{ kind: "table", at, operation: "create-table", stored: null }];
  if (content !== null) found.push({ kind: "table", at: content, operation: "select", stored });
  found.push({ kind: "change", at, change: creates("table", { ifNotExists: exists }), stored: null });
  return { ok: true, kind: "create-table", found };
}

/** Where `content=table` of FTS4 and FTS5 names its table, or fts5vocab its index. */
function contentTable(tokens: Tokens, module: string, from: number): number | null {
  if (module === "fts5vocab") return isName(tokens, from) ? tokens.starts[from]! : null;
  if (!/^fts[345]$/.test(module)) return null;
  for (let i = from; i < tokens.kinds.length; i++) {
    if (!isToken(tokens, i, "content") || !isToken(tokens, i + 1, "=")) continue;
    const named = isName(tokens, i + 2) && storedPart(tokenText(tokens, i + 2)) !== "";
    return named ? tokens.starts[i + 2]! : null;
  }
  return null;
}

function isName(tokens: Tokens, index: number): boolean {
  const kind = tokens.kinds[index];
  return kind === WORD || kind === QUOTED || kind === STRING;
}

function refused(tokens: Tokens, index: number): Read {
  const start = tokens.starts[index];
  if (start === undefined) {
    return { ok: false, message: "unexpected end of the statement", offset: tokens.ends.at(-1) ?? 0 };
  }
  return { ok: false, message: `unexpected ${tokenText(tokens, index)}`, offset: start };
}
