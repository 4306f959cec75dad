/** The variable with which a service opens its database, as its connections tell. */
import type { Guess } from "../../manifest/mod.ts";
import type { Model } from "../model.ts";

/** @returns the one that is used most, in doubt where there are others; null where none is seen */
export function variableOf({ connections }: Model, service: string): Guess<string> | null {
  const counts = new Map<string, number>();
  for (const { services, test, sources } of connections) {
    if (test || !services.includes(service)) continue;
    for (const source of sources) {
      const names =
        source.kind === "variable" ? [source.variable] : source.kind === "implicit" ? source.variables : [];
      for (const name of names.filter((one) => /^[A-Z_][A-Z0-9_]*$/.test(one)))
        counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const [first, ...others] = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  if (!first) return null;
  const rest = others.map(([name]) => name).join(", ");
  return { value: first[0], doubt: others.length === 0 ? null : `it opens connections with ${rest}, too` };
}
