/**
 * Where a chain truly begins: on a variable or on a function's result it goes on from what that holds.
 */
import type { Ask } from "../code/adapters/adapter.ts";
import type { ChainStep, Expr, Span } from "../model.ts";
import { adapterOf, makerOf, openedBy } from "./evidence.ts";

const DEEPEST = 24;

/** What a chain may begin with, alternatives one by one; those that are met again say nothing new. */
export function rootsOf(root: Expr, ask: Ask, depth = 0, met = new Set<Expr>()): Expr[] {
  const inner = ask.follow(root);
  // Of a repository of any entity callers say which.
  const given = inner.kind === "parameter" && /Repository$/.test(inner.type?.name ?? "") && ask.given(inner);
  if (given) return rootsOf(given, ask, depth + 1, met);
  if (inner.kind !== "either" || depth > DEEPEST) return [root];
  if (met.has(inner)) return [];
  met.add(inner);
  return inner.options.flatMap((option) => rootsOf(option, ask, depth + 1, met));
}

/**
 * The chain from its true beginning: what a variable holds, what a function returns and what makes a
 * client out of another (`withSchema`) come before its own steps.
 */
export function unfold(
  root: Expr,
  steps: readonly ChainStep[],
  ask: Ask,
  depth = 0,
  met = new Set<Expr>(),
): { root: Expr; steps: readonly ChainStep[] } {
  const here = { root, steps };
  if (depth > DEEPEST) return here;
  const next = (inner: Expr, ...before: ChainStep[]) =>
    unfold(inner, [...before, ...steps], ask, depth + 1, met);
  const inner = ask.follow(root);
  switch (inner.kind) {
    case "client": {
      // What opens a client begins it; what begets one of another goes on.
      const { made } = inner;
      const begotten = made?.callee.kind === "alias" || made?.callee.kind === "member";
      return made && begotten && !openedBy(ask.follow(made.callee))
        ? next({ ...made, kind: "call", reason: "" })
        : here;
    }
    case "function": {
      const [first, ...rest] = steps;
      const result = first?.name === "" && first.args ? ask.apply(inner, first.args) : null;
      return result ? unfold(result, rest, ask, depth + 1, met) : here;
    }
    case "call": {
      // A table object is where its chain begins, however it was made.
      if (ask.definition(inner)) return here;
      if (inner.awaited || makerOf(inner.args, (made) => adapterOf(made, ask.follow, depth + 1))) return here;
      const callee = inner.callee.kind === "alias" ? inner.callee.of : inner.callee;
      if (callee.kind === "member")
        return next(callee.of, { name: callee.property, args: inner.args, at: propertyAt(callee) });
      return next(callee, { name: "", args: inner.args, at: callee.at });
    }
    case "new": {
      // What a class that this one extends keeps in a field: this.db("t"), this.db.select().
      const [first, ...rest] = steps;
      if (!first || first.name === "") return here;
      const field = ask.follow({ kind: "member", of: inner, property: first.name, at: first.at });
      if (field.kind === "member") return here;
      const called = first.args ? [{ ...first, name: "" }] : [];
      return unfold(field, [...called, ...rest], ask, depth + 1, met);
    }
    case "member":
      if (openedBy(inner)) return here;
      return next(inner.of, { name: inner.property, args: null, at: propertyAt(inner) });
    case "either": {
      // let q = …; q = q.where(…): what it was first given.
      // Alternatives that are met again were found to lead to no client.
      if (met.has(inner)) return here;
      met.add(inner);
      for (const option of inner.options) {
        const unfolded = unfold(option, steps, ask, depth + 1, met);
        if (adapterOf(unfolded.root, ask.follow, 0)) return unfolded;
      }
      return here;
    }
    default:
      return here;
  }
}

/** Where a member's own name stands: at its end. */
function propertyAt({ property, of, at }: Expr & { kind: "member" }): Span {
  const start = at.end - property.length;
  return of.at.file === at.file && start >= of.at.end ? { ...at, start } : at;
}
