/**
 * PL/pgSQL's own structure, token by token: where a body holds SQL, and of what kind. The parser
 * that libpg-query offers for it gives no positions and loses a whole body at what it does not
 * know; here each broken statement loses itself only.
 *
 * Grammar: https://www.postgresql.org/docs/current/plpgsql-structure.html
 */
import { isToken, OPERATOR, QUOTED, type Tokens, WORD } from "../lexer.ts";
import { type Name, nameAt } from "../names.ts";

/** A stretch of tokens, `to` exclusive. */
interface Stretch {
  from: number;
  to: number;
}

export type Segment =
  /** A statement of SQL; `into` are the targets of INTO, which are no SQL. */
  | ({ kind: "statement"; into: Stretch[] } & Stretch)
  /** PERFORM: a SELECT under another name. */
  | ({ kind: "perform" } & Stretch)
  /** An expression, a query in the place of one included. */
  | ({ kind: "expression" } & Stretch)
  /** The text of a statement that is put together at run time. */
  | ({ kind: "dynamic" } & Stretch)
  /** `variable := expression`, or a declaration's default. */
  | ({ kind: "assignment"; variable: string } & Stretch)
  /** The table whose row or column a variable is declared after. */
  | { kind: "row"; name: Name }
  /** The type that a variable is declared with: a table's row, perhaps. */
  | { kind: "type"; name: Name };

/** Segments of a body, in its order. */
export function segments(tokens: Tokens): Segment[] {
  const found: Segment[] = [];
  const count = tokens.kinds.length;
  let at = 0;
  let declaring = false;

  const word = (index: number): string =>
    tokens.kinds[index] === WORD
      ? tokens.text.slice(tokens.starts[index], tokens.ends[index]).toLowerCase()
      : "";
  /** Index of the first of these words at the level of `from`, CASE … END and brackets stepped over; `count` where there is none. */
  const until = (from: number, ...ends: string[]): number => {
    let depth = 0;
    let cases = 0;
    for (let i = from; i < count; i++) {
      const kind = tokens.kinds[i];
      const code = tokens.text.charCodeAt(tokens.starts[i]!);
      if (code === 40 || code === 91) depth++;
      else if (code === 41 || code === 93) depth = Math.max(0, depth - 1);
      else if (code === 59) {
        if (depth === 0 || ends.length === 0) return i;
      } else if (kind === WORD && depth === 0) {
        const text = word(i);
        if (cases === 0 && ends.includes(text)) return i;
        if (text === "case") cases++;
        else if (text === "end" && cases > 0) cases--;
      }
    }
    return count;
  };
  const expression = (from: number, to: number) => {
    if (to > from) found.push({ kind: "expression", from, to });
  };
  const afterSemicolon = (from: number): number => Math.min(until(from) + 1, count);
  /** `EXECUTE text [INTO …] [USING …]`, up to a word or the semicolon. */
  const dynamic = (from: number, ...ends: string[]): number => {
    const end = until(from, "into", "using", ...ends);
    found.push({ kind: "dynamic", from, to: end });
    let next = end;
    while (next < count && (isToken(tokens, next, "into") || isToken(tokens, next, "using"))) {
      const stop = until(next + 1, "into", "using", ...ends);
      if (isToken(tokens, next, "using")) expression(next + 1, stop);
      next = stop;
    }
    return next;
  };

  while (at < count) {
    const first = word(at);
    if (declaring) {
      if (first === "begin") declaring = false;
      else if (first !== "declare") {
        const end = until(at);
        declaration(tokens, at, end, found);
        at = end + 1;
        continue;
      }
      at++;
      continue;
    }
    if (isToken(tokens, at, ";") || isToken(tokens, at, ">>")) {
      at++;
    } else if (isToken(tokens, at, "<<")) {
      at += 2;
    } else if (tokens.kinds[at] === OPERATOR && isToken(tokens, at, "#")) {
      // `#variable_conflict use_column` ends with its line, not with a semicolon.
      const line = tokens.text.indexOf("\n", tokens.starts[at]);
      while (at < count && tokens.starts[at]! < (line < 0 ? Number.POSITIVE_INFINITY : line)) at++;
    } else if (first === "declare") {
      declaring = true;
      at++;
    } else if (/^(?:begin|else|loop|exception|then)$/.test(first)) {
      at++;
    } else if (first === "end") {
      at = afterSemicolon(at);
    } else if (/^(?:if|elsif|elseif|when)$/.test(first)) {
      const end = until(at + 1, "then");
      expression(at + 1, end);
      at = end + 1;
    } else if (first === "case") {
      const end = until(at + 1, "when");
      expression(at + 1, end);
      at = end;
    } else if (first === "while") {
      const end = until(at + 1, "loop");
      expression(at + 1, end);
      at = end + 1;
    } else if (first === "for" || first === "foreach") {
      const start = until(at + 1, "in") + 1;
      if (isToken(tokens, start, "execute")) {
        at = dynamic(start + 1, "loop") + 1;
      } else {
        const end = until(start, "loop");
        const from = isToken(tokens, start, "reverse") || isToken(tokens, start, "array") ? start + 1 : start;
        if (end > from) found.push({ kind: "expression", from, to: end });
        at = end + 1;
      }
    } else if (first === "execute") {
      at = dynamic(at + 1) + 1;
    } else if (first === "perform") {
      const end = until(at);
      found.push({ kind: "perform", from: at, to: end });
      at = end + 1;
    } else if (first === "return") {
      const query = isToken(tokens, at + 1, "query");
      if (query && isToken(tokens, at + 2, "execute")) {
        at = dynamic(at + 3) + 1;
      } else {
        const end = until(at);
        expression(query || isToken(tokens, at + 1, "next") ? at + 2 : at + 1, end);
        at = end + 1;
      }
    } else if (first === "open") {
      const end = until(at);
      const from = until(at + 1, "for") + 1;
      if (from <= end && isToken(tokens, from, "execute")) at = dynamic(from + 1) + 1;
      else {
        expression(from <= end ? from : at + 1, end);
        at = end + 1;
      }
    } else if (/^(?:exit|continue)$/.test(first)) {
      const end = until(at);
      expression(Math.min(until(at + 1, "when") + 1, end), end);
      at = end + 1;
    } else if (/^(?:raise|assert)$/.test(first)) {
      const end = until(at);
      for (const { from, to } of listed(tokens, at + 1, end)) expression(from, to);
      at = end + 1;
    } else if (/^(?:get|fetch|move|close|null|commit|rollback)$/.test(first)) {
      at = afterSemicolon(at);
    } else {
      const end = until(at);
      const value = assigned(tokens, at, end);
      if (value > 0) {
        const simple = value === at + 2;
        const variable = simple ? word(at) : "";
        found.push({ kind: "assignment", variable, from: value, to: end });
      } else if (end > at) {
        found.push({ kind: "statement", from: at, to: end, into: targets(tokens, at, end) });
      }
      at = end + 1;
    }
  }
  return found;
}

/** `name [constant] type [not null] [:= expression]`, or a cursor with its query. */
function declaration(tokens: Tokens, from: number, to: number, found: Segment[]): void {
  const type = isToken(tokens, from + 1, "constant") ? from + 2 : from + 1;
  if (type < to && (tokens.kinds[type] === WORD || tokens.kinds[type] === QUOTED)) {
    const name = nameAt(tokens, type);
    if (!isToken(tokens, name.next, "%") && !isToken(tokens, type + 1, "cursor"))
      found.push({ kind: "type", name });
  }
  for (let i = from; i < to; i++) {
    if (isToken(tokens, i, "%") && (isToken(tokens, i + 1, "rowtype") || isToken(tokens, i + 1, "type"))) {
      let start = i - 1;
      while (start - 2 > from && isToken(tokens, start - 1, ".")) start -= 2;
      if (tokens.kinds[start] !== WORD && tokens.kinds[start] !== QUOTED) continue;
      const name = nameAt(tokens, start);
      if (isToken(tokens, i + 1, "rowtype")) found.push({ kind: "row", name });
      else if (name.parts.length > 1)
        found.push({
          kind: "row",
          name: { ...name, parts: name.parts.slice(0, -1), end: name.parts.at(-2)!.end },
        });
    }
    const isCursor = (isToken(tokens, i, "for") || isToken(tokens, i, "is")) && i > from + 1;
    if (isCursor) {
      found.push({ kind: "expression", from: i + 1, to });
      return;
    }
    if (isToken(tokens, i, ":=") || isToken(tokens, i, "=") || isToken(tokens, i, "default")) {
      const variable = tokens.text.slice(tokens.starts[from], tokens.ends[from]).toLowerCase();
      found.push({ kind: "assignment", variable, from: i + 1, to });
      return;
    }
  }
}

/** The expressions of RAISE and ASSERT: a list with commas, and `option = expression` after USING. */
function listed(tokens: Tokens, from: number, to: number): Stretch[] {
  const found: Stretch[] = [];
  let start = from;
  let depth = 0;
  for (let i = from; i <= to; i++) {
    const code = i < to ? tokens.text.charCodeAt(tokens.starts[i]!) : 44;
    if (code === 40 || code === 91) depth++;
    else if (code === 41 || code === 93) depth--;
    if (i < to && (depth > 0 || (code !== 44 && !isToken(tokens, i, "using")))) continue;
    if (isToken(tokens, start + 1, "=") || isToken(tokens, start + 1, ":=")) start += 2;
    if (i > start) found.push({ from: start, to: i });
    start = i + 1;
  }
  return found;
}

/** Index of the first token of what is assigned, or 0 where the statement is no assignment. */
function assigned(tokens: Tokens, from: number, to: number): number {
  if (tokens.kinds[from] !== WORD && tokens.kinds[from] !== QUOTED) return 0;
  let at = nameAt(tokens, from).next;
  while (isToken(tokens, at, "[")) {
    for (let depth = 0; at < to; at++) {
      if (isToken(tokens, at, "[")) depth++;
      else if (isToken(tokens, at, "]") && --depth === 0) break;
    }
    at++;
    while (isToken(tokens, at, ".")) at += 2;
  }
  return at < to && (isToken(tokens, at, ":=") || isToken(tokens, at, "=")) ? at + 1 : 0;
}

/** `INTO [STRICT] target, …` of a query: not the INTO of INSERT and MERGE. */
function targets(tokens: Tokens, from: number, to: number): Stretch[] {
  if (isToken(tokens, from, "import")) return [];
  const found: Stretch[] = [];
  let depth = 0;
  for (let i = from; i < to; i++) {
    const code = tokens.text.charCodeAt(tokens.starts[i]!);
    if (code === 40) depth++;
    else if (code === 41) depth--;
    if (depth > 0 || !isToken(tokens, i, "into")) continue;
    if (isToken(tokens, i - 1, "insert") || isToken(tokens, i - 1, "merge")) continue;
    let end = isToken(tokens, i + 1, "strict") ? i + 2 : i + 1;
    for (;;) {
      end = nameAt(tokens, end).next;
      while (isToken(tokens, end, "[")) {
        while (end < to && !isToken(tokens, end, "]")) end++;
        end++;
      }
      if (!isToken(tokens, end, ",") || end >= to) break;
      end++;
    }
    found.push({ from: i, to: Math.min(end, to) });
    i = end - 1;
  }
  return found;
}
