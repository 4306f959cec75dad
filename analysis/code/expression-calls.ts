/** Calls: of functions of this file, of clients, of methods of lists and texts, and of anything else. */
import type { Expr } from "../model.ts";
import type { Adapter } from "./adapters/adapter.ts";
import { pgPromise } from "./adapters/pg-promise.ts";
import { postgresJs } from "./adapters/postgres-js.ts";
import { slonik } from "./adapters/slonik.ts";
import { ownMethod } from "./classes.ts";
import { tagAdapter } from "./client-exports.ts";
import { clientOf, returned } from "./evidence.ts";
import { applied } from "./expression-functions.ts";
import { concatenated, eachMapped, joined, ofMap, ofObject } from "./expression-lists.ts";
import { readEnvironment } from "./expression-outside.ts";
import { excerpt } from "./expression-words.ts";
import type { Reading } from "./reading.ts";
import type { Scope } from "./scope.ts";
import { lookup } from "./scope.ts";
import { readSqlFile } from "./sql-files.ts";
import type { Node } from "./syntax.ts";
import { literalText, propertyName, unwrap } from "./syntax.ts";

/** What a call comes to: a text it builds, a client it opens, or the call itself for the linker to follow. */
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
    // Arguments that are longer than can be read must not hide what is called.
    const use = {
      form: "method",
      method,
      get args() {
        return args();
      },
    } as const;
    // Of the clients whose tag is called sql, only slonik makes all its pieces by methods.
    const answer = known?.adapter.read(use) ?? (known && !known.certain ? slonik.read(use) : null);
    if (answer?.kind === "query") return { kind: "sql", hole: "fragment", of: [answer.text], at: r.at(node) };
    if (answer?.kind === "piece") return { kind: "sql", hole: answer.hole, of: answer.of, at: r.at(node) };
    const helped = known ? null : helperOf(callee.object as Node)?.read(use);
    if (helped?.kind === "query") return { kind: "sql", hole: "fragment", of: [helped.text], at: r.at(node) };
    if (helped?.kind === "piece") return { kind: "sql", hole: helped.hole, of: helped.of, at: r.at(node) };
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
    if (method === "from" && node.arguments[0] && isGlobal(callee.object as Node, "Array", scope)) {
      const list = r.read(node.arguments[0] as Node, scope);
      if (node.arguments.length === 1) return list;
      // Array.from(list, (item) => …): list.map
      const map: Expr = { kind: "member", of: list, property: "map", at: r.at(callee) };
      return {
        kind: "call",
        callee: map,
        args: args().slice(1),
        reason: `the result of ${excerpt(r.source, callee)}()`,
        at: r.at(node),
      };
    }
    const told = isGlobal(callee.object as Node, "Object", scope)
      ? /^(?:freeze|seal)$/.test(method) || (method === "assign" && isMade(args()[0]))
        ? args()[0]
        : ofObject(r, method, args()[0], node)
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

/** An object that is no literal: what is assigned to it makes no other one of it. */
function isMade(expr: Expr | undefined): boolean {
  const inner = expr?.kind === "alias" ? expr.of : expr;
  return inner?.kind === "new" || (inner?.kind === "call" && inner.awaited === true);
}

function isGlobal(node: Node, name: string, scope: Scope): boolean {
  const inner = unwrap(node);
  return inner.type === "Identifier" && inner.name === name && !lookup(scope, name);
}

/** SQL of a tag, alone or with what is appended to it. */
function isText(expr: Expr): boolean {
  if (expr.kind === "alias") return isText(expr.of);
  return expr.kind === "sql" || (expr.kind === "concat" && expr.parts.some(isText));
}

/** The adapter of a tag or a function that takes SQL, and whether it is certainly that client's. */
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

/** `this.library.helpers.insert(…)`, where another package makes the library: the property tells by its name. */
function helperOf(object: Node): Adapter | null {
  const inner = unwrap(object);
  return inner.type === "MemberExpression" && propertyName(inner) === "helpers" ? pgPromise : null;
}

/** `sql.begin((tx) => …)`, where another module makes `sql`. */
function isHandedTransaction(r: Reading, name: string, scope: Scope): boolean {
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
