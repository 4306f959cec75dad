/**
 * Names that the database has otherwise than the code writes them, since a client is told so where it is opened:
 * for that client, or, where nobody knows which one it is, for the service whose code tells one.
 */
import type { Expr } from "../../model.ts";
import type { Ask } from "./adapter.ts";
import { resultOf } from "./builders.ts";

export interface Renaming {
  /** Whether a call or a construction is what tells a client to rename. */
  tells(source: Expr, ask: Ask): boolean;
  /** Whether it is known to tell something else. */
  tellsOther?(source: Expr, ask: Ask): boolean;
  /** Options of a client that may hold such a thing, or do what it does, beside what is spread into them. */
  options: RegExp;
}

const DEEPEST = 4;

/**
 * @param file the file that writes the name
 * @param root what the chain that names it stands on, where it is a chain
 */
export function isRenamed(renaming: Renaming, file: string, root: Expr | null, ask: Ask): boolean {
  const tellers = ask.gather<readonly string[]>(renaming, [], (sources) =>
    sources.flatMap((source) => (renaming.tells(source, ask) ? [source.at.file] : [])),
  );
  if (tellers.length === 0) return false;
  const own = root && toldWhereOpened(renaming, root, ask, 0);
  if (own !== null) return own;
  const here = ask.home(file);
  return tellers.some((teller) => {
    const there = ask.home(teller);
    return here === null || there === null || here === there;
  });
}

/** What the client's own options say; null where they are not known. */
function toldWhereOpened(renaming: Renaming, root: Expr, ask: Ask, depth: number): boolean | null {
  if (depth > DEEPEST) return null;
  if (root.kind === "either") {
    const told = root.options.map((option) => toldWhereOpened(renaming, ask.follow(option), ask, depth + 1));
    return told.includes(true) ? true : told.every((answer) => answer === false) ? false : null;
  }
  if (root.kind !== "client" || !root.made) return null;
  const [first] = root.made.args;
  const options = first && ask.follow(first);
  return options ? toldIn(renaming, options, ask, depth) : null;
}

function toldIn(renaming: Renaming, expr: Expr, ask: Ask, depth: number): boolean | null {
  const options = resultOf(expr, ask);
  if (depth > DEEPEST || options.kind !== "object") return null;
  let known = true;
  for (const [key, value] of Object.entries(options.entries)) {
    if (key !== "..." && !renaming.options.test(key)) continue;
    const inner = ask.follow(value);
    for (const item of inner.kind === "array" ? inner.items : [value]) {
      if (renaming.tells(ask.follow(item), ask)) return true;
      if (renaming.tellsOther?.(ask.follow(item), ask)) continue;
      const within = key === "..." ? toldIn(renaming, item, ask, depth + 1) : isOther(item, ask);
      if (within) return true;
      if (within === null) known = false;
    }
  }
  return known ? false : null;
}

/** Of a plugin that is made there it is known that it tells something else. */
function isOther(item: Expr, ask: Ask): false | null {
  return ask.follow(item).kind === "new" ? false : null;
}
