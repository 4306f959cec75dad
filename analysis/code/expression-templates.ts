/** Templates, objects and lists, part by part. */
import type { Expr, Span } from "../model.ts";
import { decode } from "./decode.ts";
import { EACH } from "./expression-words.ts";
import type { Reading } from "./reading.ts";
import type { Scope } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { propertyName } from "./syntax.ts";

/** A tagged template: what stands in its holes is bound, and no part of the text. */
export function readTagged(r: Reading, node: Node, scope: Scope): Expr {
  if (node.type !== "TaggedTemplateExpression") return r.unknown(node);
  return readTemplate(r, node.quasi as Node & { type: "TemplateLiteral" }, scope, true);
}

/** A template, part by part. @param bound values in its holes are sent beside the text */
export function readTemplate(
  r: Reading,
  node: Node & { type: "TemplateLiteral" },
  scope: Scope,
  bound = false,
): Expr {
  const parts: Expr[] = [];
  // In TypeScript's tree a chunk's range takes in the backtick or braces around it, in ESTree's not.
  const wide = node.quasis[0]?.start === node.start;
  node.quasis.forEach((quasi, index) => {
    const start = wide ? quasi.start + 1 : quasi.start;
    const end = wide ? quasi.end - (quasi.tail ? 1 : 2) : quasi.end;
    const runs = decode(r.file, r.source, start, end);
    if (runs.length) parts.push({ kind: "text", runs, at: { file: r.file, start, end } });
    const hole = node.expressions[index];
    if (!hole) return;
    const inner = r.read(hole as Node, scope);
    if (bound && inner.kind !== "sql")
      parts.push({ kind: "sql", hole: "value", of: [inner], at: r.at(hole as Node) });
    else
      parts.push(
        inner.kind === "text" || inner.kind === "concat" || inner.kind === "sql"
          ? inner
          : { kind: "alias", of: inner, at: r.at(hole as Node) },
      );
  });
  return parts.length === 1 && parts[0]?.kind === "text"
    ? parts[0]
    : { kind: "concat", parts, at: r.at(node) };
}

/** An object by its properties; what is spread into it and not known is kept as `...`. */
export function readObject(r: Reading, node: Node & { type: "ObjectExpression" }, scope: Scope): Expr {
  const entries: Record<string, Expr> = {};
  const keys: Record<string, Span> = {};
  const spreads: Expr[] = [];
  for (const property of node.properties) {
    if (property.type === "SpreadElement") {
      const spread = r.read(property.argument, scope);
      const inner = spread.kind === "alias" ? spread.of : spread;
      if (inner.kind === "object") {
        const { "...": open, ...rest } = inner.entries;
        Object.assign(entries, rest);
        Object.assign(keys, inner.keys);
        if (open) spreads.push(open);
      } else spreads.push(spread);
      continue;
    }
    const name = propertyName(property as Node);
    if (name === null || name === "__proto__") continue;
    entries[name] = r.read(property.value as Node, scope);
    keys[name] = r.at(property.key as Node);
  }
  const [only] = spreads;
  if (only) entries["..."] = spreads.length === 1 ? only : { kind: "array", items: spreads, at: r.at(node) };
  return { kind: "object", entries, keys, at: r.at(node) };
}

/** An argument, or the items of a list that is spread among the arguments. */
export function readArgument(r: Reading, node: Node, scope: Scope): Expr[] {
  if (node.type !== "SpreadElement") return [r.read(node, scope)];
  const spread = r.read(node.argument, scope);
  const inner = spread.kind === "alias" ? spread.of : spread;
  return inner.kind === "array" && inner.items.length ? inner.items : [r.unknown(node)];
}

/** What `...list` puts into a list: the items, or any of them where another module holds the list. */
export function spreadItems(r: Reading, node: Node & { type: "SpreadElement" }, scope: Scope): Expr[] {
  const list = r.read(node.argument, scope);
  const inner = list.kind === "alias" ? list.of : list;
  if (inner.kind === "array") return inner.items;
  if (inner.kind === "either")
    return inner.options.flatMap((option) => (option.kind === "array" ? option.items : [option]));
  return inner.kind === "import" || inner.kind === "member" || inner.kind === "call"
    ? [{ kind: "member", of: inner, property: EACH, at: r.at(node) }]
    : [r.unknown(node)];
}
