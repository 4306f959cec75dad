/** What a comment in code stands before. */
import type { Node } from "./syntax.ts";
import { children } from "./syntax.ts";

interface Range {
  start: number;
  end: number;
}

/**
 * The node that begins next after a comment, within what holds the comment: a statement of the same
 * block, a member of the same class, an item of the same list or object, an element of the same JSX.
 * Null where the comment is the last thing there.
 */
export function nextNode(program: Node): (comment: Range) => Range | null {
  return (comment) => {
    const holders = [program];
    for (let node: Node | null = program; node; ) {
      node =
        [...children(node)].find((inner) => inner.start <= comment.start && comment.end <= inner.end) ?? null;
      if (node) holders.push(node);
    }
    let after = comment.end;
    let holder = holders.pop() ?? program;
    // `{/* … */}` in JSX is an element's child that holds nothing else.
    while (holder.type === "JSXEmptyExpression" || isEmptyContainer(holder)) {
      after = holder.end;
      holder = holders.pop() ?? program;
    }
    const next = first([...children(holder)], after);
    if (!next) return null;
    const start = next.start;
    // A step of a chain goes on to the end of its call.
    if (holder.type === "MemberExpression" && holder.property === next) {
      const call = holders.at(-1);
      return { start, end: call?.type === "CallExpression" ? call.end : holder.end };
    }
    // Between a keyword and the name: the whole of what is declared.
    if ("id" in holder && holder.id === next && holder.type !== "VariableDeclarator")
      return { start, end: holder.end };
    return { start, end: next.end };
  };
}

function isEmptyContainer(node: Node): boolean {
  return node.type === "JSXExpressionContainer" && node.expression.type === "JSXEmptyExpression";
}

/** The one that begins first; of several that begin there, the widest. */
function first(nodes: readonly Node[], after: number): Node | null {
  let found: Node | null = null;
  for (const node of nodes) {
    if (node.start < after || (node.type === "JSXText" && node.value.trim() === "")) continue;
    if (!found || node.start < found.start || (node.start === found.start && node.end > found.end))
      found = node;
  }
  return found;
}
