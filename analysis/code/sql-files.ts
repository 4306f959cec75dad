/**
 * SQL that code loads from a file by its path. The file's statements are read where they stand, so
 * what is loaded adds nothing but the edge from the code that loads it.
 */
import type { Expr } from "../model.ts";
import { moduleExport } from "./client-exports.ts";
import type { Reading } from "./reading.ts";
import type { Scope } from "./scope.ts";
import { lookup } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { literalText, propertyName, unwrap } from "./syntax.ts";

const READS = /^(?:readFileSync|readFile|readTextFile|readTextFileSync|file|QueryFile)$/;

const DEEPEST = 6;

/** Alternatives of one path beyond this many are not told apart. */
const MOST_PATHS = 16;

/** What leads to the file that a call loads, or to any of several; null for any other call. */
export function readSqlFile(r: Reading, node: Node, scope: Scope): Expr | null {
  const at = r.at(node);
  const options = sqlFilesOf(node, scope)?.map((specifier): Expr => {
    if (!r.loads.some((edge) => edge.at.start === at.start && edge.specifier === specifier))
      r.loads.push({ specifier, typeOnly: false, at, names: {} });
    return { kind: "import", specifier, name: "default", at };
  });
  const [only] = options ?? [];
  return !options || !only ? null : options.length === 1 ? only : { kind: "either", options, at };
}

/**
 * The paths of the `.sql` files any of whose texts a call gives, as import specifiers; null for any
 * other call, and where the path is not known.
 */
function sqlFilesOf(node: Node, scope: Scope): string[] | null {
  if (node.type !== "CallExpression" && node.type !== "NewExpression") return null;
  const callee = unwrap(node.callee as Node);
  const name = callee.type === "Identifier" ? callee.name : propertyName(callee);
  // Bun.file("q.sql").text()
  if (name === "text" && callee.type === "MemberExpression")
    return sqlFilesOf(unwrap(callee.object as Node), scope);
  const known = name === null || READS.test(name) ? name : (moduleExport(callee, scope)?.name ?? null);
  if (known === null || !READS.test(known)) return null;
  const [first] = node.arguments;
  const paths = first ? pathsOf(first as Node, scope, 0) : null;
  if (!paths?.every((path) => /\.sql$/i.test(path))) return null;
  return paths.map((path) => (/^\.{0,2}\//.test(path) ? path : `./${path}`));
}

/** Any of the paths, as far as they stand in the code; what says where the code itself lies is the empty text. */
function pathsOf(given: Node, scope: Scope, depth: number): string[] | null {
  const node = unwrap(given);
  const next = (inner: Node, at: Scope = scope) => pathsOf(inner, at, depth + 1);
  if (depth > DEEPEST) return null;
  const text = literalText(node);
  if (text !== null) return [text];
  switch (node.type) {
    case "Identifier": {
      if (node.name === "__dirname") return [""];
      const binding = lookup(scope, node.name);
      return binding?.init && binding.path?.length === 0 && !binding.imported && binding.writes.length === 0
        ? next(binding.init, binding.scope)
        : null;
    }
    case "MemberExpression":
      return /^(?:dir|dirname|url)$/.test(propertyName(node) ?? "") ? [""] : null;
    case "ConditionalExpression": {
      const [one, other] = [next(node.consequent), next(node.alternate)];
      return one && other && [...one, ...other];
    }
    case "TemplateLiteral":
      return combined(
        node.quasis.flatMap((quasi, index) => {
          const hole = node.expressions[index];
          return [[quasi.value.cooked ?? ""], ...(hole ? [next(hole as Node)] : [])];
        }),
        glued,
      );
    case "BinaryExpression":
      return node.operator === "+" ? combined([next(node.left as Node), next(node.right)], glued) : null;
    case "NewExpression":
    case "CallExpression": {
      const callee = unwrap(node.callee as Node);
      const name = callee.type === "Identifier" ? callee.name : propertyName(callee);
      const args = node.arguments.map((argument) => argument as Node);
      if (name === "URL" && args[0]) return next(args[0]);
      if (name === "fileURLToPath" || name === "dirname") return args[0] ? next(args[0]) : null;
      if (name === "cwd") return [""];
      if (name !== "join" && name !== "resolve") return null;
      return combined(
        args.map((argument) => next(argument)),
        (parts) => parts.filter(Boolean).join("/"),
      );
    }
    default:
      return null;
  }
}

/** Each way of taking one alternative of every part; null where a part is not known. */
function combined(parts: readonly (string[] | null)[], whole: (chosen: string[]) => string): string[] | null {
  let ways: string[][] = [[]];
  for (const part of parts) {
    if (!part || ways.length * part.length > MOST_PATHS) return null;
    ways = ways.flatMap((way) => part.map((text) => [...way, text]));
  }
  return ways.map(whole);
}

function glued(parts: readonly string[]): string {
  const text = parts.join("");
  return text.startsWith("/") ? `.${text}` : text;
}
