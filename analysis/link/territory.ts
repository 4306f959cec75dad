/**
 * Whose code each file is. A file under a service's path is that service's; any other belongs to
 * each service that imports it at run time, directly or through other files that nobody owns.
 */

import { isTestFile, serviceOfFile } from "../../manifest/mod.ts";
import type { Manifest } from "../../manifest/model.ts";
import type { FileFacts, Span } from "../model.ts";
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

export function drawTerritory(facts: Iterable<FileFacts>, manifest: Manifest, resolver: Resolver): Territory {
  const edges = new Map<string, RuntimeImport[]>();
  const homes = new Map<string, string | null>();
  const residents = new Map<string, string[]>();
  for (const file of facts) {
    const home = serviceOfFile(manifest, file.file);
    homes.set(file.file, home);
    if (home) {
      const list = residents.get(home);
      if (list) list.push(file.file);
      else residents.set(home, [file.file]);
    }
    const found: RuntimeImport[] = [];
    for (const edge of file.imports) {
      const to = edge.typeOnly ? null : resolver.resolve(file.file, edge.specifier);
      if (to) found.push({ to, at: edge.at });
    }
    edges.set(file.file, found);
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
