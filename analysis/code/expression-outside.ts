/** Environment variables, and whether they are known to be set where they are read. */
import type { Expr } from "../model.ts";
import { isChecked } from "./checks.ts";
import { environmentVariables, isEnvironment } from "./environment.ts";
import { isNothing, textOf } from "./expression-words.ts";
import { neverReturns } from "./leaving.ts";
import type { Reading } from "./reading.ts";
import type { Scope } from "./scope.ts";
import type { Node } from "./syntax.ts";

/** `process.env.X`, or any of several; the environment itself is the variable `*`. */
export function readEnvironment(r: Reading, node: Node, scope: Scope): Expr | null {
  const [first, ...others] = environmentVariables(node, scope).map((name) => readVariable(r, name, node));
  if (first) return others.length ? { kind: "either", options: [first, ...others], at: r.at(node) } : first;
  if (isEnvironment(node, scope)) return readVariable(r, "*", node);
  if (node.type !== "MemberExpression" || !node.computed || !isEnvironment(node.object as Node, scope))
    return null;
  const name = r.read(node.property as Node, scope);
  const inner = name.kind === "alias" ? name.of : name;
  return inner.kind === "text" ? readVariable(r, textOf(inner), node) : null;
}

/** An environment variable. @param name `*` for the whole environment */
export function readVariable(r: Reading, name: string, node: Node): Expr {
  return { kind: "env", variable: name, checked: name !== "*" && isSet(r, name, node), at: r.at(node) };
}

/** Whether the variable has been checked by the time that the node is reached; a parameter may hold its name. */
export function isSet(r: Reading, name: string, node: Node): boolean {
  const named = [...r.given].filter(([, given]) => {
    const inner = given.kind === "alias" ? given.of : given;
    return inner.kind === "text" && textOf(inner) === name;
  });
  return isChecked(name, node, r.scopes, new Set(named.map(([binding]) => binding)));
}

/** A variable that has passed a check by the time it is used here. */
export function rechecked(r: Reading, value: Expr, node: Node): Expr {
  if (value.kind === "alias") return { ...value, of: rechecked(r, value.of, node) };
  if (value.kind === "either")
    return { ...value, options: value.options.map((option) => rechecked(r, option, node)) };
  if (value.kind !== "env" || value.checked || value.variable === "*") return value;
  return { ...value, checked: isSet(r, value.variable, node) };
}

/** `process.env.X ?? fallback`: what stands in is as good as a check, and a call that throws is one. */
export function fallenBack(r: Reading, left: Expr, right: Expr, given: Node): Expr | null {
  if (left.kind === "alias") {
    const of = fallenBack(r, left.of, right, given);
    return of && { ...left, of };
  }
  if (left.kind !== "env" || left.variable === "*") return null;
  const checked: Expr = { ...left, checked: true };
  if (neverReturns(given, r.scopes)) return checked;
  if (isNothing(right)) return left;
  return { kind: "either", options: [checked, right], at: left.at };
}
