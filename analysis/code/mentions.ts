/** Where a file names a function of another, or of its own, read when the linker asks who calls it. */
import { loadedBy } from "./imports.ts";
import { scopeAt } from "./scope.ts";
import { readScopes } from "./scopes.ts";
import type { Node } from "./syntax.ts";
import { literalText, parse, propertyName, unwrap } from "./syntax.ts";

export interface Mention {
  /** The function in which it stands, as `Class.method` in classes; null at the top of the module. */
  by: string | null;
  /** The call, or the name alone where nothing is called. */
  start: number;
  end: number;
  called: boolean;
}

export interface Mentions {
  mentions: Mention[];
  /** The file hands on the name to those who import it. */
  passes: boolean;
  /** It is what the file exports by default, so that others may call it by any name. */
  isDefault: boolean;
}

/** The function's own name, or the module of which it is the default export. */
export type Sought = { name: string } | { defaultOf: string };

/** Names that pass on all of another module: `export * from`, `...require()`, `module.exports = require()`. */
const PASSES_ALL = /\bexport\s*\*\s*from\b|\.\.\.\s*require\s*\(|\bexports\s*=\s*require\s*\(/;

const NONE: Mentions = { mentions: [], passes: false, isDefault: false };

/** All but its declaration, its imports and its exports under its own name. */
export function readMentions(file: string, text: string, sought: Sought): Mentions {
  const passesAll = "name" in sought && PASSES_ALL.test(text);
  if ("name" in sought && !text.includes(sought.name)) return { ...NONE, passes: passesAll };
  const scopes = readScopes(parse(file, text).program);
  const { parents } = scopes;
  const found: Mentions = { mentions: [], passes: passesAll, isDefault: false };
  const names = new Set("name" in sought ? [sought.name] : []);
  if ("defaultOf" in sought) for (const node of parents.keys()) bound(node, sought.defaultOf);
  for (const [node, parent] of parents) {
    const name =
      node.type === "Identifier" || node.type === "JSXIdentifier"
        ? node.name
        : parent.type === "MemberExpression" && parent.property === node
          ? literalText(node)
          : null;
    if (name !== null && names.has(name)) look(node, parent);
  }
  return found;

  function mention(node: Node, call: Node | null = null): void {
    const { start, end } = call ?? node;
    found.mentions.push({ by: scopeAt(node, scopes).enclosing, start, end, called: call !== null });
  }

  function look(node: Node, parent: Node): void {
    switch (parent.type) {
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ClassDeclaration":
        if (parent.id !== node) break;
        if (parents.get(parent)?.type === "ExportDefaultDeclaration") found.isDefault = true;
        return;
      case "MethodDefinition":
      case "PropertyDefinition":
        if (parent.key === node && !parent.computed) return;
        break;
      case "VariableDeclarator":
        if (parent.id === node) return;
        break;
      case "ImportDefaultSpecifier":
      case "ImportNamespaceSpecifier":
        return;
      case "ImportSpecifier":
        if (parent.local.name === propertyOf(parent.imported as Node)) return;
        break;
      case "ExportSpecifier": {
        const exported = propertyOf(parent.exported as Node);
        if (exported === "default") found.isDefault = true;
        else if (exported === propertyOf(parent.local as Node)) found.passes = true;
        else break;
        return;
      }
      case "ExportDefaultDeclaration":
        found.isDefault = true;
        return;
      case "Property": {
        const key = parent.computed ? null : propertyName(parent as Node);
        const holder = parents.get(parent as Node);
        if (parent.key === node && !parent.computed) {
          // const { createTable: create } = …; elsewhere a key names what is called so.
          const value = parent.value as Node;
          if (holder?.type !== "ObjectPattern" || (value.type === "Identifier" && value.name === key)) return;
        } else if (names.has(key ?? "")) {
          if (holder?.type === "ObjectPattern") return;
          if (holder && isExports(holder)) {
            found.passes = true;
            return;
          }
        }
        break;
      }
      case "AssignmentExpression": {
        const target = parent.left as Node;
        if (target.type !== "MemberExpression" || parent.right !== node) break;
        if (propertyName(target) === "exports") found.isDefault = true;
        else if (propertyName(target) === (node as { name?: string }).name) found.passes = true;
        else break;
        return;
      }
      case "MemberExpression": {
        if (parent.property !== node) break;
        const outer = parents.get(parent as Node);
        // exports.createTable = …
        if (outer?.type === "AssignmentExpression" && outer.left === parent) return;
        mention(node, callOf(parent as Node));
        return;
      }
    }
    mention(node, callOf(node));
  }

  /** The call of what a node names. */
  function callOf(node: Node): Node | null {
    for (let at = node, outer = parents.get(at); outer; at = outer, outer = parents.get(at)) {
      if (outer.type === "CallExpression") return outer.callee === at ? outer : null;
      if (unwrap(outer) !== unwrap(at)) return null;
    }
    return null;
  }

  /** `module.exports = { … }`, `export default { … }`. */
  function isExports(object: Node): boolean {
    const holder = parents.get(object);
    if (holder?.type === "ExportDefaultDeclaration") return true;
    if (holder?.type !== "AssignmentExpression" || holder.left.type !== "MemberExpression") return false;
    return propertyName(holder.left as Node) === "exports";
  }

  /** What the file calls the default export of a module. */
  function bound(node: Node, specifier: string): void {
    if (node.type === "ImportDeclaration" && node.source.value === specifier)
      for (const item of node.specifiers) {
        if (item.type !== "ImportSpecifier" || propertyOf(item.imported as Node) === "default")
          names.add(item.local.name);
      }
    // export { default as createTable } from "./create-table.ts"
    const passed =
      (node.type === "ExportNamedDeclaration" &&
        node.specifiers.some((item) => propertyOf(item.local as Node) === "default")) ||
      (node.type === "ExportAllDeclaration" && node.exported !== null);
    if (passed && node.source?.value === specifier) mention(node);
    const source = loadedBy(node);
    if (!source || literalText(source) !== specifier) return;
    let outer = parents.get(node);
    while (outer && unwrap(outer) === node) outer = parents.get(outer);
    if (outer?.type === "VariableDeclarator" && outer.id.type === "Identifier") names.add(outer.id.name);
    else mention(node);
  }
}

function propertyOf(node: Node): string {
  return node.type === "Identifier" ? node.name : (literalText(node) ?? "");
}
