/**
 * One JSON file with comments: its value, and where in the file each part of it stands.
 */
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import type { ManifestProblem, Place } from "./model.ts";
import { show } from "./nearest.ts";
import { startOf } from "./problem.ts";

/** Keys and indices from the top of a document to a part of it. */
export type Path = readonly (string | number)[];

export interface Document {
  file: string;
  value: unknown;
  /** The place of the value at `path`, or of the nearest part above it that is there. */
  at(path: Path): Place;
  /** The place of the key itself, for what is wrong with the key or with the whole object behind it. */
  keyAt(path: Path): Place;
}

/** Parses a JSON file with comments and trailing commas; a mark of byte order is no fault. */
export function parseDocument(
  file: string,
  source: string,
): { document: Document; problems: ManifestProblem[] } | { document: null; problems: ManifestProblem[] } {
  const text = source.startsWith("\uFEFF") ? source.slice(1) : source;
  try {
    const errors: ParseError[] = [];
    const root = parseTree(text, errors, { allowTrailingComma: true });
    const place = placer(file, text);
    const first = errors[0];
    if (root === undefined || first !== undefined) {
      return { document: null, problems: [syntaxProblem(text, root, first, place)] };
    }
    const problems: ManifestProblem[] = [];
    const value = plainValue(root, place, problems);
    return { document: { file, value, ...locator(root, place) }, problems };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { document: null, problems: [{ at: startOf(file), message: "is nested too deeply to be read" }] };
  }
}

type Placer = (offset: number, length: number) => Place;

function placer(file: string, text: string): Placer {
  const starts = [0];
  for (const end of text.matchAll(/\r\n|\r|\n/g)) starts.push(end.index + end[0].length);
  const lineOf = (offset: number) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return (offset, length) => {
    const [line, endLine] = [lineOf(offset), lineOf(offset + length)];
    return {
      file,
      line: line + 1,
      column: offset - starts[line]! + 1,
      endLine: endLine + 1,
      endColumn: offset + length - starts[endLine]! + 1,
    };
  };
}

/** After the first error a parser guesses, so the first is the only one worth a line. */
function syntaxProblem(
  text: string,
  root: Node | undefined,
  error: ParseError | undefined,
  place: Placer,
): ManifestProblem {
  if (error === undefined || (root === undefined && error.offset >= text.length)) {
    return {
      at: place(0, 0),
      message: 'is empty: it holds at least { "services": {} }, and README.md shows a first one',
    };
  }
  const at = place(error.offset, error.length);
  const found = text.slice(error.offset, error.offset + Math.max(1, error.length));
  return { at, message: `is no JSON: ${syntaxMessage(printParseErrorCode(error.error), found)}` };
}

function syntaxMessage(code: string, found: string): string {
  const here = found === "" ? "the end of the file" : show(found);
  switch (code) {
    case "InvalidSymbol":
      return found.startsWith("'")
        ? "write strings in double quotes"
        : `${here} is neither a string nor a number`;
    case "PropertyNameExpected":
      return `a key in double quotes belongs here, not ${here}`;
    case "ValueExpected":
      return `a value belongs here, not ${here}`;
    case "ColonExpected":
      return `a ":" belongs here, not ${here}`;
    case "CommaExpected":
      return /[}\]]/.test(found)
        ? `${here} does not close what is open here`
        : `a "," belongs before ${here}`;
    case "CloseBraceExpected":
      return `a "}" belongs here, not ${here}`;
    case "CloseBracketExpected":
      return `a "]" belongs here, not ${here}`;
    case "EndOfFileExpected":
      return `nothing may follow the closing "}", and here stands ${here}`;
    case "UnexpectedEndOfComment":
      return "this comment has no end";
    case "UnexpectedEndOfString":
      return "this string has no closing quote on its line";
    case "InvalidCharacter":
      return "this string holds a control character";
    default:
      return `${here} cannot be read (${code})`;
  }
}

/** The plain value; a key that comes twice, or that would reach the object's prototype, is a problem. */
function plainValue(node: Node, place: Placer, problems: ManifestProblem[]): unknown {
  if (node.type === "array") return (node.children ?? []).map((child) => plainValue(child, place, problems));
  if (node.type !== "object") return node.value;
  const value: Record<string, unknown> = {};
  const first = new Map<string, Node>();
  for (const property of node.children ?? []) {
    const [key, child] = property.children ?? [];
    if (key === undefined || child === undefined) continue;
    const name: string = key.value;
    const earlier = first.get(name);
    if (name === "__proto__") {
      problems.push({ at: place(key.offset, key.length), message: 'unknown key "__proto__"' });
    } else if (earlier !== undefined) {
      const { line } = place(earlier.offset, earlier.length);
      const message = `key ${show(name)} comes twice, first on line ${line}: only one of them can hold`;
      problems.push({ at: place(key.offset, key.length), message });
    } else {
      first.set(name, key);
      value[name] = plainValue(child, place, problems);
    }
  }
  return value;
}

function locator(root: Node, place: Placer): Pick<Document, "at" | "keyAt"> {
  const indexes = new WeakMap<Node, Map<string, Node>>();
  const property = (node: Node, key: string) => {
    let index = indexes.get(node);
    if (index === undefined) {
      index = new Map();
      for (const child of node.children ?? []) {
        const name = child.children?.[0]?.value;
        if (typeof name === "string" && !index.has(name)) index.set(name, child);
      }
      indexes.set(node, index);
    }
    return index.get(key);
  };
  /** The value at the path, and its key where it has one; stops at the last part that is there. */
  const find = (path: Path) => {
    let value = root;
    let key: Node | undefined;
    for (const step of path) {
      const found = value.type === "object" ? property(value, String(step)) : value.children?.[Number(step)];
      if (found === undefined) break;
      if (value.type === "object") [key, value] = [found.children?.[0], found.children?.[1] ?? value];
      else [key, value] = [undefined, found];
    }
    return { key, value };
  };
  return {
    at(path) {
      const { value } = find(path);
      return place(value.offset, value.length);
    },
    keyAt(path) {
      const { key, value } = find(path);
      return key === undefined ? place(value.offset, 1) : place(key.offset, key.length);
    },
  };
}
