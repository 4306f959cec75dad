/**
 * What pg-promise puts into a text by itself: `$1`, `${name}`, `$(name)`, `$<name>`, `$[name]` and
 * `$/name/`, each with a modifier that says what it is: `:name` and `~` a name, `:raw` and `^` SQL.
 */
import type { Expr } from "../../model.ts";
import { PG_PROMISE, pgPromiseMark } from "../../sql/pg-promise.ts";
import { put } from "./bindings.ts";

/** The text with what stands for its marks in their places, holes for what is not written beside it. */
export function formatted(text: Expr, values: Expr | undefined): Expr {
  const given = values?.kind === "alias" ? values.of : values;
  return put(text, PG_PROMISE, (match) => {
    const { path, hole } = pgPromiseMark(match);
    const value = given && filledWith(path, given);
    return { value: value ?? unknown(match[0], text), hole };
  });
}

function unknown(mark: string, { at }: Expr): Expr {
  return { kind: "unknown", reason: `\`${mark}\` is filled in before it runs`, at };
}

/** `$1` of a list or of a single value, `$(shop.id)` of an object. */
function filledWith(path: string, values: Expr): Expr | null {
  if (/^\d/.test(path)) {
    if (values.kind === "array") return values.items[Number(path) - 1] ?? null;
    return path === "1" && values.kind !== "object" ? values : null;
  }
  let found = values;
  for (const property of path.replace(/^this\.?/, "").split(".")) {
    const inner = found.kind === "alias" ? found.of : found;
    if (inner.kind !== "object") found = { kind: "member", of: inner, property, at: inner.at };
    else {
      const next = Object.hasOwn(inner.entries, property) ? inner.entries[property] : undefined;
      if (!next) return null;
      found = next;
    }
  }
  return found;
}
