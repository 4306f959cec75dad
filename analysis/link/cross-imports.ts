/** The way around every other rule: a service that runs another's module, and with it its tables. */
import type { Manifest } from "../../manifest/model.ts";
import type { CrossImport, FileFacts, Place, Reference, Span } from "../model.ts";
import type { Territory } from "./territory.ts";

/**
 * From each service's own files, through files that nobody owns, to the first import that leads under
 * another service's path; then on within that service to a module that touches a table or opens a
 * connection. One finding a crossing import.
 */
export function crossImports(
  manifest: Manifest,
  files: ReadonlyMap<string, FileFacts>,
  territory: Territory,
  touches: (file: string) => Touch | null,
  place: (span: Span) => Place,
): CrossImport[] {
  const found: CrossImport[] = [];
  const told = new Set<string>();
  for (const file of files.keys()) {
    for (const { service, chain, test } of territory.of(file)) {
      for (const { to, at } of territory.imports(file)) {
        const owner = territory.home(to);
        if (!owner || owner === service) continue;
        const id = `${service}\0${at.file}\0${at.start}`;
        if (told.has(id)) continue;
        const road = roadTo(to, owner, territory, touches);
        if (!road) continue;
        told.add(id);
        const touched = touches(road.at(-1) ?? to);
        found.push({
          service,
          owner,
          at: place(at),
          chain: [...chain, ...road],
          touches: touched?.words ?? "touches a table",
          table: touched?.table ?? null,
          test,
        });
      }
    }
  }
  const order = new Map(manifest.services.map(({ name }, index) => [name, index]));
  return found.sort((a, b) => (order.get(a.service) ?? 0) - (order.get(b.service) ?? 0));
}

/** The shortest way from the imported module to one that touches something, within the owner's code. */
function roadTo(
  start: string,
  owner: string,
  territory: Territory,
  touches: (file: string) => Touch | null,
): string[] | null {
  const seen = new Set([start]);
  const queue = [[start]];
  for (let road = queue.shift(); road; road = queue.shift()) {
    const last = road.at(-1) ?? start;
    if (touches(last) !== null && territory.home(last) === owner) return road;
    for (const { to } of territory.imports(last)) {
      const home = territory.home(to);
      if (seen.has(to) || (home !== null && home !== owner)) continue;
      seen.add(to);
      queue.push([...road, to]);
    }
  }
  return null;
}

/** What a file does that is its owner's business alone. */
export interface Touch {
  /** `reads orders`, `opens a connection`. */
  words: string;
  table: string | null;
}

/** Which files touch a table or open a connection: by the first that each of them does. */
export function touching(
  files: ReadonlyMap<string, FileFacts>,
  references: readonly Reference[],
): Map<string, Touch> {
  const found = new Map<string, Touch>();
  for (const { at, access, operation, table, verdict } of references) {
    if (verdict === "engine" || found.has(at.file)) continue;
    // A model describes tables; who imports the description alone touches none of them.
    if (operation === "references" && files.get(at.file)?.kind !== "sql") continue;
    const verb = access === "write" ? "writes" : access === "schema" ? "changes" : "reads";
    found.set(at.file, { words: table === null ? "runs SQL" : `${verb} ${table}`, table });
  }
  for (const [file, { connections, kind }] of files)
    if (kind === "code" && connections.length && !found.has(file))
      found.set(file, { words: "opens a connection", table: null });
  return found;
}
