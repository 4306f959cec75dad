/**
 * What may stand for a `${hole}` so that the grammar accepts the statement: a first guess by the
 * hole's type and neighbours, then the next form wherever the grammar's error points.
 */
import { isToken, PUNCTUATION, type Tokens, WORD } from "./lexer.ts";
import { HOLE_WIDTH, type Hole, last } from "./text.ts";

const TEXT = {
  /** The identifier that stands in the assembled text already. */
  word: null,
  value: "$1",
  string: "'x'",
  number: "1",
  empty: "",
  list: "(id)",
  condition: "id = 0",
  query: "select 1",
  insert: "insert into t select 1",
  arm: "when true then 1",
  table: "_h_ as (select 1)",
  set: "set id = 1",
  column: "id int",
  action: "add id int",
  operator: "=",
  conflict: "do nothing",
  /** `$${n}` numbers a parameter: no other form fits after the sign. */
  digit: "1",
} as const;

/** What a hole can be filled with. */
export type Form = keyof typeof TEXT;

/** In the order in which they are tried, after the first guess. */
const CASCADE: readonly Form[] = [
  "value",
  "word",
  "string",
  "number",
  "empty",
  "list",
  "condition",
  "query",
  "insert",
  "arm",
  "table",
  "set",
  "column",
  "action",
  "operator",
  "conflict",
];

/** How many forms one hole can take. */
export const FORMS = CASCADE.length;

/** One hole of a statement that stands as a token of its own, and the form it has taken. */
export interface OpenHole {
  hole: Hole;
  /** Index of its token. */
  token: number;
  tried: Form[];
  form: Form;
}

/** Words that begin a clause. */
const CLAUSE =
  /^(?:from|where|and|or|group|having|order|limit|offset|for|union|returning|on|join|left|inner|right|cross|set|values|select|as|asc|desc)$/i;

/** Words after which a name of a table (or of something else) must follow. */
export const BEFORE_NAME = new Set(
  "from join into update table only exists view index truncate lock schema database role user extension trigger references using column".split(
    " ",
  ),
);

/**
 * The holes of a statement that the grammar sees: those that stand alone, or side by side with nothing
 * between. Those inside quotes, comments and longer words are part of their token.
 */
export function openHoles(tokens: Tokens, holes: readonly Hole[]): OpenHole[] {
  const open: OpenHole[] = [];
  for (let i = 0; i < holes.length; i++) {
    const hole = holes[i]!;
    const token = last(tokens.starts, hole.start);
    if (token < 0 || tokens.kinds[token] !== WORD || tokens.starts[token] !== hole.start) continue;
    let end = i;
    while (holes[end + 1]?.start === holes[end]!.end) end++;
    const rest = tokens.text.slice(holes[end]!.end, tokens.ends[token]);
    // A hole that ends in white space of its own: the keyword behind it is a word by itself.
    if (rest !== "" && !CLAUSE.test(rest)) continue;
    const form = rest === "" ? guess(tokens, token, hole) : "empty";
    // Were it nothing, the names on both sides of it would be one.
    const tried: Form[] = besideDot(tokens, token) ? [form, "empty"] : [form];
    open.push({ hole, token, tried, form });
    // What stands right behind another hole is empty until the grammar asks for more.
    for (const next of holes.slice(i + 1, end + 1)) {
      open.push({ hole: next, token, tried: ["empty"], form: "empty" });
    }
    i = end;
  }
  return open;
}

function guess(tokens: Tokens, token: number, hole: Hole): Form {
  if (tokens.text.charCodeAt(hole.start - 1) === 36) return "digit";
  if (hole.type === "identifier" || hole.type === "schema") return "word";
  if (besideDot(tokens, token)) return "word";
  const before = tokens.starts[token - 1];
  if (before !== undefined && tokens.kinds[token - 1] === WORD) {
    const word = tokens.text.slice(before, tokens.ends[token - 1]).toLowerCase();
    if (BEFORE_NAME.has(word)) return "word";
  }
  return "value";
}

/** Whether the token is a part of a dotted name. */
function besideDot(tokens: Tokens, token: number): boolean {
  return isToken(tokens, token - 1, ".") || isToken(tokens, token + 1, ".");
}

/** The text of `[start, end)` with each hole in its present form, blanks filled up: offsets stay. */
export function fill(text: string, start: number, end: number, holes: readonly OpenHole[]): string {
  let out = "";
  let at = start;
  for (const { hole, form } of holes) {
    const written = TEXT[form];
    if (written === null) continue;
    out += text.slice(at, hole.start) + written.padEnd(HOLE_WIDTH);
    at = hole.end;
  }
  return at === start ? text.slice(start, end) : out + text.slice(at, end);
}

/**
 * The tokens that the grammar saw: what an empty hole left is none of them, so that words can be counted.
 * A keyword right behind such a hole begins where it begins by itself.
 */
export function seenTokens(tokens: Tokens, holes: readonly OpenHole[]): Tokens {
  const ends = new Map<number, number | null>();
  for (const { hole, token, form } of holes) {
    if (form !== "empty") ends.set(token, null);
    else if (ends.get(token) !== null) ends.set(token, hole.end);
  }
  if ([...ends.values()].every((end) => end === null)) return tokens;
  const seen: Tokens = { text: tokens.text, kinds: [], starts: [], ends: [] };
  for (let i = 0; i < tokens.kinds.length; i++) {
    const start = ends.get(i) ?? tokens.starts[i]!;
    if (start >= tokens.ends[i]!) continue;
    seen.kinds.push(tokens.kinds[i]!);
    seen.starts.push(start);
    seen.ends.push(tokens.ends[i]!);
  }
  return seen;
}

/**
 * Gives the next form to the hole that an error at `offset` most likely comes from: the nearest one
 * before it that has forms left. False where none has.
 */
export function nextForm(holes: readonly OpenHole[], offset: number): boolean {
  for (let i = holes.length - 1; i >= 0; i--) {
    const open = holes[i]!;
    if (open.hole.start > offset) continue;
    const form = CASCADE.find((candidate) => !open.tried.includes(candidate));
    if (!form) continue;
    open.tried.push(form);
    open.form = form;
    return true;
  }
  return false;
}

/** The statement is nothing but holes (and brackets): all of it is unknown. */
export function onlyHoles(tokens: Tokens, holes: readonly OpenHole[]): boolean {
  if (holes.length === 0) return false;
  const own = new Set(holes.map((open) => open.token));
  return tokens.kinds.every((kind, index) => kind === PUNCTUATION || own.has(index));
}
