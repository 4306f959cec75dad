/** Views of boiled-down expressions that adapters share. */
import type { Expr } from "../../model.ts";

/** An object literal's entry; null where the expression is none or has no such key. */
export function entry(expr: Expr | undefined, ...keys: string[]): Expr | null {
  if (expr?.kind === "alias") return entry(expr.of, ...keys);
  if (expr?.kind !== "object") return null;
  for (const key of keys) {
    const found = expr.entries[key];
    if (found) return found;
  }
  return null;
}

/** Connection options as drivers take them: a URL, or an object that holds a URL or a host. */
export function addressOf(args: Expr[], ...keys: string[]): Expr | null {
  const [first, second] = args;
  if (!first) return null;
  const options = first.kind === "alias" ? first.of : first;
  if (options.kind !== "object") return first;
  return entry(options, ...keys) ?? (second ? entry(second, ...keys) : null);
}
