/** What code does to a schema without SQL: by options of a client, by a mapper's own methods, by a builder. */

import type { Ask } from "../code/adapters/adapter.ts";
import { adapters } from "../code/adapters/mod.ts";
import type { DatabaseAct, FileFacts } from "../model.ts";
import { accessOf } from "../sql/mod.ts";
import type { ReadUse } from "./sites.ts";
import { Trace } from "./trace.ts";

export interface ReadAct extends DatabaseAct {
  file: string;
  client: string;
  /** Set where it is known in which function it stands. */
  enclosing?: string | null;
}

/** What the options of clients and the programs that the files start ask for. */
export function readAllActs(
  files: ReadonlyMap<string, FileFacts>,
  ask: Ask,
  trace: Trace = new Trace(),
): ReadAct[] {
  const asking = adapters.flatMap(({ name, asksFor }) => (asksFor ? [{ name, asksFor }] : []));
  const found: ReadAct[] = [];
  for (const [file, { commands, definitions }] of files) {
    for (const command of commands) found.push({ ...command, file, client: "shell" });
    for (const definition of definitions)
      for (const { name, asksFor } of asking)
        for (const act of trace.task("link", file, () => asksFor(definition, ask)))
          found.push({ ...act, file, client: name });
  }
  return found;
}

/** Tables that builders make, change and drop: one act a chain. */
export function actsOfUses(uses: readonly ReadUse[]): ReadAct[] {
  const found = new Map<string, ReadAct>();
  for (const { file, client, site, operation, table, enclosing } of uses) {
    const key = `${file}:${site.start}:${site.end}`;
    if (accessOf(operation) !== "schema" || operation === "references" || found.has(key)) continue;
    const act = operation.replaceAll("-", " ").toUpperCase();
    found.set(key, { file, client, enclosing, act, name: table, ddl: true, at: site });
  }
  return [...found.values()];
}
