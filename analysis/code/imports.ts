/** What a file imports, and what it exports as expressions that others may follow. */
import type { Expr, ImportEdge, Span } from "../model.ts";
import { isCheckedByModule } from "./checks.ts";
import type { ExpressionReader } from "./expression.ts";
import type { FileScopes } from "./scope.ts";
import type { Node, Program } from "./syntax.ts";
import { literalText, propertyName } from "./syntax.ts";

/** The entry of a file's exports that is the module itself, where it exports one value: `module.exports = x`. */
export const WHOLE = "=";

/** The entry of a file's exports that lists the modules of its `export * from`. */
export const STARS = "*";

/**
 * Import and re-export declarations, `import()`, `require()`, and files that are named relative to the
 * module: `new URL("./worker.ts", import.meta.url)`. TypeScript drops an import whose names are used
 * as types alone, whether it says so or not; but decorators make values of their classes' types.
 */
export function readImports(file: string, program: Program, scopes: FileScopes): ImportEdge[] {
  const edges: ImportEdge[] = [];
  const drops = /\.(?:[cm]?ts|tsx)$/.test(file) && !scopes.decorated;
  const isType = (item: { local: { name: string } }) => drops && !scopes.used.has(item.local.name);
  const at = (node: Node): Span => ({ file, start: node.start, end: node.end });
  for (const node of program.body as Node[]) {
    if (node.type === "ImportDeclaration") {
      const runtime = node.specifiers.filter(
        (item) => (item.type !== "ImportSpecifier" || item.importKind !== "type") && !isType(item),
      );
      const typeOnly = node.importKind === "type" || (node.specifiers.length > 0 && runtime.length === 0);
      const names: Record<string, string> = {};
      for (const item of node.specifiers)
        names[item.local.name] =
          item.type === "ImportDefaultSpecifier"
            ? "default"
            : item.type === "ImportNamespaceSpecifier"
              ? "*"
              : exportName(item.imported as Node);
      edges.push({ specifier: node.source.value, typeOnly, at: at(node.source as Node), names });
    } else if (
      node.type === "ExportAllDeclaration" ||
      (node.type === "ExportNamedDeclaration" && node.source)
    ) {
      const source = node.source as Node & { value: string };
      edges.push({
        specifier: source.value,
        typeOnly: node.exportKind === "type" || (node.type === "ExportNamedDeclaration" && typesAlone(node)),
        at: at(source),
        names: {},
      });
    } else if (
      node.type === "TSImportEqualsDeclaration" &&
      node.moduleReference.type === "TSExternalModuleReference"
    ) {
      const source = node.moduleReference.expression;
      edges.push({
        specifier: source.value,
        typeOnly: node.importKind === "type" || isType({ local: node.id }),
        at: at(source as Node),
        names: { [node.id.name]: "*" },
      });
    }
  }
  for (const { node } of scopes.candidates) {
    const source =
      loadedBy(node) ?? (node.type === "NewExpression" && isModuleUrl(node) ? node.arguments[0] : null);
    const specifier = source ? literalText(source as Node) : null;
    if (source && specifier !== null)
      edges.push({ specifier, typeOnly: false, at: at(source as Node), names: {} });
  }
  return edges;
}

/** What `import()` or `require()` loads; null for any other expression. */
export function loadedBy(node: Node): Node | null {
  if (node.type === "ImportExpression") return node.source as Node;
  if (node.type !== "CallExpression" || node.callee.type !== "Identifier") return null;
  return node.callee.name === "require" ? ((node.arguments[0] as Node | undefined) ?? null) : null;
}

function typesAlone(node: Node & { type: "ExportNamedDeclaration" }): boolean {
  return node.specifiers.length > 0 && node.specifiers.every((item) => item.exportKind === "type");
}

function isModuleUrl({ callee, arguments: [, base] }: Node & { type: "NewExpression" }): boolean {
  return (
    callee.type === "Identifier" &&
    callee.name === "URL" &&
    base?.type === "MemberExpression" &&
    base.object.type === "MetaProperty"
  );
}

/** Exported constants and re-exports, by exported name. */
export function readExports(
  program: Program,
  scopes: FileScopes,
  expressions: ExpressionReader,
  file: string,
): Record<string, Expr> {
  const found: Record<string, Expr> = {};
  const stars: Expr[] = [];
  const read = (node: Node) =>
    // Of an object, each entry is an export of its own.
    settled(expressions[node.type === "ObjectExpression" ? "definition" : "read"](node, scopes.root), 0);
  /** What the module has checked before anybody else can import it. */
  const settled = (expr: Expr, depth: number): Expr => {
    if (depth > 4) return expr;
    if (expr.kind === "alias") return { ...expr, of: settled(expr.of, depth + 1) };
    if (expr.kind === "either")
      return { ...expr, options: expr.options.map((option) => settled(option, depth + 1)) };
    if (expr.kind === "object") {
      const entries = Object.entries(expr.entries).map(([key, entry]) => [key, settled(entry, depth + 1)]);
      return { ...expr, entries: Object.fromEntries(entries) };
    }
    if (expr.kind !== "env" || expr.checked || expr.variable === "*") return expr;
    return { ...expr, checked: isCheckedByModule(expr.variable, program as unknown as Node, scopes) };
  };
  for (const node of program.body as Node[]) {
    if (node.type === "ExportDefaultDeclaration") found["default"] = read(node.declaration as Node);
    if (node.type === "ExportAllDeclaration") {
      const at = { file, start: node.start, end: node.end };
      const whole: Expr = { kind: "import", specifier: node.source.value, name: "*", at };
      if (node.exported) found[exportName(node.exported as Node)] = whole;
      else stars.push(whole);
    }
    if (node.type === "ExpressionStatement") assigned(node.expression as Node);
    if (node.type === "TSExportAssignment") put("", read(node.expression as Node));
    if (node.type !== "ExportNamedDeclaration") continue;
    if (node.declaration?.type === "VariableDeclaration")
      for (const item of node.declaration.declarations)
        for (const name of boundNames(item.id as Node)) found[name.name] = read(name);
    else if (node.declaration && "id" in node.declaration && node.declaration.id?.type === "Identifier") {
      const type = expressions.type(node.declaration.id);
      const { name } = node.declaration.id;
      if (!isType(node.declaration as Node)) found[name] = read(node.declaration.id);
      else if (type && !found[name]) found[name] = type;
    }
    for (const item of node.specifiers) {
      const local = exportName(item.local as Node);
      found[exportName(item.exported as Node)] = node.source
        ? {
            kind: "import",
            specifier: node.source.value,
            name: local,
            at: { file, start: item.start, end: item.end },
          }
        : read(item.local as Node);
    }
  }
  if (found[WHOLE] && !found["default"]) found["default"] = found[WHOLE];
  if (stars.length) found[STARS] = { kind: "array", items: stars, at: { file, start: 0, end: 0 } };
  return found;

  /** `module.exports = x`, `module.exports = { x }`, `exports.x = …`, `export = x`: CommonJS. */
  function assigned(node: Node): void {
    if (node.type !== "AssignmentExpression" || node.left.type !== "MemberExpression") return;
    const target = commonName(node.left as Node);
    if (target === null) return;
    // exports = module.exports = x
    const value =
      node.right.type === "AssignmentExpression" ? (node.right.right as Node) : (node.right as Node);
    put(target, read(value));
  }

  function put(target: string, value: Expr): void {
    if (target !== "") found[target] = value;
    else if (value.kind === "object") Object.assign(found, value.entries, { default: value });
    else found[WHOLE] = value;
  }
}

function isType(node: Node): boolean {
  return node.type === "TSTypeAliasDeclaration" || node.type === "TSInterfaceDeclaration";
}

/** The name under which an assignment exports: empty for the whole module, null where it exports nothing. */
function commonName(left: Node): string | null {
  if (left.type !== "MemberExpression") return null;
  const name = propertyName(left) ?? "";
  const object = left.object as Node;
  if (object.type === "Identifier" && object.name === "module" && name === "exports") return "";
  if (object.type === "Identifier" && object.name === "exports") return name;
  return object.type === "MemberExpression" && commonName(object) === "" ? name : null;
}

function exportName(node: Node): string {
  return node.type === "Identifier" ? node.name : (literalText(node) ?? "");
}

/** The identifiers that a pattern binds. */
function boundNames(pattern: Node): (Node & { type: "Identifier" })[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern];
    case "AssignmentPattern":
      return boundNames(pattern.left as Node);
    case "RestElement":
      return boundNames(pattern.argument as Node);
    case "ObjectPattern":
      return pattern.properties.flatMap((item) =>
        boundNames((item.type === "RestElement" ? item.argument : item.value) as Node),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((item) => (item ? boundNames(item as Node) : []));
    default:
      return [];
  }
}
