/** Which grammar a service's SQL is of: told by the drivers that its packages name, and by Prisma's schemas. */
import type { Dialect } from "../../manifest/mod.ts";
import { adapters } from "../code/adapters/mod.ts";
import type { SourceFile } from "../files.ts";
import type { Model } from "../model.ts";
import { type Candidate, isShown } from "./candidates.ts";

const DIALECT_OF = new Map(adapters.map(({ name, dialect }) => [name, dialect]));

const drivers: readonly [Dialect, RegExp][] = [
  [
    "postgresql",
    /^(?:pg|pg-promise|pg-native|postgres|slonik|@neondatabase\/serverless|@vercel\/postgres|@prisma\/adapter-(?:pg|neon))$/,
  ],
  ["mysql", /^(?:mysql2?|@planetscale\/database|@prisma\/adapter-planetscale)$/],
  ["mariadb", /^(?:mariadb|@prisma\/adapter-mariadb)$/],
  ["sqlite", /^(?:better-sqlite3|sqlite3?|@libsql\/client|@prisma\/adapter-(?:libsql|better-sqlite3))$/],
];
const providers: Readonly<Record<string, Dialect>> = {
  postgresql: "postgresql",
  postgres: "postgresql",
  cockroachdb: "postgresql",
  mysql: "mysql",
  sqlite: "sqlite",
};

/**
 * By a candidate's name; none for one whose packages name no driver, nor do those that it depends on,
 * nor the root, which in some workspaces is the only package.
 */
export function dialectsOf(
  candidates: readonly Candidate[],
  files: readonly SourceFile[],
): Map<string, Dialect> {
  const byName = new Map(candidates.map((candidate) => [candidate.name, candidate]));
  const own = new Map(candidates.map((candidate) => [candidate, ownDialect(candidate, files)]));
  const found = new Map<string, Dialect>();
  const root = candidates.find(({ path }) => path === "");
  const usual = root && own.get(root);
  for (const candidate of candidates) {
    if (usual) found.set(candidate.name, usual);
    const seen = new Set<Candidate>();
    const open = [candidate];
    for (let one = open.shift(); one !== undefined; one = open.shift()) {
      if (seen.has(one)) continue;
      seen.add(one);
      const dialect = own.get(one);
      if (dialect) {
        found.set(candidate.name, dialect);
        break;
      }
      for (const name of one.dependencies) {
        const next = byName.get(name.replace(/^@[^/]*\//, ""));
        if (next) open.push(next);
      }
    }
  }
  return found;
}

function ownDialect({ path, dependencies }: Candidate, files: readonly SourceFile[]): Dialect | null {
  for (const { path: file, text } of files) {
    if (!file.endsWith(".prisma") || (path !== "" && !file.startsWith(`${path}/`))) continue;
    // A schema in the source of a package is something that it works on.
    if (isShown(file) || file.slice(path.length).includes("/src/")) continue;
    const provider = /datasource\s+\w+\s*\{[^}]*?provider\s*=\s*"(\w+)"/.exec(text)?.[1];
    if (provider !== undefined && providers[provider]) return providers[provider];
  }
  const names = [...dependencies];
  return drivers.find(([, driver]) => names.some((name) => driver.test(name)))?.[0] ?? null;
}

/** What a service's clients speak, where no package tells: a runtime's own driver is none. */
export function spokenBy({ references }: Model, service: string): Dialect | null {
  const spoken = references
    .filter(({ services, test }) => !test && services.includes(service))
    .flatMap(({ client }) => DIALECT_OF.get(client) ?? []);
  const counts = Map.groupBy(spoken, (dialect) => dialect);
  return [...counts].sort(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? null;
}
