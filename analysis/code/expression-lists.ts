/** Lists, objects and maps that are written: what their methods make of them. */
import type { Expr } from "../model.ts";
import { returned } from "./evidence.ts";
import { applied } from "./expression-functions.ts";
import { textOf } from "./expression-words.ts";
import type { Reading } from "./reading.ts";
import type { Scope } from "./scope.ts";
import { lookup } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { unwrap } from "./syntax.ts";

/** `["a", "b"].map((name) => …)`: what the function makes of each item that is written. */
export function eachMapped(
  r: Reading,
  node: Node & { type: "CallExpression" },
  list: Expr,
  scope: Scope,
): Expr | null {
  const made = functionOf(node.arguments[0] as Node | undefined, scope);
  const items = list.kind === "alias" ? list.of : list;
  const results = made ? returned(made, r.scopes) : [];
  if (!made || results.length !== 1 || items.kind !== "array") return null;
  const texts = items.items.map((item) => (item.kind === "alias" ? item.of : item));
  if (texts.length === 0 || !texts.every(({ kind }) => kind === "text")) return null;
  return {
    kind: "array",
    items: items.items.map((item) => ({
      kind: "alias",
      of: applied(r, made, results, [item], node),
      at: item.at,
    })),
    at: r.at(node),
  };
}

/** A function written in place, or one of the file's by its name. */
function functionOf(given: Node | undefined, scope: Scope): Node | null {
  const inner = given && unwrap(given);
  if (inner?.type !== "Identifier") return inner ?? null;
  const binding = lookup(scope, inner.name);
  return binding?.init && !binding.parameter && binding.path?.length === 0 ? binding.init : null;
}

/** `Object.keys(TABLES)`, `Object.values(TABLES)`, `Object.entries(TABLES)` of an object that is written. */
export function ofObject(r: Reading, method: string, given: Expr | undefined, node: Node): Expr | null {
  const object = given?.kind === "alias" ? given.of : given;
  if (object?.kind !== "object" || Object.hasOwn(object.entries, "...")) return null;
  const list = Object.entries(object.entries).map(([key, value]) => {
    const at = object.keys[key] ?? r.at(node);
    const name: Expr = { kind: "text", runs: [{ kind: "text", text: key, at }], at };
    if (method === "keys") return name;
    return method === "values" ? value : ({ kind: "array", items: [name, value], at } satisfies Expr);
  });
  return /^(?:keys|values|entries)$/.test(method) && list.length > 0
    ? { kind: "array", items: list, at: r.at(node) }
    : null;
}

/** `new Map([["key", "value"]]).get(key)`: the key's value, any of them where the key is not known. */
export function ofMap(r: Reading, map: Expr, key: Expr | undefined, node: Node): Expr | null {
  const behind = (expr: Expr) => (expr.kind === "alias" ? expr.of : expr);
  const made = behind(map);
  if (made.kind !== "new" || !isMap(made.callee)) return null;
  const list = made.args[0] && behind(made.args[0]);
  if (list?.kind !== "array") return null;
  const pairs = list.items.flatMap((item) => {
    const inner = behind(item);
    const [name, value] = inner.kind === "array" ? inner.items : [];
    return name && value ? [{ name: behind(name), value }] : [];
  });
  if (pairs.length === 0 || pairs.length < list.items.length) return null;
  const wanted = key && behind(key);
  const named =
    wanted?.kind === "text"
      ? pairs.filter(({ name }) => name.kind !== "text" || textOf(name) === textOf(wanted))
      : pairs;
  const options = named.map(({ value }) => value);
  return options.length
    ? { kind: "alias", of: { kind: "either", options, at: r.at(node) }, at: r.at(node) }
    : null;
}

function isMap(callee: Expr): boolean {
  return callee.kind === "unknown" && callee.reason.startsWith("`Map`");
}

/** `"select …".concat(rest)`, `["a"].concat(others)`. */
export function concatenated(r: Reading, given: Expr, args: readonly Expr[], node: Node): Expr {
  const first = given.kind === "alias" ? given.of : given;
  if (first.kind !== "array") return { kind: "concat", parts: [given, ...args], at: r.at(node) };
  const items = args.flatMap((arg) => {
    const inner = arg.kind === "alias" ? arg.of : arg;
    return inner.kind === "array" ? inner.items : [arg];
  });
  return { kind: "array", items: [...first.items, ...items], at: r.at(node) };
}

/** The items of a list as one text. @param separator what stands between them */
export function joined(r: Reading, list: Expr, separator: Expr | null, node: Node): Expr {
  const items = list.kind === "alias" ? list.of : list;
  // What is empty where it is made is filled by something that nobody sees.
  if (items.kind !== "array" || items.items.length === 0) return r.unknown(node);
  const parts = items.items.flatMap((item, index) => (index && separator ? [separator, item] : [item]));
  return { kind: "concat", parts, at: r.at(node) };
}
