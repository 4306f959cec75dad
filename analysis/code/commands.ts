/** PostgreSQL's own programs that create or drop databases and roles, started from code. */
import type { DatabaseAct } from "../model.ts";
import type { FileScopes } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { propertyName, unwrap } from "./syntax.ts";

const STARTS =
  /^(?:\$|exec|execSync|execa|execaSync|execaCommand|execFile|execFileSync|spawn|spawnSync|fork|command)$/;
const PROGRAM = /(?:^|[\s;&|/(])(createdb|dropdb|createuser|dropuser)(?:\s+(?:-\S+\s+)*([\w-]+))?/;

/** `exec("createdb x")`, `spawn("createdb", ["x"])`, Bun's and zx's `$` templates. */
export function readCommands(file: string, scopes: FileScopes): DatabaseAct[] {
  const found: DatabaseAct[] = [];
  for (const { node } of scopes.candidates) {
    const callee =
      node.type === "TaggedTemplateExpression"
        ? node.tag
        : node.type === "CallExpression"
          ? node.callee
          : null;
    if (!callee || !STARTS.test(lastName(callee as Node))) continue;
    const texts =
      node.type === "TaggedTemplateExpression"
        ? node.quasi.quasis.map((quasi) => quasi.value.raw)
        : argumentTexts(node);
    const match = PROGRAM.exec(texts.join(" "));
    if (!match) continue;
    found.push({
      act: (match[1] ?? "").toUpperCase(),
      name: match[2] ?? null,
      at: { file, start: node.start, end: node.end },
    });
  }
  return found;
}

function argumentTexts(node: Node): string[] {
  if (node.type !== "CallExpression") return [];
  return node.arguments.flatMap((argument) => {
    const inner = unwrap(argument as Node);
    const items = inner.type === "ArrayExpression" ? inner.elements : [inner];
    return items.flatMap((item) => {
      if (item?.type === "Literal" && typeof item.value === "string") return [item.value];
      return item?.type === "TemplateLiteral" ? [item.quasis.map((quasi) => quasi.value.raw).join(" ")] : [];
    });
  });
}

function lastName(node: Node): string {
  const inner = unwrap(node);
  if (inner.type === "MemberExpression") return propertyName(inner) ?? "";
  return inner.type === "Identifier" ? inner.name : "";
}
