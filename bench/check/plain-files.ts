/**
 * Files of a generated monorepo that touch no table: domain code. A third of them hold words of SQL,
 * as in real repositories, where a third of the files passes the analyser's sieve.
 */
import type { Chance } from "./seeded.ts";

const VERBS = ["load", "merge", "render", "send", "parse", "rank", "split", "weigh"] as const;
const SQL_VERBS = ["select", "update", "delete", "drop", "join"] as const;
const NOUNS = [
  "order",
  "item",
  "user",
  "badge",
  "report",
  "window",
  "place",
  "event",
  "route",
  "page",
] as const;

/** About 110 lines; some import another such file of the service. */
export function plainFile(index: number, count: number, chance: Chance): string {
  const lines: string[] = [];
  // Only ever a later one: the modules make no circle.
  const next = index + 1 + chance.number(9);
  const imports = next < count && chance.number(3) > 0;
  if (imports) lines.push(`import { part${next} } from "../area-${next % 7}/part-${next}.ts";`, "");
  lines.push(`/** Part ${index} of what the service does. */`);
  lines.push(`export function part${index}(value: number): number {`);
  lines.push(imports ? `  return part${next}(value + ${index});` : `  return value + ${index};`, "}");
  const verbs = index % 3 === 0 ? SQL_VERBS : VERBS;
  while (lines.length < 105) {
    const verb = chance.pick(verbs);
    const noun = chance.pick(NOUNS);
    const name = `${verb}${noun[0]?.toUpperCase()}${noun.slice(1)}${lines.length}`;
    lines.push(
      "",
      `export interface ${name[0]?.toUpperCase()}${name.slice(1)}Options {`,
      "  limit: number;",
      `  ${noun}s: readonly string[];`,
      "}",
      "",
      `export function ${name}(options: { limit: number; ${noun}s: readonly string[] }): string[] {`,
      `  const found = new Map<string, number>();`,
      `  for (const ${noun} of options.${noun}s.slice(0, options.limit)) {`,
      `    found.set(${noun}, (found.get(${noun}) ?? 0) + ${chance.number(100)});`,
      `    if (found.size > ${chance.number(50) + 50}) console.warn(\`cannot ${verb} the ${noun} from \${${noun}}\`);`,
      "  }",
      `  return [...found].sort(([, a], [, b]) => b - a).map(([${noun}]) => ${noun}.toUpperCase());`,
      "}",
    );
  }
  return `${lines.join("\n")}\n`;
}
