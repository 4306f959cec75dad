/** Values bound to text by the client itself: `?` and `:name` are values, `??` and `:name:` identifiers. */
import type { Expr, HoleType, Span, TextRun } from "../../model.ts";

/** Knex's own reading of its placeholders: a backslash before one takes it away. */
const POSITIONS = /\\?\?\??/g;
const NAMES = /\\?(?<!:):(?!:)(\w+)(:(?!:))?/g;

const BRACES = /\{(\w+)\}/g;

const DOLLARS = /(?<!\$)\$([a-zA-Z_]\w*)/g;

/**
 * The text with what is bound to it in its place. Where the values are not written beside it, the
 * text stays as it is: the grammar makes holes of what it holds.
 */
export function bound(text: Expr, values: Expr | undefined): Expr {
  const given = values?.kind === "alias" ? values.of : values;
  if (!given) return text;
  if (given.kind === "object") {
    const { entries } = given;
    return put(text, NAMES, ([, name = "", end]) => {
      const value = Object.hasOwn(entries, name) ? entries[name] : undefined;
      return value && { value, hole: end === undefined ? "value" : "identifier" };
    });
  }
  if (given.kind !== "array" && given.kind !== "text") return text;
  const items = given.kind === "array" ? given.items : [given];
  let next = 0;
  return put(text, POSITIONS, ([mark]) => {
    const value = items[next++];
    return value && { value, hole: mark === "??" ? "identifier" : "value" };
  });
}

/** The same for `$name`, which only some mappers know; `$1` the grammar knows by itself. */
export function boundByDollars(text: Expr, values: Expr | null): Expr {
  const given = values?.kind === "alias" ? values.of : values;
  if (given?.kind !== "object") return text;
  return put(text, DOLLARS, ([, name = ""]) => {
    const value = Object.hasOwn(given.entries, name) ? given.entries[name] : undefined;
    return value && { value, hole: "value" };
  });
}

/** The same for `{name}`, in whose place node-pg-migrate puts names and values as they are. */
export function boundByBraces(text: Expr, values: Expr | undefined): Expr {
  const given = values?.kind === "alias" ? values.of : values;
  if (given?.kind !== "object") return text;
  return put(text, BRACES, ([, name = ""]) => {
    const value = Object.hasOwn(given.entries, name) ? given.entries[name] : undefined;
    return value && { value, hole: "identifier" };
  });
}

type Found = { value: Expr; hole: HoleType } | undefined;

/**
 * The text with something in the place of each mark.
 *
 * @param find what a mark stands for; undefined leaves it as it is
 */
export function put(text: Expr, marks: RegExp, find: (match: RegExpMatchArray) => Found): Expr {
  switch (text.kind) {
    case "alias":
      return { ...text, of: put(text.of, marks, find) };
    case "concat":
      return { ...text, parts: text.parts.map((part) => put(part, marks, find)) };
    case "text": {
      const parts = text.runs.flatMap((run) => putInto(run, marks, find));
      return parts.length === 1 && parts[0] ? parts[0] : { kind: "concat", parts, at: text.at };
    }
    default:
      return text;
  }
}

function putInto(run: TextRun, marks: RegExp, find: (match: RegExpMatchArray) => Found): Expr[] {
  const parts: Expr[] = [];
  const linear = run.at.end - run.at.start === run.text.length;
  const plain = (start: number, end: number) => {
    if (end <= start) return;
    const at: Span = linear ? { ...run.at, start: run.at.start + start, end: run.at.start + end } : run.at;
    parts.push({ kind: "text", runs: [{ kind: "text", text: run.text.slice(start, end), at }], at });
  };
  let last = 0;
  for (const match of run.text.matchAll(marks)) {
    if (match[0].startsWith("\\")) continue;
    const found = find(match);
    if (!found) continue;
    plain(last, match.index);
    const { value, hole } = found;
    parts.push({ kind: "sql", hole, of: [value], at: placeOf(value) });
    last = match.index + match[0].length;
  }
  plain(last, run.text.length);
  return parts;
}

/** A literal's text without its quotes. */
function placeOf(value: Expr): Span {
  const [run, more] = value.kind === "text" ? value.runs : [];
  return run && !more ? run.at : value.at;
}
