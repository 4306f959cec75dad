/**
 * Statements that a statement prepares: literals, CONCAT of literals and unknown parts, the branches of
 * IF and CASE, and what a user variable was set to. What is not known of a text is a hole in it.
 */
import { isToken, PARAMETER, STRING, type Tokens, tokenText } from "../lexer.ts";
import { type Hole, holeWord, last, type SqlText, surrounded } from "../text.ts";
import { tokenizeFlavour } from "./lexer.ts";
import { decodeString } from "./literal.ts";
import type { Assigned, Session } from "./session.ts";

/** Some tokens of an expression. */
interface Range {
  source: SqlText;
  tokens: Tokens;
  /** Token indexes, the end exclusive. */
  from: number;
  to: number;
  /** Variables that were set later are not set yet. */
  order: number;
}

/** A stretch of a prepared text, and where it stands. `unknown` says why its text is not known. */
interface Part {
  text: string;
  unknown: string | null;
  source: SqlText;
  from: number;
  to: number;
}

/** Variables that are set to variables that are set to variables. */
const DEEPEST = 8;

/** The texts that an expression may stand for; null for each of which nothing is known. */
export function dynamicTexts(expression: Omit<Assigned, "read">, session: Session): (SqlText | null)[] {
  return alternatives(rangeOf(expression, session), session, 0);
}

function rangeOf({ source, start, end, order }: Omit<Assigned, "read">, session: Session): Range {
  const inner = surrounded(source, start, end, "");
  const tokens = tokenizeFlavour(inner.text, session.flavour);
  return { source: inner, tokens, from: 0, to: tokens.kinds.length, order };
}

function alternatives(range: Range, session: Session, depth: number): (SqlText | null)[] {
  const { tokens, from, to } = unwrapped(range);
  if (from >= to || depth > DEEPEST) return [null];
  if (to - from === 1 && tokens.kinds[from] === PARAMETER)
    return variable(tokenText(tokens, from), session, depth);
  const inner = { ...range, from: from + 2, to: to - 1 };
  if (calls(tokens, from, to, /^(?:if|ifnull|coalesce)$/i)) {
    const branches = splitArguments(inner).slice(isToken(tokens, from, "if") ? 1 : 0);
    return branches.flatMap((branch) => alternatives(branch, session, depth + 1));
  }
  if (isToken(tokens, from, "case")) {
    const found = branchesOf({ ...range, from, to });
    return found.flatMap((branch) => alternatives(branch, session, depth + 1));
  }
  const parts = partsOf({ ...range, from, to }, session, depth);
  return [
    parts.some(({ unknown, text }) => unknown === null && /[A-Za-z]/.test(text)) ? joined(parts) : null,
  ];
}

/** What a variable was set to and no statement was prepared from yet. A text is read once. */
function variable(name: string, session: Session, depth: number): (SqlText | null)[] {
  const assigned = session.variables.get(name.toLowerCase());
  if (!assigned) return [null];
  const fresh = assigned.filter(({ read }) => !read);
  for (const one of fresh) one.read = true;
  return fresh.flatMap((one) => alternatives(rangeOf(one, session), session, depth + 1));
}

/** What stands behind a CASE's THENs and its ELSE. */
function branchesOf(range: Range): Range[] {
  const { tokens, from, to } = range;
  const found: Range[] = [];
  let start = -1;
  let open = 0;
  for (let i = from + 1; i < to; i++) {
    const word = tokenText(tokens, i).toLowerCase();
    if (word === "(" || word === "case") open++;
    else if (word === ")" || (word === "end" && open > 0)) open--;
    else if (open === 0 && /^(?:when|then|else|end)$/.test(word)) {
      if (start >= 0) found.push({ ...range, from: start, to: i });
      start = word === "then" || word === "else" ? i + 1 : -1;
    }
  }
  return found;
}

/** The parts of one text. */
function partsOf(range: Range, session: Session, depth: number): Part[] {
  const { source, tokens, from, to } = unwrapped(range);
  if (tokens.kinds[from] === STRING) {
    let next = from;
    while (tokens.kinds[next] === STRING) next++;
    const literal = next === to ? decodeString(tokens, from) : null;
    if (literal)
      return literal.runs.map((run) => ({
        text: literal.text.slice(run.start, run.end),
        unknown: null,
        source,
        from: run.from,
        to: run.to,
      }));
  }
  if (calls(tokens, from, to, /^concat$/i)) {
    const inner = { ...range, from: from + 2, to: to - 1 };
    return splitArguments(inner).flatMap((argument) => partsOf(argument, session, depth));
  }
  if (to - from === 1 && tokens.kinds[from] === PARAMETER && depth < DEEPEST) {
    const assigned = session.variables.get(tokenText(tokens, from).toLowerCase());
    const latest = assigned?.findLast(({ order }) => order < range.order);
    if (latest) return partsOf(rangeOf(latest, session), session, depth + 1);
  }
  const start = tokens.starts[from] ?? 0;
  const end = tokens.ends[to - 1] ?? start;
  const unknown = `${source.text.slice(start, end)} is put in when it runs`;
  return [{ text: "", unknown, source, from: start, to: end }];
}

/** `name(…)` and nothing behind it. */
function calls(tokens: Tokens, from: number, to: number, name: RegExp): boolean {
  return (
    name.test(tokenText(tokens, from)) &&
    isToken(tokens, from + 1, "(") &&
    closing(tokens, from + 1) === to - 1
  );
}

/** Index of the bracket that closes the one at `open`. */
function closing(tokens: Tokens, open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.kinds.length; i++) {
    if (isToken(tokens, i, "(")) depth++;
    else if (isToken(tokens, i, ")") && --depth === 0) return i;
  }
  return -1;
}

/** Without brackets around the whole, and without the SELECT of a sub-select that selects one thing. */
function unwrapped(range: Range): Range {
  let { from, to } = range;
  const { tokens } = range;
  for (;;) {
    if (isToken(tokens, from, "(") && closing(tokens, from) === to - 1) {
      from++;
      to--;
    } else if (isToken(tokens, from, "select")) {
      from++;
      for (let i = from, open = 0; i < to; i++) {
        const word = tokenText(tokens, i).toLowerCase();
        if (word === "(") open++;
        else if (word === ")") open--;
        else if (open === 0 && /^(?:from|into|as|where|limit)$/.test(word)) to = i;
      }
    } else return { ...range, from, to };
  }
}

function splitArguments(range: Range): Range[] {
  const { tokens, from, to } = range;
  const found: Range[] = [];
  let start = from;
  for (let i = from, open = 0; i < to; i++) {
    if (isToken(tokens, i, "(")) open++;
    else if (isToken(tokens, i, ")")) open--;
    else if (open === 0 && isToken(tokens, i, ",")) {
      found.push({ ...range, from: start, to: i });
      start = i + 1;
    }
  }
  if (start < to) found.push({ ...range, from: start, to });
  return found;
}

/** One text of the parts, which may come from several; each unknown part is a hole in it. */
function joined(parts: readonly Part[]): SqlText {
  const starts: number[] = [];
  const holes: Hole[] = [];
  let text = "";
  for (const { text: known, unknown } of parts) {
    const start = text.length;
    starts.push(start);
    text += unknown === null ? known : holeWord(holes.length);
    if (unknown !== null) holes.push({ start, end: text.length, type: "unknown", reason: unknown });
  }
  const place = (index: number, from: number, to: number) => {
    const part = parts[index]!;
    const start = starts[index]!;
    const linear = part.unknown === null && part.to - part.from === part.text.length;
    return part.source.span(
      linear ? part.from + Math.max(0, from - start) : part.from,
      linear ? Math.min(part.to, part.from + to - start) : part.to,
    );
  };
  return {
    text,
    holes,
    span(start, end) {
      const [first, final] = [last(starts, start), last(starts, Math.max(start, end - 1))];
      if (first < 0) return parts[0]!.source.span(0, 0);
      const head = place(first, start, end);
      const tail = place(final, start, end);
      return tail.file === head.file && tail.end > head.start ? { ...head, end: tail.end } : head;
    },
  };
}
