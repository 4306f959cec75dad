/** A statement's tokens, and how far they have been read. */

import type { Operation } from "../../../model.ts";
import { isToken, NUMBER, PARAMETER, QUOTED, STRING, type Tokens, WORD } from "../../lexer.ts";
import { inScope, type Scope } from "../../scope.ts";
import { last } from "../../text.ts";
import type { Flavour } from "../flavour.ts";
import type { Change, Found, Stored } from "../found.ts";
import { isReserved } from "./reserved.ts";

/** The statement is not one that this reader knows. */
export class Refusal extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Brackets, sub-selects and CASEs that may stand in one another. */
export const DEEPEST = 400;

/** A table that FROM, UPDATE or DELETE joins: what it goes by, and which entry of `found` it is. */
export interface Factor {
  /** Alias or table, in lower case. */
  name: string;
  /** Null where the name is a common table expression's. */
  index: number | null;
}

/** How a query is read: expressions hold queries, and queries expressions; who makes a cursor brings both together. */
export interface QueryReader {
  /** The next token begins a query, brackets before it or not. */
  begins(c: Cursor): boolean;
  read(c: Cursor): void;
  /** Reads what goes on with a bracketed query (UNION …), if anything does. */
  continues(c: Cursor): boolean;
}

/** Goes through a statement token by token, and gathers what it finds. */
export class Cursor {
  readonly queries: QueryReader;
  readonly tokens: Tokens;
  readonly flavour: Flavour;
  /** What each token is to the grammar: words and signs in lower case, one sign for each kind of literal. */
  readonly words: readonly string[];
  readonly found: Found[] = [];
  index = 0;
  scope: Scope = null;
  /** Tables joined by the present query or change, in order. */
  factors: Factor[] = [];
  stored: Stored | null = null;
  private depth = 0;

  constructor(tokens: Tokens, flavour: Flavour, queries: QueryReader) {
    this.queries = queries;
    this.tokens = tokens;
    this.flavour = flavour;
    this.words = tokens.kinds.map(
      (kind, i) => SIGNS[kind] ?? tokens.text.slice(tokens.starts[i], tokens.ends[i]).toLowerCase(),
    );
  }

  /** Goes back to the first token, as if nothing had been read. */
  restart(): void {
    this.index = 0;
    this.found.length = 0;
    this.scope = null;
    this.factors = [];
  }

  /** The present token, or one after it; the empty string beyond the end. */
  word(ahead = 0): string {
    return this.words[this.index + ahead] ?? "";
  }

  atEnd(): boolean {
    return this.index >= this.words.length;
  }

  /** Whether these words stand here, in this order. */
  is(...words: string[]): boolean {
    return words.every((word, i) => this.words[this.index + i] === word);
  }

  /** Whether one of these words stands here. */
  isOne(words: ReadonlySet<string>): boolean {
    return words.has(this.words[this.index] ?? "");
  }

  /** Steps over these words, if all of them stand here. */
  accept(...words: string[]): boolean {
    if (!this.is(...words)) return false;
    this.index += words.length;
    return true;
  }

  /** Steps over one of these words, if one stands here, and returns it. */
  acceptOne(words: ReadonlySet<string>): string | null {
    const word = this.words[this.index];
    if (word === undefined || !words.has(word)) return null;
    this.index++;
    return word;
  }

  expect(...words: string[]): void {
    if (!this.accept(...words)) this.refuse();
  }

  refuse(): never {
    const { tokens, index } = this;
    const start = tokens.starts[index];
    if (start === undefined) throw new Refusal("unexpected end of the statement", tokens.ends.at(-1) ?? 0);
    const text = tokens.text.slice(start, tokens.ends[index]);
    throw new Refusal(`unexpected ${text.length > 40 ? `${text.slice(0, 40)}…` : text}`, start);
  }

  /** Where the present token begins. */
  at(): number {
    return this.tokens.starts[this.index] ?? this.tokens.ends.at(-1) ?? 0;
  }

  /** Where the token before the present one ends. */
  before(): number {
    return this.tokens.ends[this.index - 1] ?? 0;
  }

  kind(ahead = 0): number {
    return this.tokens.kinds[this.index + ahead] ?? 0;
  }

  /** Whether a name of something may begin at a token: quoted, or a word that the grammar has no other use for. */
  isName(ahead = 0): boolean {
    const kind = this.kind(ahead);
    return kind === QUOTED || (kind === WORD && !isReserved(this.word(ahead)));
  }

  /** Steps over `name(.name)*` and returns where it begins; a dot before it means nothing. */
  name(): number {
    this.accept(".");
    if (!this.isName()) this.refuse();
    const at = this.at();
    this.index++;
    while (this.is(".") && (this.kind(1) === WORD || this.kind(1) === QUOTED)) this.index += 2;
    return at;
  }

  /** Steps over one name without dots and returns it as it is stored. */
  identifier(): string {
    if (!this.isName()) this.refuse();
    this.index++;
    return this.previous();
  }

  /** The token before the present one, as a name is stored. */
  previous(): string {
    return stored(this.tokens.text.slice(this.tokens.starts[this.index - 1], this.before()));
  }

  /** Runs `read` one level deeper. */
  deeper(read: () => void): void {
    if (++this.depth > DEEPEST) throw new Refusal(`nested more than ${DEEPEST} levels deep`, this.at());
    read();
    this.depth--;
  }

  /** Reads a list with commas. */
  list(read: () => void): void {
    do read();
    while (this.accept(","));
  }

  /** Steps over a bracket and all that stands in it, whatever it is. */
  skipBrackets(): void {
    this.expect("(");
    for (let open = 1; open > 0; this.index++) {
      if (this.atEnd()) this.refuse();
      if (this.is("(")) open++;
      else if (this.is(")")) open--;
    }
  }

  /** A table that is named at `at`; no table where a common table expression bears the name. */
  table(at: number, operation: Operation): void {
    if (operation === "select" && this.shadowed(at)) return;
    this.found.push({ kind: "table", at, operation, stored: this.stored });
  }

  change(at: number, change: Change): void {
    this.found.push({ kind: "change", at, change, stored: this.stored });
  }

  /** An act whose place ends where the token before the present one does. */
  act(words: string, name: string | null = null): void {
    this.found.push({ kind: "act", words, name, end: this.before() });
  }

  /** Runs `read` for the definition of a stored object. */
  within(object: Stored, read: () => void): void {
    const outer = this.stored;
    this.stored = outer ?? object;
    read();
    this.stored = outer;
  }

  private shadowed(at: number): boolean {
    if (!this.scope) return false;
    const { tokens } = this;
    const token = last(tokens.starts, at);
    if (isToken(tokens, token + 1, ".")) return false;
    const name = stored(tokens.text.slice(at, tokens.ends[token])).toLowerCase();
    return inScope(this.scope, name);
  }
}

/** What stands for a literal or a quoted name among a cursor's words: nothing that a keyword can be. */
const SIGNS: Record<number, string> = { [STRING]: "'", [QUOTED]: "`", [NUMBER]: "0", [PARAMETER]: "?" };

/** A name as the server stores it. */
export function stored(written: string): string {
  return written.startsWith("`") ? written.slice(1, -1).replaceAll("``", "`") : written;
}

export { PARAMETER, QUOTED, STRING, WORD };
