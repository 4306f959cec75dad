/** The calls of a file by the name of what they call, and what its methods give: read when the linker asks for them. */
import type { Expr } from "../model.ts";
import { superClassOf } from "./classes.ts";
import { moduleExport } from "./client-exports.ts";
import { clientOf } from "./evidence.ts";
import { expressionReader } from "./expression.ts";
import { EACH } from "./expression-words.ts";
import type { Candidate, FileScopes, Scope } from "./scope.ts";
import { EACH_ITEM, scopeAt } from "./scope.ts";
import { readScopes } from "./scopes.ts";
import type { Node } from "./syntax.ts";
import { isFunction, parse, propertyName, unwrap } from "./syntax.ts";

export interface CallReader {
  /** Arguments of each call; only calls on an object where `method` says so. Constructors are called `new Name`. */
  callsOf(name: string, method: boolean): Expr[][];
  /** What a class's method is: a function with its result; null where the file has none of the name. */
  methodOf(owner: string, name: string): Expr | null;
}

/** Reads a file for whoever asks what its calls hand to a function. */
export function readCalls(file: string, text: string): CallReader {
  const { program } = parse(file, text);
  const scopes = readScopes(program);
  const expressions = expressionReader(file, text, scopes);
  const byName = new Map<string, { candidate: Candidate; method: boolean }[]>();
  /** Lists whose items are handed to a function by its name, one after another: `tables.map(drop)`. */
  const handedEach = new Map<string, { list: Node; scope: Scope }[]>();
  for (const candidate of scopes.candidates) {
    if (candidate.node.type !== "CallExpression" && candidate.node.type !== "NewExpression") continue;
    const callee = unwrap(candidate.node.callee as Node);
    const method = callee.type === "MemberExpression" && candidate.node.type === "CallExpression";
    const each = handedTo(candidate.node);
    if (each)
      handedEach.set(each.name, [
        ...(handedEach.get(each.name) ?? []),
        { list: each.list, scope: candidate.scope },
      ]);
    const constructed = constructedName(candidate.node, scopes);
    const name =
      constructed !== null
        ? `new ${constructed}`
        : method
          ? propertyName(callee)
          : callee.type === "Identifier"
            ? callee.name
            : null;
    if (name === null) continue;
    const list = byName.get(name);
    if (list) list.push({ candidate, method });
    else byName.set(name, [{ candidate, method }]);
  }
  /** `pool.query(…)` calls a method of what `pool` is, not a function `query` that some module exports. */
  const isOther = (node: Node & { type: "CallExpression" }, scope: Scope): boolean => {
    const callee = unwrap(node.callee as Node);
    if (callee.type !== "MemberExpression") return false;
    const object = unwrap(callee.object as Node);
    if (object.type === "MemberExpression") return clientOf(object, scope, scopes) !== null;
    if (object.type !== "Identifier") return true;
    const from = moduleExport(object, scope);
    return from ? from.name !== "*" && from.name !== "default" : clientOf(object, scope, scopes) !== null;
  };
  const itemsOf = ({ list, scope }: { list: Node; scope: Scope }): Expr[] => {
    const value = expressions.read(list, scope);
    const inner = value.kind === "alias" ? value.of : value;
    return inner.kind === "array" && inner.items.length
      ? inner.items
      : [{ kind: "member", of: inner, property: EACH, at: inner.at }];
  };
  return {
    methodOf(owner, name) {
      const found = scopes.candidates.find(
        ({ node }) => node.type === "ClassDeclaration" && node.id?.name === owner,
      )?.node;
      if (found?.type !== "ClassDeclaration") return null;
      const member = (found.body.body as Node[]).find((item) => propertyName(item) === name);
      if (member?.type !== "MethodDefinition" && member?.type !== "PropertyDefinition") return null;
      const value = member.value as Node | null;
      return value && isFunction(value) ? expressions.definition(value, scopeAt(value, scopes)) : null;
    },
    callsOf: (name, method) => [
      ...(method ? [] : (handedEach.get(name) ?? []).flatMap(itemsOf).map((item) => [item])),
      ...(byName.get(name) ?? []).flatMap(({ candidate: { node, scope }, method: on }) =>
        (node.type !== "CallExpression" && node.type !== "NewExpression") ||
        (node.type === "CallExpression" && on ? !method && isOther(node, scope) : method)
          ? []
          : [node.arguments.map((argument) => expressions.definition(argument as Node, scope))],
      ),
    ],
  };
}

/** `tables.map(drop)`: the list, and the name of what takes its items. */
function handedTo(
  node: Node & { type: "CallExpression" | "NewExpression" },
): { name: string; list: Node } | null {
  const callee = unwrap(node.callee as Node);
  const [first] = node.arguments;
  const taker = first && unwrap(first as Node);
  if (callee.type !== "MemberExpression" || taker?.type !== "Identifier") return null;
  return EACH_ITEM.test(propertyName(callee) ?? "")
    ? { name: taker.name, list: callee.object as Node }
    : null;
}

/** The class that a call makes an instance of: `new Store(…)`, and `super(…)` in a class that extends it. */
function constructedName(
  node: Node & { type: "CallExpression" | "NewExpression" },
  scopes: FileScopes,
): string | null {
  const callee = unwrap(node.callee as Node);
  if (node.type === "CallExpression" && callee.type !== "Super") return null;
  const made = callee.type === "Super" ? superClassOf(callee, scopes) : callee;
  const inner = made && unwrap(made);
  if (inner?.type === "Identifier") return inner.name;
  return inner?.type === "MemberExpression" ? propertyName(inner) : null;
}
