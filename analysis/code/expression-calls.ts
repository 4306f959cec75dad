/** Calls: of functions of this file with their arguments put in, of clients, and of anything else. */
import type { Expr } from "../model.ts";
import type { Adapter } from "./adapters/adapter.ts";
import { postgresJs } from "./adapters/postgres-js.ts";
import { slonik } from "./adapters/slonik.ts";
import { readBuilding } from "./building.ts";
import { ownMethod, typeName } from "./classes.ts";
import { tagAdapter } from "./client-exports.ts";
import { clientOf, returned } from "./evidence.ts";
import { readEnvironment } from "./expression-outside.ts";
import { excerpt, textOf } from "./expression-words.ts";
import type { Reading } from "./reading.ts";
import type { Scope } from "./scope.ts";
import { lookup, scopeAt } from "./scope.ts";
import { readSqlFile } from "./sql-files.ts";
import type { Node } from "./syntax.ts";
import { literalText, propertyName, unwrap } from "./syntax.ts";

export function readCall(r: Reading, node: Node & { type: "CallExpression" }, scope: Scope): Expr {
  const callee = unwrap(node.callee as Node);
  let boiled: Expr[] | null = null;
  const args = () => {
    boiled ??= node.arguments.map((argument) => r.read(argument as Node, scope));
    return boiled;
  };
  const fromOutside = readEnvironment(r, node, scope);
  if (fromOutside) return fromOutside;
  const loaded = readSqlFile(r, node, scope);
  if (loaded) return loaded;
  const opened = clientOf(node, scope, r.scopes);
  if (opened) {
    if (!opened.chain) return { kind: "client", adapter: opened.name, at: r.at(node) };
    const made: Expr = {
      kind: "call",
      callee: r.read(callee, scope, true),
      args: args(),
      reason: "",
      at: r.at(node),
    };
    return { kind: "client", adapter: opened.name, made, at: r.at(node) };
  }
  if (callee.type === "MemberExpression") {
    const method = propertyName(callee) ?? "";
    // this.sql("name"): the member is the client.
    const called = clientOf(callee, scope, r.scopes)?.read({ form: "call", method: "", args: args() });
    if (called?.kind === "piece") return { kind: "sql", hole: called.hole, of: called.of, at: r.at(node) };
    const known = sqlAdapter(r, callee.object as Node, scope);
    const use = { form: "method", method, args: args() } as const;
    // Of the clients whose tag is called sql, only slonik makes all its pieces by methods.
    const answer = known?.adapter.read(use) ?? (known && !known.certain ? slonik.read(use) : null);
    if (answer?.kind === "query") return { kind: "sql", hole: "fragment", of: [answer.text], at: r.at(node) };
    if (answer?.kind === "piece") return { kind: "sql", hole: answer.hole, of: answer.of, at: r.at(node) };
    // deps.sql("name"), where nothing but the name tells.
    const tag = known ? null : sqlAdapter(r, callee, scope);
    const piece = tag?.adapter.read({ form: "call", method: "", args: args() });
    if (piece?.kind === "piece") return { kind: "sql", hole: piece.hole, of: piece.of, at: r.at(node) };
    if (method === "trim" || method === "trimEnd" || method === "toString")
      return r.read(callee.object as Node, scope);
    if (method === "concat") return concatenated(r, r.read(callee.object as Node, scope), args(), node);
    // SQL`…`.append(SQL`…`).setName("one")
    const tagged = /^(?:append|setName|useBind)$/.test(method) ? r.read(callee.object as Node, scope) : null;
    if (tagged && isText(tagged))
      return method === "append" ? concatenated(r, tagged, args().slice(0, 1), node) : tagged;
    // […].filter(Boolean): what is left out would have added nothing.
    if (method === "filter") {
      const list = r.read(callee.object as Node, scope);
      const inner = list.kind === "alias" ? list.of : list;
      if (inner.kind === "array" && inner.items.length) return inner;
    }
    if (method === "map") {
      const mapped = eachMapped(r, node, r.read(callee.object as Node, scope), scope);
      if (mapped) return mapped;
    }
    if (method === "get") {
      const value = ofMap(r, r.read(callee.object as Node, scope), args()[0], node);
      if (value) return value;
    }
    const told = isGlobal(callee.object as Node, "Object", scope)
      ? ofObject(r, method, args()[0], node)
      : null;
    if (told) return told;
    // A path has parts to join, a list what stands between its own.
    if (method === "join" && args().length < 2)
      return joined(r, r.read(callee.object as Node, scope), args()[0] ?? null, node);
    const own = ownMethod(callee, r.scopes);
    const results = own ? returned(own, r.scopes) : [];
    if (own && results.length)
      return { kind: "alias", of: applied(r, own, results, args(), node), at: r.at(node) };
    return {
      kind: "call",
      callee: readCallee(r, callee, scope),
      args: args(),
      reason: `the result of ${excerpt(r.source, callee)}()`,
      at: r.at(node),
    };
  }
  const [first] = node.arguments;
  const module =
    callee.type === "Identifier" && callee.name === "require" && first ? literalText(first as Node) : null;
  if (module !== null) return { kind: "import", specifier: module, name: "*", at: r.at(node) };
  if (
    callee.type === "Identifier" &&
    callee.name === "String" &&
    node.arguments[0] &&
    !lookup(scope, "String")
  )
    return r.read(node.arguments[0] as Node, scope);
  const known = sqlAdapter(r, callee, scope);
  const answer = known?.adapter.read({ form: "call", method: "", args: args() });
  if (answer?.kind === "piece") return { kind: "sql", hole: answer.hole, of: answer.of, at: r.at(node) };
  if (answer?.kind === "query") return { kind: "sql", hole: "fragment", of: [answer.text], at: r.at(node) };
  if (callee.type === "Identifier") {
    const binding = lookup(scope, callee.name);
    const results = binding?.init && !binding.parameter ? returned(binding.init, r.scopes) : [];
    if (binding?.init && results.length)
      return { kind: "alias", of: applied(r, binding.init, results, args(), node), at: r.at(node) };
  }
  return {
    kind: "call",
    callee: r.read(callee, scope),
    args: args(),
    reason: `the result of ${excerpt(r.source, callee)}()`,
    at: r.at(node),
  };
}

export function readFunction(r: Reading, node: Node): Expr {
  if (!("params" in node)) return r.unknown(node);
  const parameters = (node.params as Node[]).map((param) => (param.type === "Identifier" ? param.name : ""));
  const results = returned(node, r.scopes);
  const declared = "returnType" in node ? (node.returnType as Node | null) : null;
  const type = declared ? typeName(declared, scopeAt(node, r.scopes), r.scopes) : null;
  const building = readBuilding(r, node);
  return {
    kind: "function",
    parameters,
    result: results.length ? resultOf(r, results, node) : null,
    ...(type && { type }),
    ...(building && { building }),
    at: r.at(node),
  };
}

/** A function of this file with its arguments put in: any of what it returns. */
export function applied(
  r: Reading,
  definition: Node,
  results: readonly Node[],
  args: Expr[],
  node: Node,
): Expr {
  const bindings = [...(r.scopes.inner.get(unwrap(definition))?.bindings.values() ?? [])];
  const before = new Map(r.given);
  for (const binding of bindings) {
    const given = binding.parameter && args[binding.parameter.index];
    if (given && binding.path?.length === 0) r.given.set(binding, given);
  }
  const value = resultOf(r, results, node);
  r.given.clear();
  for (const [binding, given] of before) r.given.set(binding, given);
  return value;
}

export function resultOf(r: Reading, results: readonly Node[], node: Node): Expr {
  const options = results.map((result) => r.read(result, scopeAt(result, r.scopes)));
  const [only] = options;
  return options.length === 1 && only ? only : { kind: "either", options, at: r.at(node) };
}

/** `["a", "b"].map((name) => …)`: what the function makes of each item that is written. */
function eachMapped(
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

function isGlobal(node: Node, name: string, scope: Scope): boolean {
  const inner = unwrap(node);
  return inner.type === "Identifier" && inner.name === name && !lookup(scope, name);
}

/** `Object.keys(TABLES)`, `Object.values(TABLES)`, `Object.entries(TABLES)` of an object that is written. */
function ofObject(r: Reading, method: string, given: Expr | undefined, node: Node): Expr | null {
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
function ofMap(r: Reading, map: Expr, key: Expr | undefined, node: Node): Expr | null {
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

/** SQL of a tag, alone or with what is appended to it. */
function isText(expr: Expr): boolean {
  if (expr.kind === "alias") return isText(expr.of);
  return expr.kind === "sql" || (expr.kind === "concat" && expr.parts.some(isText));
}

/** `"select …".concat(rest)`, `["a"].concat(others)`. */
function concatenated(r: Reading, given: Expr, args: readonly Expr[], node: Node): Expr {
  const first = given.kind === "alias" ? given.of : given;
  if (first.kind !== "array") return { kind: "concat", parts: [given, ...args], at: r.at(node) };
  const items = args.flatMap((arg) => {
    const inner = arg.kind === "alias" ? arg.of : arg;
    return inner.kind === "array" ? inner.items : [arg];
  });
  return { kind: "array", items: [...first.items, ...items], at: r.at(node) };
}

export function joined(r: Reading, list: Expr, separator: Expr | null, node: Node): Expr {
  const items = list.kind === "alias" ? list.of : list;
  // What is empty where it is made is filled by something that nobody sees.
  if (items.kind !== "array" || items.items.length === 0) return r.unknown(node);
  const parts = items.items.flatMap((item, index) => (index && separator ? [separator, item] : [item]));
  return { kind: "concat", parts, at: r.at(node) };
}

export function sqlAdapter(
  r: Reading,
  node: Node,
  scope: Scope,
): { adapter: Adapter; certain: boolean } | null {
  const inner = unwrap(node);
  const adapter = clientOf(inner, scope, r.scopes) ?? tagAdapter(inner, scope);
  if (adapter) return { adapter, certain: true };
  const name =
    inner.type === "Identifier" ? inner.name : inner.type === "MemberExpression" ? propertyName(inner) : null;
  return name === "sql" || (inner.type === "Identifier" && isHandedTransaction(r, inner.name, scope))
    ? { adapter: postgresJs, certain: false }
    : null;
}

/** `sql.begin((tx) => …)`, where another module makes `sql`. */
export function isHandedTransaction(r: Reading, name: string, scope: Scope): boolean {
  const { owner, index } = lookup(scope, name)?.parameter ?? { owner: null, index: -1 };
  const outer = owner && r.scopes.parents.get(owner);
  if (index !== 0 || outer?.type !== "CallExpression") return false;
  const callee = unwrap(outer.callee as Node);
  return callee.type === "MemberExpression" && /^(?:begin|savepoint)$/.test(propertyName(callee) ?? "");
}

/** A method of something unknown is that method still: `query.as("t")` names a query. */
function readCallee(r: Reading, callee: Node & { type: "MemberExpression" }, scope: Scope): Expr {
  const value = r.read(callee, scope, true);
  const property = value.kind === "unknown" ? propertyName(callee) : null;
  return property === null
    ? value
    : { kind: "member", of: r.read(callee.object as Node, scope, true), property, at: r.at(callee) };
}
