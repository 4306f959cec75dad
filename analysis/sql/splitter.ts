/**
 * Splits text into statements at the semicolons that end one: not those in quotes, parentheses,
 * `BEGIN ATOMIC … END` bodies or comments. In files it also steps over COPY's data lines and takes
 * psql's backslash commands for statements of their own.
 */
import { append } from "./append.ts";
import { COMMENT, END, isToken, Lexer, META, PUNCTUATION, push, type Tokens, WORD } from "./lexer.ts";

export interface RawComment {
  start: number;
  end: number;
}

/** A stretch of text that may be one statement. Offsets are those of the whole text. */
export interface RawStatement {
  kind: "sql" | "psql";
  /** The first token's start; `end` is the last token's end, the semicolon left out. */
  start: number;
  end: number;
  /** Where the next statement begins. */
  next: number;
  tokens: Tokens;
  comments: RawComment[];
  /** psql commands in the middle of the statement: no part of what is sent. */
  blanks: { start: number; end: number }[];
  /** A quote, comment or parenthesis is still open at the end of the text. */
  open: "quote" | "comment" | "parenthesis" | null;
}

/** The next statement from `position` on; null where only white space and comments are left, which `comments` gets. */
export function nextStatement(
  text: string,
  position: number,
  psql: boolean,
  comments: RawComment[],
): RawStatement | null {
  const lexer = new Lexer(text, position, psql);
  const tokens: Tokens = { text, kinds: [], starts: [], ends: [] };
  const own: RawComment[] = [];
  const blanks: { start: number; end: number }[] = [];
  let depth = 0;
  let atomic = 0;
  let openComment = false;
  let openQuote = false;
  for (;;) {
    const kind = lexer.next();
    if (kind === END) break;
    if (kind === COMMENT) {
      own.push({ start: lexer.start, end: lexer.end });
      openComment ||= lexer.open;
      continue;
    }
    if (kind === META) {
      // psql sends the text before the command at \g and its kin; any other command runs on its own, in between.
      const sends = /^\\(?:g|gx|gset|gexec|gdesc|crosstabview|watch|bind)\b/.test(
        text.slice(lexer.start, lexer.start + 16),
      );
      if (tokens.kinds.length === 0) {
        push(tokens, lexer);
        return finish("psql", lexer.end);
      }
      if (sends) return finish("sql", lexer.start);
      blanks.push({ start: lexer.start, end: lexer.end });
      continue;
    }
    if (kind === PUNCTUATION) {
      const code = text.charCodeAt(lexer.start);
      if (code === 40) depth++;
      else if (code === 41) depth = Math.max(0, depth - 1);
      else if ((code === 59 || code === 92) && depth === 0 && atomic === 0) {
        if (tokens.kinds.length === 0) continue;
        return finish("sql", lexer.end);
      }
    }
    push(tokens, lexer);
    openQuote ||= lexer.open;
    if (kind === WORD && depth === 0) {
      if (atomic > 0) {
        if (isToken(tokens, tokens.kinds.length - 1, "case")) atomic++;
        else if (isToken(tokens, tokens.kinds.length - 1, "end")) atomic--;
      } else if (isToken(tokens, tokens.kinds.length - 1, "atomic")) {
        if (isToken(tokens, tokens.kinds.length - 2, "begin") && createsRoutine(tokens)) atomic = 1;
      }
    }
  }
  if (tokens.kinds.length > 0 || openComment) return finish("sql", text.length);
  append(comments, own);
  return null;

  function finish(kind: "sql" | "psql", end: number): RawStatement {
    const count = tokens.kinds.length;
    const start = tokens.starts[0] ?? own.at(-1)?.start ?? position;
    const next = psql ? afterAllData(text, start, end, takesData(kind, tokens)) : end;
    return {
      kind,
      start,
      end: openComment ? end : (tokens.ends[count - 1] ?? end),
      next,
      tokens,
      comments: own,
      blanks,
      open: openQuote ? "quote" : openComment ? "comment" : depth > 0 || atomic > 0 ? "parenthesis" : null,
    };
  }
}

/** CREATE [OR REPLACE] FUNCTION | PROCEDURE: the only statements with a `BEGIN ATOMIC` body. */
function createsRoutine(tokens: Tokens): boolean {
  if (!isToken(tokens, 0, "create")) return false;
  const at = isToken(tokens, 1, "or") && isToken(tokens, 2, "replace") ? 3 : 1;
  return isToken(tokens, at, "function") || isToken(tokens, at, "procedure");
}

/** COPY … FROM STDIN (STDOUT is the same to the grammar), psql's own `\copy` too: what follows is data. */
function takesData(kind: "sql" | "psql", tokens: Tokens): boolean {
  if (kind === "psql") {
    return /^\\copy\s[^\n]*\sfrom\s+p?stdin\b/i.test(tokens.text.slice(tokens.starts[0], tokens.ends[0]));
  }
  if (!isToken(tokens, 0, "copy") || isToken(tokens, 1, "(")) return false;
  return tokens.starts.some(
    (_, i) => (isToken(tokens, i, "stdin") || isToken(tokens, i, "stdout")) && isToken(tokens, i - 1, "from"),
  );
}

/** The end of the data of a statement and of those that `\;` sends with it: data follows the message's last semicolon. */
function afterAllData(text: string, start: number, end: number, takes: boolean): number {
  if (text.startsWith("\\;", end - 2)) return end;
  let next = takes ? afterData(text, end) : end;
  if (!/\\;\s*$/.test(text.slice(Math.max(0, start - 32), start))) return next;
  let from = start;
  for (;;) {
    const semicolon = text.lastIndexOf(";", from - 1);
    if (semicolon < 1 || text[semicolon - 1] !== "\\") break;
    from = semicolon - 1;
  }
  const copies = text.slice(from, start).match(/\bcopy\b(?!\s*\()[^;]*?\bfrom\s+stdin\b/gi);
  for (let i = copies?.length ?? 0; i > 0; i--) next = afterData(text, next);
  return next;
}

/** The end of data lines, which is `\.` on a line of its own. Without one there is no data here. */
function afterData(text: string, end: number): number {
  const data = text.indexOf("\n", end);
  if (data < 0) return end;
  const mark = /^\\\.[ \t\r]*$/gm;
  mark.lastIndex = data + 1;
  if (!mark.exec(text)) return end;
  // The mark may be another COPY's: then this one has no data, and what stands between is SQL.
  const other = /^\\?copy\s[^\n]*\sfrom\s+p?stdin\b/gim;
  other.lastIndex = data + 1;
  const found = other.exec(text.slice(0, mark.lastIndex));
  return found ? end : mark.lastIndex;
}
