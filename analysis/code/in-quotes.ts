/** Whether what fills a hole of a template stands within a string of its SQL. */
import { END, Lexer, STRING } from "../sql/lexer.ts";
import type { FileScopes } from "./scope.ts";
import type { Node } from "./syntax.ts";

/** It fills a hole of a tagged template that stands in a string: `interval '${sql.unsafe(days)} days'`. */
export function inQuotes(node: Node, { parents }: FileScopes): boolean {
  const template = parents.get(node);
  if (template?.type !== "TemplateLiteral") return false;
  if (parents.get(template)?.type !== "TaggedTemplateExpression") return false;
  const index = template.expressions.findIndex((hole) => (hole as Node) === node);
  const before = template.quasis.slice(0, index + 1).map(({ value }) => value.cooked ?? value.raw);
  return index >= 0 && endsInString(before.join("h"));
}

function endsInString(text: string): boolean {
  const lexer = new Lexer(text);
  let kind = lexer.next();
  let open = false;
  for (; kind !== END; kind = lexer.next()) open = kind === STRING && lexer.open;
  return open;
}
