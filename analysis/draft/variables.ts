/** The variable with which a service opens its database, or those of its parts, as its connections tell. */
import type { DatabaseParts, Guess } from "../../manifest/mod.ts";
import type { Model } from "../model.ts";

/** What of an address a variable holds, by how such are called. */
const PARTS: readonly [keyof DatabaseParts, RegExp][] = [
  ["host", /(?:HOST|HOSTNAME|SERVER|ADDRESS)$/],
  ["port", /PORT$/],
  ["user", /USER(?:_?NAME)?$/],
  ["password", /(?:PASS|PASSWORD|PWD)$/],
  // The last: a user's name is a name, too.
  ["name", /(?:DATABASE|DB|NAME)$/],
];

/** @returns what is used most, in doubt where there are others; null where none is seen */
export function variableOf({ connections }: Model, service: string): Guess<string | DatabaseParts> | null {
  const counts = new Map<string, number>();
  const sites: DatabaseParts[] = [];
  for (const { services, test, sources } of connections) {
    if (test || !services.includes(service)) continue;
    const names = sources
      .flatMap((source) =>
        source.kind === "variable" ? [source.variable] : source.kind === "implicit" ? source.variables : [],
      )
      .filter((one) => /^[A-Z_][A-Z0-9_]*$/.test(one));
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    sites.push(partsOf(names));
  }
  const [first, ...others] = [...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([name]) => name);
  if (first === undefined) return null;
  const whole = sites.find((parts) => Object.keys(parts).length > 1 && Object.values(parts).includes(first));
  const rest = whole
    ? [...counts.keys()].filter((name) => !Object.values(whole).includes(name)).sort()
    : others;
  const doubt = rest.length === 0 ? null : `it opens connections with ${rest.join(", ")}, too`;
  return { value: whole ?? first, doubt };
}

/** The parts that one connection is put together of: of several variables for one part, the first. */
function partsOf(names: readonly string[]): DatabaseParts {
  const parts: DatabaseParts = {};
  for (const [part, called] of PARTS) {
    const name = names.find((one) => called.test(one) && !Object.values(parts).includes(one));
    if (name !== undefined) parts[part] = name;
  }
  return parts;
}
