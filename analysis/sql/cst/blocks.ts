/**
 * Which semicolon ends a statement that holds others: SQLite's triggers and MySQL's stored programs.
 * One is told what each token of a statement is and answers whether a semicolon there would end it.
 */
import { isToken, type Tokens, WORD } from "../lexer.ts";
import { type Flavour, isMysql } from "./flavour.ts";

export interface Blocks {
  /** Takes the token that was pushed last. */
  take(): void;
  /** A semicolon that comes now is inside the statement. */
  inside(): boolean;
}

const NONE: Blocks = { take() {}, inside: () => false };

/** What tracks the blocks of a statement, decided from its first tokens, of which there must be at least one. */
export function blocksOf(tokens: Tokens, flavour: Flavour): Blocks {
  if (isMysql(flavour)) return new MysqlBlocks(tokens);
  return isToken(tokens, 0, "create") || isToken(tokens, 0, "explain") ? new SqliteTrigger(tokens) : NONE;
}

/** SQLite's own rule (sqlite3_complete): a trigger ends at `; END ;` and nowhere before. */
class SqliteTrigger implements Blocks {
  private readonly tokens: Tokens;

  constructor(tokens: Tokens) {
    this.tokens = tokens;
  }

  take(): void {}

  inside(): boolean {
    const { tokens } = this;
    let at = 0;
    while (isToken(tokens, at, "explain") || isToken(tokens, at, "query") || isToken(tokens, at, "plan"))
      at++;
    at++;
    if (isToken(tokens, at, "temp") || isToken(tokens, at, "temporary")) at++;
    if (!isToken(tokens, at, "trigger")) return false;
    const last = tokens.kinds.length - 1;
    return !(isToken(tokens, last, "end") && isToken(tokens, last - 1, ";"));
  }
}

/** Words after which, in a stored program, a statement begins. */
const BEFORE_STATEMENT = new Set([
  ";",
  "begin",
  "then",
  "else",
  "do",
  "loop",
  "repeat",
  ":",
  "row",
  "atomic",
]);

/** Statements that open a block which END closes. */
const OPENERS = new Set(["begin", "if", "while", "loop", "repeat", "for"]);

/** MySQL's stored programs: BEGIN, IF, CASE, LOOP, WHILE, REPEAT and FOR, each closed by an END. */
class MysqlBlocks implements Blocks {
  private readonly tokens: Tokens;
  private readonly open: ("block" | "case")[] = [];
  private stored: boolean | null = null;

  constructor(tokens: Tokens) {
    this.tokens = tokens;
  }

  inside(): boolean {
    return this.open.length > 0;
  }

  take(): void {
    if (this.stored === false) return;
    const { tokens } = this;
    const at = tokens.kinds.length - 1;
    if (tokens.kinds[at] !== WORD) return;
    if (this.stored === null) {
      this.stored = storesProgram(tokens, at);
      // BEGIN NOT ATOMIC is known by its second word.
      if (this.stored && isToken(tokens, 0, "begin")) this.open.push("block");
    }
    if (!this.stored || isToken(tokens, at - 1, ".")) return;
    const word = tokens.text.slice(tokens.starts[at], tokens.ends[at]).toLowerCase();
    if (word === "end") this.end(at);
    // UNTIL condition END REPEAT: only the word behind END tells it from a CASE's.
    else if (word === "repeat" && isToken(tokens, at - 1, "end")) this.open.pop();
    else if (word === "case") {
      if (!isToken(tokens, at - 1, "end")) this.open.push("case");
    } else if (OPENERS.has(word) && this.begins(at)) this.open.push("block");
  }

  /** Whether a statement of the program begins at a token. */
  private begins(at: number): boolean {
    const { tokens } = this;
    const before = tokens.text.slice(tokens.starts[at - 1], tokens.ends[at - 1]).toLowerCase();
    if (at === 0) return true;
    if (isToken(tokens, at, "begin")) return before !== "xa";
    // The first statement of a body without BEGIN stands behind the header's last bracket or word.
    return BEFORE_STATEMENT.has(before) || (this.open.length === 0 && before === ")");
  }

  private end(at: number): void {
    const top = this.open.at(-1);
    if (top === undefined) return;
    const { tokens } = this;
    const before = tokens.text.slice(tokens.starts[at - 1], tokens.ends[at - 1]).toLowerCase();
    if (top === "case" || BEFORE_STATEMENT.has(before)) this.open.pop();
  }
}

/** MariaDB's statements of programs that may stand alone. */
const ALONE = /^(?:if|case|while|loop|repeat|for)$/;

/** true once a stored program's keyword has come, false once it cannot come any more, null in between. */
function storesProgram(tokens: Tokens, at: number): boolean | null {
  if (isToken(tokens, 0, "begin")) return at < 2 ? null : isToken(tokens, 1, "not");
  const first = tokens.text.slice(tokens.starts[0], tokens.ends[0]).toLowerCase();
  if (ALONE.test(first)) return true;
  if (first !== "create") return false;
  const word = tokens.text.slice(tokens.starts[at], tokens.ends[at]).toLowerCase();
  if (/^(?:procedure|function|trigger|event|package)$/.test(word)) return true;
  return /^(?:table|view|index|database|schema|user|role|temporary|unique|sequence|server)$/.test(word)
    ? false
    : null;
}
