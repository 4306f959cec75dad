/**
 * A reader of the Prisma schema language that keeps every offset and goes on after a fault: what it
 * cannot read is named, and costs its own line alone.
 */
import type { Token } from "./lexer.ts";
import { tokenize } from "./lexer.ts";

export interface SchemaFile {
  blocks: Block[];
  comments: { text: string; start: number; end: number }[];
  faults: { message: string; start: number; end: number }[];
}

/** `model User { … }`, `enum Role { … }`, `datasource db { … }` and their kin. */
export interface Block {
  keyword: string;
  name: string;
  at: Range;
  /** From the keyword to the closing brace. */
  whole: Range;
  fields: Field[];
  /** `@@map("users")` and its kin. */
  attributes: Attribute[];
  /** `provider = "postgresql"`. */
  settings: Argument[];
}

export interface Field {
  name: string;
  at: Range;
  whole: Range;
  /** Null for an enum's values, which are names alone. */
  type: { name: string; at: Range; list: boolean; optional: boolean } | null;
  attributes: Attribute[];
}

export interface Attribute {
  /** Without the `@`s: `relation`, `db.VarChar`. */
  name: string;
  args: Argument[];
  at: Range;
}

export interface Argument {
  /** Null where it is given by place. */
  name: string | null;
  value: Value;
}

export type Value =
  | { kind: "string" | "name" | "number"; text: string; at: Range }
  | { kind: "list"; items: Value[]; at: Range }
  | { kind: "call"; name: string; args: Argument[]; at: Range };

export interface Range {
  start: number;
  end: number;
}

/** No schema nests lists and calls any deeper. */
const DEEPEST = 50;

const KEYWORDS = new Set(["model", "view", "type", "enum", "datasource", "generator"]);

/** Reads a schema; what cannot be read is a fault, and the rest is read. */
export function parseSchema(text: string): SchemaFile {
  const { tokens, comments } = tokenize(text);
  return { ...new Parser(tokens, text.length).file(), comments };
}

class Parser {
  private readonly faults: SchemaFile["faults"] = [];
  private readonly tokens: readonly Token[];
  private readonly length: number;
  private next = 0;
  private depth = 0;

  constructor(tokens: readonly Token[], length: number) {
    this.tokens = tokens;
    this.length = length;
  }

  file(): Omit<SchemaFile, "comments"> {
    const blocks: Block[] = [];
    for (let token = this.peek(); token; token = this.peek()) {
      const brace = this.tokens[this.next + 2];
      if (token.kind === "name" && KEYWORDS.has(token.text) && brace?.text === "{") blocks.push(this.block());
      else this.fault(token, `${words(token)} begins no model, enum, datasource or generator`);
    }
    return { blocks, faults: this.faults };
  }

  private block(): Block {
    const [keyword, name, brace] = [this.take(), this.take(), this.take()];
    const block: Block = {
      keyword: keyword.text,
      name: name.text,
      at: range(name),
      whole: { start: keyword.start, end: brace.end },
      fields: [],
      attributes: [],
      settings: [],
    };
    const holdsSettings = block.keyword === "datasource" || block.keyword === "generator";
    const loose = holdsSettings || block.keyword === "enum";
    const opening = this.next;
    for (let token = this.peek(); ; token = this.peek()) {
      if (!token) {
        this.faults.push({ message: `the } of ${name.text} is missing`, ...range(name) });
        block.whole.end = this.length;
        return block;
      }
      if (this.sign("}")) {
        block.whole.end = token.end;
        return block;
      }
      if (this.sign("@@")) block.attributes.push(this.attribute(token));
      else if (token.kind !== "name" || !(token.first || loose || this.next === opening))
        this.fault(token, `${words(token)} begins no field of ${name.text}`);
      else if (holdsSettings) this.setting(block);
      else block.fields.push(this.field(block.keyword === "enum"));
    }
  }

  private setting(block: Block): void {
    const name = this.take();
    if (this.sign("=")) block.settings.push({ name: name.text, value: this.value() });
    else this.fault(name, `${name.text} has no value`);
  }

  private field(named: boolean): Field {
    const name = this.take();
    const field: Field = {
      name: name.text,
      at: range(name),
      whole: range(name),
      type: null,
      attributes: [],
    };
    const token = this.peek();
    if (!named && token?.kind === "name" && !token.first) field.type = this.type();
    for (let sign = this.peek(); sign && this.sign("@"); sign = this.peek())
      field.attributes.push(this.attribute(sign));
    field.whole.end = this.tokens[this.next - 1]?.end ?? name.end;
    return field;
  }

  private type(): NonNullable<Field["type"]> {
    const name = this.take();
    const type = { name: name.text, at: range(name), list: false, optional: false };
    // Unsupported("tsvector")
    if (this.sign("(")) this.arguments();
    if (this.sign("[")) {
      type.list = true;
      this.sign("]");
    }
    if (this.sign("?")) type.optional = true;
    return type;
  }

  private attribute(sign: Token): Attribute {
    let name = this.name();
    while (this.sign(".")) name += `.${this.name()}`;
    const args = this.sign("(") ? this.arguments() : [];
    return { name, args, at: { start: sign.start, end: this.tokens[this.next - 1]?.end ?? sign.end } };
  }

  /** After the opening parenthesis. */
  private arguments(): Argument[] {
    const args: Argument[] = [];
    for (let token = this.peek(); token && !this.sign(")"); token = this.peek()) {
      if (this.sign(",")) continue;
      if (this.isUnclosed(token)) return args;
      const named = token.kind === "name" && this.tokens[this.next + 1]?.text === ":";
      if (named) this.next += 2;
      args.push({ name: named ? token.text : null, value: this.value() });
    }
    return args;
  }

  private value(): Value {
    this.depth++;
    try {
      return this.depth > DEEPEST ? this.tooDeep() : this.readValue();
    } finally {
      this.depth--;
    }
  }

  private tooDeep(): Value {
    const token = this.take();
    this.faults.push({ message: "it is nested too deep to be read", ...range(token) });
    return { kind: "name", text: token.text, at: range(token) };
  }

  private readValue(): Value {
    const token = this.peek();
    if (!token) return { kind: "name", text: "", at: { start: this.length, end: this.length } };
    const at = range(token);
    const close = () => {
      at.end = this.tokens[this.next - 1]?.end ?? at.end;
      return at;
    };
    if (this.sign("[")) {
      const items: Value[] = [];
      for (let item = this.peek(); item && !this.sign("]"); item = this.peek()) {
        if (this.sign(",")) continue;
        if (this.isUnclosed(item)) break;
        items.push(this.value());
      }
      return { kind: "list", items, at: close() };
    }
    if (this.sign("{")) {
      while (this.peek() && !this.sign("}")) this.next++;
      return { kind: "name", text: "{}", at: close() };
    }
    if (token.kind === "other" || token.kind === "mark")
      this.faults.push({ message: `${words(token)} is no value`, ...at });
    this.take();
    if (token.kind === "string" || token.kind === "number") return { kind: token.kind, text: token.text, at };
    let text = token.text;
    while (this.sign(".")) text += `.${this.name()}`;
    // Index options: `title(sort: Desc)`, `ops: raw("gin_trgm_ops")`.
    if (this.sign("(")) return { kind: "call", name: text, args: this.arguments(), at: close() };
    return { kind: "name", text, at: close() };
  }

  /** A sign that only stands outside of parentheses: theirs is missing. */
  private isUnclosed({ kind, text, start, end }: Token): boolean {
    const outside = kind === "mark" && (text === "}" || text === "@" || text === "@@");
    if (outside) this.faults.push({ message: `a closing sign is missing before \`${text}\``, start, end });
    return outside;
  }

  private name(): string {
    return this.peek()?.kind === "name" ? this.take().text : "";
  }

  private peek(): Token | undefined {
    return this.tokens[this.next];
  }

  private take(): Token {
    const token = this.tokens[this.next++];
    return token ?? { kind: "other", text: "", start: this.length, end: this.length, first: false };
  }

  private sign(text: string): boolean {
    const token = this.peek();
    if (token?.kind !== "mark" || token.text !== text) return false;
    this.next++;
    return true;
  }

  /** Names the fault, and goes on with the next line. */
  private fault(token: Token, message: string): void {
    this.faults.push({ message, ...range(token) });
    if (this.peek() === token) this.next++;
    for (let at = this.peek(); at && !at.first; at = this.peek()) this.next++;
  }
}

function range({ start, end }: Token): Range {
  return { start, end };
}

function words({ kind, text }: Token): string {
  return kind === "string" ? `the string "${text}"` : `\`${text}\``;
}
