/**
 * SQL that code loads from a file by its path. The file's statements are read where they stand, so
 * what is loaded adds nothing but the edge from the code that loads it.
 */
import type { Expr } from "../model.ts";
import { moduleExport } from "./evidence.ts";
import type { Reading } from "./reading.ts";
import type { Scope } from "./scope.ts";
import { lookup } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { literalText, propertyName, unwrap } from "./syntax.ts";

const READS = /^(?:readFileSync|readFile|readTextFile|readTextFileSync|file|QueryFile)$/;

const DEEPEST = 6;

/** What leads to the file that a call loads; null for any other call. */
export function readSqlFile(r: Reading, node: Node, scope: Scope): Expr | null {
  const specifier = sqlFileOf(node, scope);
  if (specifier === null) return null;
  const at = r.at(node);
  if (!r.loads.some((edge) => edge.at.start === at.start))
    r.loads.push({ specifier, typeOnly: false, at, names: {} });
  return { kind: "import", specifier, name: "default", at };
}

/**
 * The path of the `.sql` file whose text a call gives, as an import specifier; null for any other call,
 * and where the path is not known.
 */
function sqlFileOf(node: Node, scope: Scope): string | null {
  if (node.type !== "CallExpression" && node.type !== "NewExpression") return null;
  const callee = unwrap(node.callee as Node);
  const name = callee.type === "Identifier" ? callee.name : propertyName(callee);
  // Bun.file("q.sql").text()
  if (name === "text" && callee.type === "MemberExpression")
    return sqlFileOf(unwrap(callee.object as Node), scope);
  const known = name === null || READS.test(name) ? name : (moduleExport(callee, scope)?.name ?? null);
  if (known === null || !READS.test(known)) return null;
  const [first] = node.arguments;
  const path = first ? pathOf(first as Node, scope, 0) : null;
  if (path === null || !/\.sql$/i.test(path)) return null;
  return /^\.{0,2}\//.test(path) ? path : `./${path}`;
}

/** A path as far as it stands in the code; what says where the code itself lies is the empty text. */
function pathOf(given: Node, scope: Scope, depth: number): string | null {
  const node = unwrap(given);
  const next = (inner: Node, at: Scope = scope) => pathOf(inner, at, depth + 1);
  if (depth > DEEPEST) return null;
  const text = literalText(node);
  if (text !== null) return text;
  switch (node.type) {
    case "Identifier": {
      if (node.name === "__dirname") return "";
      const binding = lookup(scope, node.name);
      return binding?.init && binding.path?.length === 0 && !binding.imported && binding.writes.length === 0
        ? next(binding.init, binding.scope)
        : null;
    }
    case "MemberExpression":
      return /^(?:dir|dirname|url)$/.test(propertyName(node) ?? "") ? "" : null;
    case "TemplateLiteral":
      return joined(
        node.quasis.flatMap((quasi, index) => {
          const hole = node.expressions[index];
          return [quasi.value.cooked ?? "", ...(hole ? [next(hole as Node)] : [])];
        }),
      );
    case "BinaryExpression":
      return node.operator === "+" ? joined([next(node.left as Node), next(node.right)]) : null;
    case "NewExpression":
    case "CallExpression": {
      const callee = unwrap(node.callee as Node);
      const name = callee.type === "Identifier" ? callee.name : propertyName(callee);
      const args = node.arguments.map((argument) => argument as Node);
      if (name === "URL" && args[0]) return next(args[0]);
      if (name === "fileURLToPath" || name === "dirname") return args[0] ? next(args[0]) : null;
      if (name === "cwd") return "";
      if (name !== "join" && name !== "resolve") return null;
      const parts = args.map((argument) => next(argument));
      return parts.includes(null) ? null : parts.filter(Boolean).join("/");
    }
    default:
      return null;
  }
}

function joined(parts: readonly (string | null)[]): string | null {
  const text = parts.includes(null) ? null : parts.join("");
  return text?.startsWith("/") ? `.${text}` : (text ?? null);
}
