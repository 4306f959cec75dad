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

/** First words of a body that is one statement and no block. */
const SINGLE = /^(?:set|select|return|insert|replace|update|delete|call|with|truncate|signal|values|table)$/;

/** Words before one of these in a header: BEFORE INSERT, CHARACTER SET. */
const IN_HEADER = /^(?:before|after|or|on|character|char)$/;

/** MySQL's stored programs: BEGIN, IF, CASE, LOOP, WHILE, REPEAT and FOR, each closed by an END. */
class MysqlBlocks implements Blocks {
  private readonly tokens: Tokens;
  private readonly open: ("block" | "case")[] = [];
  private stored: boolean | null = null;
  /** The body is under way, and it is no block: the statement's words open none. */
  private single = false;
  /** Behind DECLARE … HANDLER FOR, whose conditions end where a statement begins. */
  private handler = false;
  /** The body is under way, and it is a block. */
  private opened = false;

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
      if (this.stored && isToken(tokens, 0, "begin")) this.push("block");
    }
    if (!this.stored || isToken(tokens, at - 1, ".")) return;
    const word = wordAt(tokens, at);
    const before = wordAt(tokens, at - 1);
    if (word === "for" && before === "handler") this.handler = true;
    else if (before === ";" || SINGLE.test(word)) this.handler = false;
    if (word === "end") this.end(before);
    // UNTIL condition END REPEAT: only the word behind END tells it from a CASE's.
    else if (word === "repeat" && before === "end") this.open.pop();
    // FOR EACH ROW
    else if (word === "each" && before === "for") {
      this.open.pop();
      // FOLLOWS name may stand before the body.
      this.opened = false;
    } else if (word === "case") {
      if (before !== "end") this.push("case");
    } else if (OPENERS.has(word) && this.begins(word, before)) this.push("block");
    else if (!this.opened && SINGLE.test(word) && !IN_HEADER.test(before)) this.single = true;
  }

  private push(kind: "block" | "case"): void {
    this.open.push(kind);
    if (kind === "block") this.opened = true;
  }

  /** Whether a statement of the program begins with this word. */
  private begins(word: string, before: string): boolean {
    if (this.single) return false;
    // In a header a word that opens a block is the body's first; IF NOT EXISTS stands behind the object's word.
    if (!this.opened) return word !== "if" || !PROGRAM.test(before);
    if (this.handler && word !== "for") {
      this.handler = false;
      return true;
    }
    return BEFORE_STATEMENT.has(before);
  }

  private end(before: string): void {
    const top = this.open.at(-1);
    if (top === "case" || (top === "block" && BEFORE_STATEMENT.has(before))) this.open.pop();
  }
}

function wordAt(tokens: Tokens, index: number): string {
  return tokens.text.slice(tokens.starts[index], tokens.ends[index]).toLowerCase();
}

const PROGRAM = /^(?:procedure|function|trigger|event|package)$/;

/** MariaDB's statements of programs that may stand alone. */
const ALONE = /^(?:if|case|while|loop|repeat|for)$/;

/** true once a stored program's keyword has come, false once it cannot come any more, null in between. */
function storesProgram(tokens: Tokens, at: number): boolean | null {
  if (isToken(tokens, 0, "begin")) return at < 2 ? null : isToken(tokens, 1, "not");
  const first = wordAt(tokens, 0);
  if (ALONE.test(first)) return true;
  if (first !== "create") return false;
  const word = wordAt(tokens, at);
  if (PROGRAM.test(word)) return true;
  return /^(?:table|view|index|database|schema|user|role|temporary|unique|sequence|server)$/.test(word)
    ? false
    : null;
}
