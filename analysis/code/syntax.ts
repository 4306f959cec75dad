/** One parse of one file, and the few views of its tree that everything else here needs. */
import type { Comment, Node, Program } from "oxc-parser";
import { parseSync, visitorKeys } from "oxc-parser";
import type { InputProblem } from "../model.ts";
import type { ModuleRecord } from "./module-record.ts";
import { openRawParser, type Parsed, type RawParser } from "./raw-parser.ts";
import { COMPONENT, scriptsOf } from "./script-blocks.ts";

export type { Comment, Node, Program } from "oxc-parser";
export { visitorKeys } from "oxc-parser";

export interface Syntax {
  /** Crosses over from the parser when it is first asked for; so do the comments. */
  readonly program: Program;
  readonly comments: Comment[];
  /** Imports and exports, without the tree. */
  readonly module: ModuleRecord;
  errors: { message: string; start: number }[];
}

const LANGUAGES = {
  ts: "ts",
  mts: "ts",
  cts: "ts",
  tsx: "tsx",
  js: "jsx",
  mjs: "jsx",
  cjs: "jsx",
  jsx: "jsx",
} as const;

/** Parses a file as its name says; plain JavaScript may hold JSX, a component its scripts alone. */
export function parse(file: string, text: string): Syntax {
  const result = parsed(file, text);
  const errors = result.errors
    .filter((error) => error.severity === "Error")
    .map((error) => ({ message: error.message, start: error.labels[0]?.start ?? 0 }));
  return {
    errors,
    get program() {
      return result.program;
    },
    get comments() {
      return result.comments;
    },
    get module() {
      return result.module;
    },
  };
}

/** Whether a text by itself is a module's. */
export function parses(file: string, text: string): boolean {
  return parsed(file, text).errors.every(({ severity }) => severity !== "Error");
}

function parsed(file: string, text: string): Parsed {
  const extension = file.slice(file.lastIndexOf(".") + 1) as keyof typeof LANGUAGES;
  const scripts = COMPONENT.test(file) ? scriptsOf(file, text) : null;
  return (inBulk?.parse ?? parseSync)(file, scripts?.text ?? text, {
    lang: scripts?.language ?? LANGUAGES[extension] ?? "ts",
    sourceType: extension === "cjs" ? "commonjs" : "module",
  });
}

let inBulk: RawParser | null = null;

/** Fewer files are parsed before {@link openRawParser} has made itself ready. */
export const WORTH_BULK = 100;

/** Many files are to be parsed, until what is returned is disposed of. */
export function parseInBulk(): Disposable {
  const opened = inBulk ? null : openRawParser();
  inBulk ??= opened;
  return {
    [Symbol.dispose]: () => {
      if (!opened) return;
      inBulk = null;
      opened[Symbol.dispose]();
    },
  };
}

/** A syntax error as the input problem that it is: not all of the file could be read. */
export function syntaxProblem(
  file: string,
  syntax: Syntax,
  lineStarts: readonly number[],
): InputProblem | null {
  const error = syntax.errors[0];
  if (!error || syntax.program.body.length > 0) return null;
  let line = lineStarts.findIndex((start) => start > error.start);
  if (line < 0) line = lineStarts.length;
  return {
    file,
    message: `syntax error: ${error.message}`,
    line,
    column: error.start - (lineStarts[line - 1] ?? 0) + 1,
  };
}

/** The node's children, in source order. */
export function* children(node: Node): Generator<Node> {
  const record = node as unknown as Record<string, unknown>;
  for (const key of visitorKeys[node.type] ?? []) {
    const value = record[key];
    if (Array.isArray(value)) {
      for (const item of value) if (item) yield item as Node;
    } else if (value) yield value as Node;
  }
}

/** The node without what TypeScript and `await` wrap around it: `(x as T)!`, `x satisfies T`, `await x`. */
export function unwrap(node: Node): Node {
  for (;;) {
    switch (node.type) {
      case "TSAsExpression":
      case "TSSatisfiesExpression":
      case "TSNonNullExpression":
      case "TSTypeAssertion":
      case "TSInstantiationExpression":
      case "ParenthesizedExpression":
      case "ChainExpression":
        node = node.expression;
        break;
      case "AwaitExpression":
        node = node.argument;
        break;
      default:
        return node;
    }
  }
}

export type FunctionNode = Node & {
  type: "FunctionDeclaration" | "FunctionExpression" | "ArrowFunctionExpression";
};

/** Whether a node is a function that has a body of its own. */
export function isFunction(node: Node): node is FunctionNode {
  return (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression"
  );
}

/** `a.b` and `a["b"]` alike; null where the name is computed. */
export function propertyName(node: Node): string | null {
  if (node.type === "MemberExpression") {
    if (!node.computed && (node.property.type === "Identifier" || node.property.type === "PrivateIdentifier"))
      return node.property.name;
    return literalText(node.property);
  }
  if (
    node.type === "Property" ||
    node.type === "PropertyDefinition" ||
    node.type === "TSAbstractPropertyDefinition" ||
    node.type === "MethodDefinition"
  ) {
    const key = node.key as Node;
    if (!node.computed && (key.type === "Identifier" || key.type === "PrivateIdentifier")) return key.name;
    return literalText(key);
  }
  return null;
}

/** A string literal's or a plain template's text. */
export function literalText(node: Node): string | null {
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (node.type === "TemplateLiteral" && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? null;
  return null;
}
