/**
 * From syntax to {@link Expr}: what the evaluator can follow once the tree is gone.
 *
 * Names are followed within the file at once (constants, fields, functions that return one
 * expression); what comes from another module or a parameter is left for the linker.
 */
import type { Expr, ImportEdge, Span } from "../model.ts";
import type { Adapter } from "./adapters/adapter.ts";
import { readClass } from "./classes.ts";
import { decode } from "./decode.ts";
import { clientOf } from "./evidence.ts";
import { readCall, sqlAdapter } from "./expression-calls.ts";
import { readFunction } from "./expression-functions.ts";
import { readMember } from "./expression-members.ts";
import { readIdentifier } from "./expression-names.ts";
import { fallenBack } from "./expression-outside.ts";
import { readOwn } from "./expression-own.ts";
import { readRoot, readType } from "./expression-roots.ts";
import { readArgument, readObject, readTagged, readTemplate, spreadItems } from "./expression-templates.ts";
import { added, excerpt, isAwaited, isNumber, isRaw, isWritten, looksLikeTag } from "./expression-words.ts";
import { opensLikeSql } from "./opening.ts";
import type { Reading } from "./reading.ts";
import type { FileScopes, Scope } from "./scope.ts";
import { readSqlFile } from "./sql-files.ts";
import type { Node } from "./syntax.ts";
import { literalText, unwrap } from "./syntax.ts";

export interface ExpressionReader {
  /** Boils a node down. */
  read(node: Node, scope: Scope): Expr;
  /** Arguments, one after the other: a list that is spread among them is taken apart. */
  list(nodes: readonly Node[], scope: Scope): Expr[];
  /** An SQL tag's chunks and holes: what stands in a hole is bound as a value, unless it is SQL itself. */
  tagged(node: Node, scope: Scope): Expr;
  /** The adapter that reads a tag or a callee: by evidence, else by the name `sql`. */
  sqlAdapter(node: Node, scope: Scope): { adapter: Adapter; certain: boolean } | null;
  /** The value at the beginning of a chain of calls, with its type where nothing else is known of it. */
  root(node: Node, scope: Scope): Expr;
  /** What a type that the module declares says of a value, where it is a client's or `typeof` one. */
  type(name: Node): Expr | null;
  /** What leads to the SQL file that a client's call loads and runs. */
  file(call: Node, scope: Scope): Expr;
  /** The SQL files that were loaded by what has been read. */
  readonly loads: readonly ImportEdge[];
  /** A call or class that may define a table: as long as it may be, with other definitions left as names. */
  definition(node: Node, scope: Scope): Expr;
}

const DEEPEST = 14;

/** Steps that one expression may take to follow: beyond it, what is left is said to be unknown. */
const MOST_STEPS = 600;

/** The same for the definition of a table, which has as many columns as it has. */
const MOST_STEPS_OF_DEFINITION = 8000;

/** Reads a file's expressions into values that the linker can follow, within bounds of depth and work. */
export function expressionReader(file: string, source: string, scopes: FileScopes): ExpressionReader {
  const active = new Set<Node>();
  let depth = 0;
  let steps = 0;
  let budget = MOST_STEPS;

  const at = (node: Node): Span => ({ file, start: node.start, end: node.end });
  const unknown = (node: Node, reason?: string): Expr => ({
    kind: "unknown",
    reason: reason ?? `\`${excerpt(source, node)}\` is not known before it runs`,
    at: at(node),
  });
  const r: Reading = { file, source, scopes, given: new Map(), loads: [], at, unknown, read };

  /** @param along along a chain of calls: however many there are, they are one expression */
  function read(given: Node, scope: Scope, along = false): Expr {
    const node = unwrap(given);
    if (depth === 0) steps = 0;
    if (depth > DEEPEST || ++steps > budget || active.has(node)) return unknown(node);
    if (!along) depth++;
    active.add(node);
    try {
      const value = boil(node, scope);
      return isAwaited(given) ? awaited(value) : value;
    } finally {
      if (!along) depth--;
      active.delete(node);
    }
  }

  function definition(node: Node, scope: Scope): Expr {
    budget = MOST_STEPS_OF_DEFINITION;
    try {
      return read(node, scope);
    } finally {
      budget = MOST_STEPS;
    }
  }

  function boil(node: Node, scope: Scope): Expr {
    switch (node.type) {
      case "Literal":
        if (typeof node.value === "string")
          return { kind: "text", runs: decode(file, source, node.start + 1, node.end - 1), at: at(node) };
        if (typeof node.value === "number")
          return {
            kind: "text",
            runs: [{ kind: "text", text: String(node.value), at: at(node) }],
            at: at(node),
          };
        return unknown(node);
      case "TemplateLiteral":
        return readTemplate(r, node, scope);
      case "ImportExpression": {
        const specifier = literalText(node.source as Node);
        return specifier === null ? unknown(node) : { kind: "import", specifier, name: "*", at: at(node) };
      }
      case "TaggedTemplateExpression": {
        if (isRaw(node.tag as Node))
          return readTemplate(r, node.quasi as Node & { type: "TemplateLiteral" }, scope);
        if (!sqlAdapter(r, node.tag as Node, scope) && !looksLikeTag(node.tag as Node))
          // dedent`select …` is the text that it holds, as far as tables go.
          return opensLikeSql(node, scope)
            ? readTemplate(r, node.quasi as Node & { type: "TemplateLiteral" }, scope)
            : unknown(node);
        return { kind: "sql", hole: "fragment", of: [readTagged(r, node, scope)], at: at(node) };
      }
      case "BinaryExpression": {
        if (node.operator !== "+") return unknown(node);
        const operands = added(node);
        const parts = operands.map((operand) => read(operand, scope));
        // `$${values.length + 1}` counts: a number makes text of nothing but text.
        const counts = operands.some(isNumber);
        return counts && !parts.some(isWritten) ? unknown(node) : { kind: "concat", parts, at: at(node) };
      }
      case "ConditionalExpression":
        return {
          kind: "either",
          options: [read(node.consequent, scope), read(node.alternate, scope)],
          at: at(node),
        };
      case "LogicalExpression": {
        const right = read(node.right, scope);
        if (node.operator === "&&")
          return { kind: "either", options: [right, { kind: "text", runs: [], at: at(node) }], at: at(node) };
        const left = read(node.left, scope);
        return (
          fallenBack(r, left, right, node.right) ?? { kind: "either", options: [left, right], at: at(node) }
        );
      }
      case "SequenceExpression": {
        const last = node.expressions.at(-1);
        return last ? read(last, scope) : unknown(node);
      }
      case "AssignmentExpression":
        return read(node.right, scope);
      case "ArrayExpression":
        return {
          kind: "array",
          items: node.elements.flatMap((item) =>
            item?.type === "SpreadElement"
              ? spreadItems(r, item as Node & { type: "SpreadElement" }, scope)
              : item
                ? [read(item as Node, scope)]
                : [],
          ),
          at: at(node),
        };
      case "SpreadElement":
        return unknown(node);
      case "ObjectExpression":
        return readObject(r, node, scope);
      case "Identifier":
        return readIdentifier(r, node, scope);
      case "MemberExpression":
        return readMember(r, node, scope);
      case "CallExpression":
        return readCall(r, node, scope);
      case "NewExpression": {
        const loaded = readSqlFile(r, node, scope);
        if (loaded) return loaded;
        const adapter = clientOf(node, scope, scopes);
        if (adapter && !adapter.chain) return { kind: "client", adapter: adapter.name, at: at(node) };
        const args = node.arguments.map((argument) => read(argument as Node, scope));
        const made: Expr = { kind: "new", callee: read(node.callee as Node, scope), args, at: at(node) };
        return adapter ? { kind: "client", adapter: adapter.name, made, at: at(node) } : made;
      }
      case "ArrowFunctionExpression":
      case "FunctionExpression":
      case "FunctionDeclaration":
        return readFunction(r, node);
      case "ClassDeclaration":
      case "ClassExpression":
        return readClass(file, node, scope, scopes, read);
      case "ThisExpression":
      case "Super":
        return readOwn(r, node) ?? unknown(node);
      default:
        return unknown(node);
    }
  }

  return {
    read,
    definition,
    loads: r.loads,
    file: (call, scope) =>
      readSqlFile(r, call, scope) ?? unknown(call, "it is not known which .sql file it loads"),
    list: (nodes, scope) => nodes.flatMap((node) => readArgument(r, node, scope)),
    tagged: (node, scope) => readTagged(r, node, scope),
    sqlAdapter: (node, scope) => sqlAdapter(r, node, scope),
    root: (node, scope) => readRoot(r, node, scope),
    type: (name) => readType(r, name),
  };
}

/** A call that is awaited, behind the function that makes it, too. */
function awaited(value: Expr): Expr {
  if (value.kind === "call") return { ...value, awaited: true };
  return value.kind === "alias" ? { ...value, of: awaited(value.of) } : value;
}
