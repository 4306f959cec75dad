/**
 * Whose code each file is. A file under a service's path is that service's; any other belongs to
 * each service that imports it at run time, directly or through other files that nobody owns.
 */

import { serviceOfFile } from "../../manifest/lookup.ts";
import type { Manifest } from "../../manifest/model.ts";
import { isTestFile } from "../../manifest/test-file.ts";
import type { FileFacts, ImportEdge, Span } from "../model.ts";
import type { Resolver } from "./resolve.ts";

export interface Belonging {
  service: string;
  /** Files from the service's own code to this one, both included; one file where it is the service's own. */
  chain: string[];
  /** Only tests lead here. */
  test: boolean;
}

export interface RuntimeImport {
  to: string;
  at: Span;
}

export interface Territory {
  /** The services a file belongs to, in the manifest's order; empty for nobody's. */
  of(file: string): readonly Belonging[];
  /** Run-time imports of a file that stay in the workspace. */
  imports(file: string): readonly RuntimeImport[];
  /** The service under whose path (or in whose migrations) the file lies. */
  home(file: string): string | null;
}

/**
 * @param importsByUse imports of a file that was never walked: which of them are used as types alone
 *   is not known before
 */
export function drawTerritory(
  files: ReadonlyMap<string, FileFacts>,
  manifest: Manifest,
  resolver: Resolver,
  importsByUse: (file: string) => readonly ImportEdge[],
): Territory {
  const edges = new Map<string, RuntimeImport[]>();
  const homes = new Map<string, string | null>();
  const residents = new Map<string, string[]>();
  const runtimeImports = (file: string, imports: readonly ImportEdge[]): RuntimeImport[] =>
    imports.flatMap(({ typeOnly, specifier, at }) => {
      const to = typeOnly ? null : resolver.resolve(file, specifier);
      return to ? [{ to, at }] : [];
    });
  for (const [file, facts] of files) {
    const home = serviceOfFile(manifest, file);
    homes.set(file, home);
    if (home) {
      const list = residents.get(home);
      if (list) list.push(file);
      else residents.set(home, [file]);
    }
    edges.set(file, runtimeImports(file, facts.imports));
  }
  const leading = leadingToData(files, edges);
  for (const [file, found] of edges) {
    const home = homes.get(file);
    const crosses = found.some(({ to }) => leading.has(to) && (!home || homes.get(to) !== home));
    if (crosses && !files.get(file)?.importsByUse) edges.set(file, runtimeImports(file, importsByUse(file)));
  }
  const belongings = new Map<string, Belonging[]>();
  for (const { name } of manifest.services) {
    const own = residents.get(name) ?? [];
    for (const file of own) belongings.set(file, [{ service: name, chain: [file], test: isTestFile(file) }]);
    // Code first, tests after: a file that both reach is the code's.
    const reached = new Map<string, string[]>();
    for (const test of [false, true]) {
      const queue = own.filter((file) => isTestFile(file) === test).map((file) => [file]);
      for (let chain = queue.shift(); chain; chain = queue.shift()) {
        for (const { to } of edges.get(chain.at(-1) ?? "") ?? []) {
          if (homes.get(to) || reached.has(to)) continue;
          const longer = [...chain, to];
          reached.set(to, longer);
          queue.push(longer);
          const others = belongings.get(to) ?? [];
          others.push({ service: name, chain: longer, test });
          belongings.set(to, others);
        }
      }
    }
  }
  return {
    of: (file) => belongings.get(file) ?? [],
    imports: (file) => edges.get(file) ?? [],
    home: (file) => homes.get(file) ?? null,
  };
}

/** Files that touch a database, and those that lead to one by their imports. */
function leadingToData(
  files: ReadonlyMap<string, FileFacts>,
  edges: ReadonlyMap<string, readonly RuntimeImport[]>,
): Set<string> {
  const importers = new Map<string, string[]>();
  for (const [file, found] of edges)
    for (const { to } of found) {
      const list = importers.get(to);
      if (list) list.push(file);
      else importers.set(to, [file]);
    }
  const leading = new Set<string>();
  const open = [...files.values()].filter(says).map(({ file }) => file);
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (leading.has(file)) continue;
    leading.add(file);
    open.push(...(importers.get(file) ?? []));
  }
  return leading;
}

/** The file says something that is judged by whose it is. */
export function says(facts: FileFacts): boolean {
  if (facts.sql) return true;
  const { sites, uses, chains, connections, environment, addresses, commands, definitions } = facts;
  return [sites, uses, chains, connections, environment, addresses, commands, definitions].some(
    (list) => list.length > 0,
  );
}
