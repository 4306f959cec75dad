/**
 * Splits SQLite's and MySQL's text into statements: at semicolons outside quotes, comments and
 * stored programs, and in files also at whatever MySQL's client was told by `DELIMITER`. The clients'
 * own commands (`DELIMITER`, `source`, `.import`) are statements of the kind `client`.
 */
import { append } from "../append.ts";
import { COMMENT, END, PUNCTUATION, push, STRING, type Tokens } from "../lexer.ts";
import { type Blocks, blocksOf } from "./blocks.ts";
import { type Flavour, isMysql } from "./flavour.ts";
import { FlavourLexer } from "./lexer.ts";

export interface Stretch {
  start: number;
  end: number;
}

/** A stretch of text that may be one statement. Offsets are those of the whole text. */
export interface RawStatement {
  kind: "sql" | "client";
  /** The first token's start; `end` is the last token's end, the delimiter left out. */
  start: number;
  end: number;
  /** Where the next statement begins. */
  next: number;
  tokens: Tokens;
  comments: Stretch[];
  /** Marks of executable comments: no part of what the server reads. */
  marks: Stretch[];
  /** A quote, comment or stored program is still open at the end of the text. */
  open: "quote" | "comment" | "block" | null;
  /** Where the comment begins that is still open; -1 where none is. */
  openComment: number;
}

/** Where a text is split. */
export interface Splitting {
  flavour: Flavour;
  /** The text is a file for the database's own client. */
  file: boolean;
  /** `;` until MySQL's client is told otherwise. */
  delimiter: string;
}

/** Commands that take their whole line. MySQL's others are SQL, too, or need no database. */
const COMMANDS = {
  mysql: /(?:delimiter|source|system|pager|tee|\\[.!uTPdWw])(?=[ \t\r\n]|$)[^\n]*/iy,
  sqlite: /\.[a-z][^\n]*/iy,
};

/** The next statement from `position` on; null where only white space and comments are left, which `comments` gets. */
export function nextStatement(
  text: string,
  position: number,
  how: Splitting,
  comments: Stretch[],
): RawStatement | null {
  const mysql = isMysql(how.flavour);
  const lexer = new FlavourLexer(text, position, how.flavour);
  const tokens: Tokens = { text, kinds: [], starts: [], ends: [] };
  const own: Stretch[] = [];
  let blocks: Blocks | null = null;
  let open: RawStatement["open"] = null;
  let openComment = -1;
  for (;;) {
    const kind = lexer.next();
    if (kind === END) break;
    if (kind === COMMENT) {
      own.push({ start: lexer.start, end: lexer.end });
      if (lexer.open) openComment = lexer.start;
      continue;
    }
    const empty = tokens.kinds.length === 0;
    if (how.file) {
      const width = clientCommand(text, lexer.start, mysql, empty);
      if (width > 0) {
        if (!empty) return finish("sql", lexer.start);
        lexer.end = lexer.start + width;
        push(tokens, lexer);
        return finish("client", lexer.end);
      }
    }
    if (how.delimiter !== ";" && kind !== STRING) {
      const at = text.slice(lexer.start, lexer.end + how.delimiter.length).indexOf(how.delimiter);
      if (at === 0) {
        lexer.end = lexer.start + how.delimiter.length;
        if (empty) continue;
        return finish("sql", lexer.end);
      }
      // `END$$` is one word to the server, and two to its client.
      if (at > 0 && lexer.start + at < lexer.end) lexer.end = lexer.start + at;
    }
    // MySQL's client also ends a statement at \g and \G.
    if (how.file && mysql && !empty && /^\\g$/i.test(text.slice(lexer.start, lexer.start + 2)))
      return finish("sql", lexer.start + 2);
    if (kind === PUNCTUATION && text.charCodeAt(lexer.start) === 59) {
      if (empty) continue;
      if (how.delimiter === ";" && !blocks?.inside()) return finish("sql", lexer.end);
    }
    push(tokens, lexer);
    if (lexer.open) open = "quote";
    blocks ??= blocksOf(tokens, how.flavour);
    blocks.take();
  }
  append(comments, own);
  // A comment inside of an executable one may hide what closes both: the server refuses that.
  if (lexer.executing) openComment = lexer.marks.at(-1)!.start;
  if (openComment >= 0) open ??= "comment";
  if (tokens.kinds.length === 0 && open === null) return null;
  if (blocks?.inside()) open ??= "block";
  return finish("sql", text.length, []);

  function finish(kind: "sql" | "client", next: number, found = own): RawStatement {
    const start = tokens.starts[0] ?? Math.max(openComment, position);
    const end = (openComment < 0 ? tokens.ends.at(-1) : undefined) ?? next;
    const marks = lexer.marks.filter((mark) => mark.start >= start && mark.end <= end);
    return { kind, start, end, next, tokens, comments: found, marks, open, openComment };
  }
}

/** Length of a client's command that begins here, or 0. In the middle of a statement only DELIMITER counts, at a line's start. */
function clientCommand(text: string, at: number, mysql: boolean, empty: boolean): number {
  const code = text.charCodeAt(at);
  if (!mysql && !(empty && code === 46)) return 0;
  // d, p, s, t and the backslash begin one.
  if (mysql && !/[dpst\\]/i.test(text[at] ?? "")) return 0;
  if (!empty && !/^delimiter[ \t]/i.test(text.slice(at, at + 10))) return 0;
  const line = text.lastIndexOf("\n", at - 1) + 1;
  if (text.slice(line, at).trim() !== "") return 0;
  const command = mysql ? COMMANDS.mysql : COMMANDS.sqlite;
  command.lastIndex = at;
  return command.test(text) ? command.lastIndex - at : 0;
}
