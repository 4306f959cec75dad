/** Clients that are opened, the variables that are read, and the addresses that are written in code. */
import type {
  ConnectionSite,
  ConnectionSource,
  EnvironmentRead,
  Expr,
  HardcodedAddress,
  Span,
} from "../model.ts";
import { adapters } from "./adapters/mod.ts";
import { isCheckedBefore } from "./checks.ts";
import { moduleExport, openerOf } from "./evidence.ts";
import type { ExpressionReader } from "./expression.ts";
import { environmentVariable, isEnvironment } from "./expression.ts";
import type { FileScopes, Scope } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { literalText, propertyName, unwrap } from "./syntax.ts";

export interface Connections {
  connections: ConnectionSite[];
  environment: EnvironmentRead[];
  addresses: HardcodedAddress[];
}

/** A connection URL with a host in it: RFC 3986's authority after one of the SQL engines' schemes. */
const ADDRESS = /^(?:postgres(?:ql)?|mysql2?|mariadb|cockroachdb)(?:\+[a-z]+)?:\/\/[^\s]/i;
const SCHEME = /^(?:postgres(?:ql)?|mysql2?|mariadb|cockroachdb)(?:\+[a-z]+)?:\/\//i;

/** Names as environment variables have them, told apart from other shouted words by an underscore. */
const VARIABLE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;

/** Keys of connection options that say where the database is and how to get in. */
const PARTS = [
  "url",
  "connectionString",
  "connection",
  "host",
  "hostname",
  "port",
  "database",
  "db",
  "user",
  "username",
  "password",
  "pass",
  "path",
  "filename",
];

export function readConnections(
  file: string,
  scopes: FileScopes,
  expressions: ExpressionReader,
): Connections {
  const result: Connections = { connections: [], environment: [], addresses: [] };
  const at = (node: Node): Span => ({ file, start: node.start, end: node.end });
  const inDefaults = new Set<Node>();
  const readyUsed = new Set<string>();

  for (const { node, scope } of scopes.candidates) {
    if (node.type === "MemberExpression") {
      const variable = environmentVariable(node, scope);
      if (variable) environmentRead(variable, node, fallbackOf(node), scope);
    } else if (
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
      const opened = openerOf(node.callee as Node, scope);
      if (opened?.opener.address) {
        const args = node.arguments.map((argument) => expressions.read(argument as Node, scope));
        const address = opened.opener.address(args);
        const sources = address ? sourcesOf(address, node) : [];
        if (!address)
          sources.push({ kind: "implicit", variables: [...opened.adapter.variables], at: at(node) });
        result.connections.push({
          client: opened.adapter.name,
          address,
          sources,
          at: at(node),
          enclosing: scope.enclosing,
        });
      }
    }
    if (node.type === "TaggedTemplateExpression" || node.type === "CallExpression")
      readyClient(node.type === "CallExpression" ? (node.callee as Node) : (node.tag as Node), scope);
  }
  for (const { node } of scopes.strings) hardcoded(node);
  return result;

  function environmentRead(variable: string, node: Node, fallback: Node | null, scope: Scope): void {
    const url = fallback && addressText(fallback, scope);
    if (fallback && url) inDefaults.add(unwrap(fallback));
    result.environment.push({ variable, at: at(node), defaultUrl: fallback && url ? at(fallback) : null });
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
      sources: [{ kind: "implicit", variables: [...adapter.variables], at: at(root) }],
      at: at(root),
      enclosing: scope.enclosing,
    });
  }

  function sourcesOf(address: Expr, use: Node): ConnectionSource[] {
    const sources: ConnectionSource[] = [];
    const visit = (expr: Expr, depth: number): void => {
      if (depth > 10) return;
      switch (expr.kind) {
        case "alias":
          visit(expr.of, depth + 1);
          return;
        case "either":
          // `process.env.X ?? fallback`: the fallback is what stands in for the check.
          for (const option of expr.options) visit(option, depth + 1);
          if (expr.options.length > 1)
            for (const source of sources) if (source.kind === "variable") source.checked = true;
          return;
        case "env":
          sources.push({
            kind: "variable",
            variable: expr.variable,
            checked: isCheckedBefore(expr.variable, use, scopes),
            at: expr.at,
          });
          return;
        case "text": {
          const text = expr.runs.map((run) => run.text).join("");
          if (VARIABLE.test(text))
            sources.push({ kind: "variable", variable: text, checked: true, at: expr.at });
          else if (text) sources.push({ kind: "literal", text: redact(text), at: expr.at });
          return;
        }
        case "concat": {
          const text = expr.parts
            .map((part) => (part.kind === "text" ? part.runs.map((run) => run.text).join("") : "\0"))
            .join("");
          if (hasHost(text))
            sources.push({ kind: "literal", text: redact(text.replaceAll("\0", "…")), at: expr.at });
          for (const part of expr.parts) if (part.kind !== "text") visit(part, depth + 1);
          return;
        }
        case "call":
        case "sql": {
          // A function that is given a variable's name, or its value, is taken to check it.
          const before = sources.length;
          for (const argument of expr.kind === "call" ? expr.args : expr.of) {
            const inner = argument.kind === "alias" ? argument.of : argument;
            const text = inner.kind === "text" ? inner.runs.map((run) => run.text).join("") : "";
            if (inner.kind === "env")
              sources.push({ kind: "variable", variable: inner.variable, checked: true, at: inner.at });
            else if (VARIABLE.test(text))
              sources.push({ kind: "variable", variable: text, checked: true, at: inner.at });
          }
          if (sources.length === before)
            sources.push({ kind: "unknown", reason: "the address is the result of a call", at: expr.at });
          return;
        }
        case "object": {
          const parts = PARTS.flatMap((key) =>
            expr.entries[key] ? [[key, expr.entries[key]] as const] : [],
          );
          for (const [key, part] of parts) {
            const inner = part.kind === "alias" ? part.of : part;
            // A port or a user's name alone gives nobody a database.
            if (
              inner.kind === "text" &&
              !/^(?:host|hostname|password|pass|url|connectionString|connection)$/.test(key)
            )
              continue;
            if (inner.kind === "text" && /^pass/.test(key))
              sources.push({ kind: "literal", text: "a password", at: inner.at });
            else visit(part, depth + 1);
          }
          if (expr.entries["..."] && parts.length === 0)
            sources.push({ kind: "unknown", reason: "the options are spread from elsewhere", at: expr.at });
          return;
        }
        case "parameter":
          sources.push({ kind: "unknown", reason: `the address is the parameter ${expr.name}`, at: expr.at });
          return;
        case "import":
          sources.push({ kind: "unknown", reason: `the address comes from ${expr.specifier}`, at: expr.at });
          return;
        default:
          sources.push({ kind: "unknown", reason: "the address is not known before it runs", at: expr.at });
      }
    };
    visit(address, 0);
    return sources;
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

/** A host of its own stands after the scheme or the `@`, not only holes. */
function hasHost(text: string): boolean {
  if (!SCHEME.test(text)) return false;
  const rest = text.replace(SCHEME, "");
  const host = rest.includes("@") ? rest.slice(rest.lastIndexOf("@") + 1) : rest;
  return /^[a-z0-9[/]/i.test(host);
}

/** The password of a URL is never repeated, not even in a finding about it. */
function redact(text: string): string {
  return text.replace(/(:\/\/[^:/@\s]*):[^@\s]*@/, "$1:***@");
}
