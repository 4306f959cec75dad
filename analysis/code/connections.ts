/** Clients that are opened, the variables that are read, and the addresses that are written in code. */
import type { ConnectionSite, EnvironmentRead, HardcodedAddress, Span } from "../model.ts";
import { adapters } from "./adapters/mod.ts";
import { ADDRESS, hasHost, redact, SCHEME, VARIABLE } from "./addresses.ts";
import { moduleExport, openerOf } from "./client-exports.ts";
import { environmentVariables, isEnvironment } from "./environment.ts";
import { clientOf } from "./evidence.ts";
import type { ExpressionReader } from "./expression.ts";
import type { FileScopes, Scope } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { literalText, propertyName, unwrap } from "./syntax.ts";

export interface Connections {
  connections: ConnectionSite[];
  environment: EnvironmentRead[];
  addresses: HardcodedAddress[];
}

/** What a file says of databases' addresses: clients it opens, variables it reads, addresses it holds. */
export function readConnections(
  file: string,
  scopes: FileScopes,
  expressions: ExpressionReader,
): Connections {
  const result: Connections = { connections: [], environment: [], addresses: [] };
  const at = (node: Node): Span => ({ file, start: node.start, end: node.end });
  const inDefaults = new Set<Node>();
  const readyUsed = new Set<string>();
  let handsOn: boolean | null = null;

  for (const { node, scope } of scopes.candidates) {
    if (node.type === "MemberExpression" || node.type === "CallExpression")
      for (const variable of environmentVariables(node, scope))
        environmentRead(variable, node, fallbackOf(node), scope);
    if (
      node.type === "VariableDeclarator" &&
      node.init &&
      isEnvironment(node.init, scope) &&
      node.id.type === "ObjectPattern"
    ) {
      for (const property of node.id.properties) {
        if (property.type !== "Property") continue;
        const name = propertyName(property as Node);
        const value = property.value as Node;
        if (name)
          environmentRead(
            name,
            property as Node,
            value.type === "AssignmentPattern" ? value.right : null,
            scope,
          );
      }
    } else if (node.type === "CallExpression" || node.type === "NewExpression") {
      namedVariable(node, scope);
      const opened = openerOf(node.callee as Node, scope) ?? calledLibrary(node.callee as Node, scope);
      if (opened?.opener.address) {
        const args = node.arguments.map((argument) => expressions.read(argument as Node, scope));
        const address = opened.opener.address(args);
        if (address === undefined) continue;
        result.connections.push({
          client: opened.adapter.name,
          address,
          variables: [...opened.adapter.variables],
          at: at(node),
          enclosing: scope.enclosing,
        });
      }
    }
    if (node.type === "TaggedTemplateExpression" || node.type === "CallExpression")
      readyClient(node.type === "CallExpression" ? (node.callee as Node) : (node.tag as Node), scope);
  }
  for (const { node, scope } of scopes.strings) {
    hardcoded(node);
    // A schema that is handed the whole environment reads the variables that it names.
    const name = node.type === "Property" ? propertyName(node) : null;
    if (node.type === "Property" && name && VARIABLE.test(name) && inSchema(node, scope))
      environmentRead(name, node.key as Node, null, scope);
  }
  return result;

  /** `pgp(url)`, where `pgp` is a library that a first call has set up. */
  function calledLibrary(callee: Node, scope: Scope): ReturnType<typeof openerOf> {
    const adapter = clientOf(callee, scope, scopes);
    return adapter?.calls ? { adapter, opener: adapter.calls } : null;
  }

  function environmentRead(variable: string, node: Node, fallback: Node | null, scope: Scope): void {
    const url = fallback && addressText(fallback, scope);
    if (fallback && url) inDefaults.add(unwrap(fallback));
    result.environment.push({ variable, at: at(node), defaultUrl: fallback && url ? at(fallback) : null });
  }

  /** A key of an object in a call, in a file that hands the environment on as a whole. */
  function inSchema(node: Node, scope: Scope): boolean {
    handsOn ??= scopes.candidates.some(
      (one) =>
        one.node.type === "CallExpression" &&
        one.node.arguments.some((argument) => isWhole(argument as Node, one.scope)),
    );
    if (!handsOn || node.type !== "Property" || isEnvironment(node.value as Node, scope)) return false;
    let outer = scopes.parents.get(node);
    while (outer?.type === "ObjectExpression" || outer?.type === "Property")
      outer = scopes.parents.get(outer);
    return outer?.type === "CallExpression";
  }

  function isWhole(node: Node, scope: Scope): boolean {
    const inner = unwrap(node);
    if (inner.type !== "ObjectExpression") return isEnvironment(inner, scope);
    return inner.properties.some(
      (item) => item.type === "Property" && isEnvironment(item.value as Node, scope),
    );
  }

  /** `required("ORDERS_DATABASE_URL")`, `{ variable: "ORDERS_DATABASE_URL" }`: a name handed to whatever reads it. */
  function namedVariable(call: Node & { type: "CallExpression" | "NewExpression" }, scope: Scope): void {
    const [, second] = call.arguments;
    call.arguments.forEach((argument, index) => {
      const inner = unwrap(argument as Node);
      const text = literalText(inner);
      if (text && VARIABLE.test(text))
        environmentRead(text, inner, index === 0 && second ? (second as Node) : null, scope);
      if (inner.type !== "ObjectExpression") return;
      for (const property of inner.properties) {
        if (property.type !== "Property") continue;
        const value = literalText(property.value as Node);
        if (value && VARIABLE.test(value)) environmentRead(value, property.value as Node, null, scope);
      }
    });
  }

  /** Ready-made clients (`import { sql } from "bun"`) are opened by their first use. */
  function readyClient(node: Node, scope: Scope): void {
    let root = unwrap(node);
    let from = moduleExport(root, scope);
    while (!from && root.type === "MemberExpression") {
      root = unwrap(root.object as Node);
      from = moduleExport(root, scope);
    }
    if (!from) return;
    const adapter = adapters.find(
      (item) => item.packages.includes(from.specifier) && item.ready.includes(from.name),
    );
    if (!adapter || readyUsed.has(adapter.name)) return;
    readyUsed.add(adapter.name);
    result.connections.push({
      client: adapter.name,
      address: null,
      variables: [...adapter.variables],
      at: at(root),
      enclosing: scope.enclosing,
    });
  }

  function hardcoded(node: Node): void {
    if (inDefaults.has(node)) return;
    const text =
      node.type === "Property"
        ? null
        : node.type === "TemplateLiteral"
          ? node.quasis.map((quasi) => quasi.value.cooked ?? "").join("\0")
          : literalText(node);
    if (text === null || !ADDRESS.test(text) || !hasHost(text) || isComparison(node)) return;
    result.addresses.push({ text: redact(text.replaceAll("\0", "…")), at: at(node) });
  }

  /** `url.startsWith("postgres://x")`, `text.replace(…)`: words about addresses, not addresses. */
  function isComparison(node: Node): boolean {
    const parent = scopes.parents.get(node);
    if (parent?.type === "BinaryExpression") return parent.operator !== "+";
    if (parent?.type !== "CallExpression" || parent.callee.type !== "MemberExpression") return false;
    return /^(?:startsWith|endsWith|includes|replace|replaceAll|match|test|indexOf|split|describe|log|info|warn|error|debug)$/.test(
      propertyName(parent.callee as Node) ?? "",
    );
  }

  function fallbackOf(node: Node): Node | null {
    let inner: Node = node;
    let parent = scopes.parents.get(inner);
    while (parent && unwrap(parent) !== parent) {
      inner = parent;
      parent = scopes.parents.get(inner);
    }
    if (parent?.type === "LogicalExpression" && parent.operator !== "&&" && parent.left === inner)
      return parent.right;
    if (parent?.type === "ConditionalExpression") return parent.test === inner ? parent.alternate : null;
    return null;
  }

  function addressText(node: Node, scope: Scope): string | null {
    const expr = expressions.read(node, scope);
    const inner = expr.kind === "alias" ? expr.of : expr;
    const text =
      inner.kind === "text"
        ? inner.runs.map((run) => run.text).join("")
        : inner.kind === "concat"
          ? inner.parts
              .map((part) => (part.kind === "text" ? part.runs.map((run) => run.text).join("") : "…"))
              .join("")
          : "";
    return SCHEME.test(text) ? text : null;
  }
}
