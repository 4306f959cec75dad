/** Imported names, followed to the expressions that other files export under them. */
import { STARS, WHOLE } from "../code/imports.ts";
import type { Expr, FileFacts } from "../model.ts";
import type { Resolve } from "./follow.ts";
import type { Resolver } from "./resolve.ts";
import { type Known, Trace } from "./trace.ts";

const DEEPEST = 20;

/** Follows an imported name to the expression that another file exports under it. */
export function followImports(
  factsOf: (file: string) => Pick<FileFacts, "kind" | "exports" | "locals"> | null,
  resolver: Resolver,
  trace: Trace = new Trace(),
): Resolve {
  const moduleOf = (expr: Expr & { kind: "import" }): string | null => {
    if (expr.specifier === "") return expr.at.file;
    return resolver.resolve(expr.at.file, expr.specifier);
  };

  const stars = (exported: FileFacts["exports"]): (Expr & { kind: "import" })[] => {
    const list = exported[STARS];
    return list?.kind === "array" ? list.items.filter((item) => item.kind === "import") : [];
  };

  /** What a module exports under a name, by itself or by `export * from`. */
  const exportOf = (file: string, name: string, passed: Set<string>): Expr | null => {
    const exported = factsOf(file)?.exports;
    if (!exported || passed.has(file)) return null;
    const own = Object.hasOwn(exported, name) ? exported[name] : null;
    if (own) return own;
    passed.add(file);
    for (const star of stars(exported)) {
      const target = moduleOf(star);
      const found = target === null ? null : exportOf(target, name, passed);
      if (found) return found;
    }
    return null;
  };

  const allOf = (file: string, passed: Set<string>): Record<string, Expr> => {
    const exported = factsOf(file)?.exports;
    if (!exported || passed.has(file)) return {};
    passed.add(file);
    const { [STARS]: _, ...own } = exported;
    const found: Record<string, Expr> = {};
    for (const star of stars(exported)) {
      const target = moduleOf(star);
      if (target !== null) Object.assign(found, allOf(target, passed));
    }
    return Object.assign(found, own);
  };

  const namespaces = new Map<string, Known<Record<string, Expr>>>();
  const resolve: Resolve = (expr, depth) => {
    let at: Expr = expr;
    for (let step = depth; step < DEEPEST && at.kind === "import"; step++) {
      const target = moduleOf(at);
      // What a module passes on from a package is that package's.
      if (target === null) return at === expr ? null : at;
      const facts = factsOf(target);
      if (!facts) return null;
      // A file's statements are read where they stand, and add nothing here.
      if (facts.kind === "sql") return { kind: "text", runs: [], at: at.at };
      const whole: Expr | undefined = at.name === "*" ? factsOf(target)?.exports[WHOLE] : undefined;
      if (whole) {
        at = whole;
        continue;
      }
      if (at.name === "*") {
        const entries = trace.once(namespaces, target, {}, () => allOf(target, new Set()));
        return { kind: "object", entries, keys: {}, at: at.at };
      }
      const found: Expr | null | undefined =
        at.specifier === "" ? factsOf(target)?.locals[at.name] : exportOf(target, at.name, new Set());
      if (!found) return null;
      at = found.kind === "alias" && found.of.kind === "import" ? found.of : found;
    }
    return at.kind === "import" ? null : at;
  };
  resolve.trace = trace;
  return resolve;
}
