/**
 * What migrations written in code do to a schema: the SQL that they run and what schema builders make,
 * in the order of the text and of the calls in it. Only what all of a service's migrations do is said: where a part of it is
 * not known, nothing can be concluded from the rest.
 */
import { migrationOwner } from "../manifest/lookup.ts";
import type { Manifest } from "../manifest/model.ts";
import { BACKWARD } from "./code/call-order.ts";
import type { ReadSite, ReadUse } from "./link/sites.ts";
import type { FileFacts, SchemaChange, Span } from "./model.ts";
import { changesOf } from "./replay.ts";
import { accessOf } from "./sql/mod.ts";

type Called = (item: { file: string; enclosing: string | null; at: Span }) => number;

export function changesInCode(
  manifest: Manifest,
  files: ReadonlyMap<string, FileFacts>,
  sites: readonly ReadSite[],
  uses: readonly ReadUse[],
): {
  byService: ReadonlyMap<string, readonly string[]>;
  byFile: ReadonlyMap<string, readonly SchemaChange[]>;
  /** Services of whose migrations a part is not known. */
  unreplayed: ReadonlySet<string>;
} {
  const byService = new Map<string, string[]>();
  for (const { file, kind } of files.values()) {
    const owner = kind === "code" ? migrationOwner(manifest, file) : null;
    if (owner) byService.set(owner, [...(byService.get(owner) ?? []), file]);
  }
  const said = new Set([...byService.values()].flat());
  /** Where what stands in a function happens: where it is called. */
  const called: Called = ({ file, enclosing, at }) => {
    const order = files.get(file)?.callOrder ?? {};
    return enclosing !== null && Object.hasOwn(order, enclosing) ? (order[enclosing] ?? at.start) : at.start;
  };
  const up = <T extends Parameters<Called>[0]>(items: readonly T[]) =>
    Map.groupBy(
      items.filter((item) => said.has(item.file) && called(item) !== BACKWARD),
      ({ file }) => file,
    );
  const sitesOf = up(sites);
  const usesOf = up(uses);
  const byFile = new Map<string, SchemaChange[]>();
  const unreplayed = new Set<string>();
  for (const [service, paths] of byService) {
    const known = paths.every(
      (path) => (sitesOf.get(path) ?? []).every(isKnown) && (usesOf.get(path) ?? []).every(isTold),
    );
    if (!known) {
      byService.delete(service);
      unreplayed.add(service);
    } else
      for (const path of paths)
        byFile.set(path, inOrder(sitesOf.get(path) ?? [], usesOf.get(path) ?? [], called));
  }
  return { byService, byFile, unreplayed };
}

function isKnown({ unresolved, facts }: ReadSite): boolean {
  if (unresolved || facts.problems.length > 0) return false;
  // What an index or a trigger is on, whose name stands alone, has no other columns for it.
  return facts.statements.every(({ references }) =>
    references.every(
      ({ table, access, index, trigger }) => table !== null || access !== "schema" || index || trigger,
    ),
  );
}

/** A builder says what it does to the table, or it does nothing to its shape. */
function isTold({ operation, table, changes, stored }: ReadUse): boolean {
  if (accessOf(operation) !== "schema" || operation === "references" || stored) return true;
  return table !== null && changes !== undefined;
}

function inOrder(sites: readonly ReadSite[], uses: readonly ReadUse[], called: Called): SchemaChange[] {
  return [
    ...sites.map((site) => ({
      at: called(site),
      start: site.at.start,
      changes: changesOf(site.facts.statements),
    })),
    ...uses.map((use) => ({ at: called(use), start: use.at.start, changes: use.changes ?? [] })),
  ]
    .sort((a, b) => a.at - b.at || a.start - b.start)
    .flatMap(({ changes }) => changes);
}
