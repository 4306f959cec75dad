/** Views of boiled-down expressions that adapters share. */
import type { Expr } from "../../model.ts";
import type { Ask } from "./adapter.ts";

/** An object literal's entry; null where the expression is none or has no such key. */
export function entry(expr: Expr | undefined, ...keys: string[]): Expr | null {
  if (expr?.kind === "alias") return entry(expr.of, ...keys);
  if (expr?.kind !== "object") return null;
  for (const key of keys) {
    const found = Object.hasOwn(expr.entries, key) ? expr.entries[key] : null;
    if (found) return found;
  }
  return null;
}

/** Options that say where the database is, piece by piece. */
const PARTS = [
  "host",
  "hostname",
  "path",
  "filename",
  "database",
  "dbName",
  "db",
  "user",
  "username",
  "password",
  "pass",
];

/**
 * Connection options as drivers take them: a URL, or an object that holds one or its parts; null
 * where they say nothing of the database.
 *
 * @param urls the keys under which the driver takes a URL
 */
export function addressOf(args: Expr[], ...urls: string[]): Expr | null {
  const [first] = args;
  if (!first) return null;
  const options = first.kind === "alias" ? first.of : first;
  if (options.kind !== "object") return first;
  return entry(options, ...urls) ?? (entry(options, ...PARTS, "...") ? options : null);
}

/** The literal `true`, by whatever names. */
export function isTrue(expr: Expr | null | undefined, ask: Ask): boolean {
  return isLiteral(expr, "true", ask);
}

/** The literal `false`, by whatever names. */
export function isFalse(expr: Expr | null | undefined, ask: Ask): boolean {
  return isLiteral(expr, "false", ask);
}

function isLiteral(expr: Expr | null | undefined, word: string, ask: Ask): boolean {
  const inner = expr && ask.follow(expr);
  return inner?.kind === "unknown" && inner.reason.startsWith(`\`${word}\``);
}
