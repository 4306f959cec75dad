/** What a chain of Kysely's schema builder does to its table: `createTable("t").addColumn("id", "uuid")`. */
import type { ChainStep, Expr } from "../../model.ts";
import type { Ask } from "./adapter.ts";
import { allTexts, columnsBy, created, createdView, OPEN, renamed, type Shaping } from "./shaping.ts";

const DEEPEST = 8;

/** @param asStored a name as the database has it; the result is null where a part of what is done is not known */
export function shapingsOf(
  steps: readonly ChainStep[],
  asStored: (name: string) => string,
  ask: Ask,
): Shaping[] | null {
  const has = (name: string) => steps.some((step) => step.name === name && step.args !== null);
  const columns: Shaping[] = [];
  let moved: Shaping | null = null;
  for (const { name, args } of called(steps, ask)) {
    const told = () => allTexts(args?.slice(0, name === "renameColumn" ? 2 : 1) ?? [], ask)?.map(asStored);
    switch (name) {
      case "$call":
        columns.push(...OPEN);
        break;
      case "addColumn":
        columns.push(...columnsBy("add-column", told() ?? null));
        break;
      case "dropColumn":
        columns.push(...columnsBy("drop-column", told() ?? null));
        break;
      case "renameColumn":
        columns.push(...renamed(told() ?? null));
        break;
      case "renameTo":
      case "setSchema": {
        const [to] = told() ?? [];
        if (to === undefined) return null;
        moved = { kind: name === "renameTo" ? "rename" : "set-schema", to };
        break;
      }
    }
  }
  if (has("createTable")) {
    const names = columns.flatMap((item) => (item.kind === "add-column" ? item.column : []));
    const known = names.length === columns.length && !has("as");
    return created(known ? names : null, has("ifNotExists"));
  }
  if (has("createView")) return createdView(has("ifNotExists"));
  if (has("dropTable") || has("dropView")) return [{ kind: "drop", object: "table", ifExists: true }];
  return moved ? [...columns, moved] : columns;
}

/** The steps, with those of functions that the chain calls: `$call(withTimestamps)`. */
function called(steps: readonly ChainStep[], ask: Ask, depth = 0): readonly ChainStep[] {
  return steps.flatMap((step) => {
    const fn = step.name === "$call" && step.args?.[0] && depth < DEEPEST ? ask.follow(step.args[0]) : null;
    const inner = fn?.kind === "function" && fn.result ? stepsOf(fn.result, ask) : null;
    return inner ? called(inner, ask, depth + 1) : [step];
  });
}

/** The calls of a chain on what a function is handed; null where it begins with something else. */
function stepsOf(expr: Expr, ask: Ask): ChainStep[] | null {
  const steps: ChainStep[] = [];
  for (let at = ask.follow(expr); ; ) {
    if (at.kind === "parameter" || at.kind === "typed" || (at.kind === "client" && !at.made)) return steps;
    const callee: Expr | null = at.kind === "call" ? ask.follow(at.callee) : null;
    if (at.kind !== "call" || callee?.kind !== "member") return null;
    steps.unshift({ name: callee.property, args: at.args, at: at.at });
    at = ask.follow(callee.of);
  }
}
