/**
 * What migrations written in code do to a schema: the SQL that they run and what schema builders make,
 * in the order of the text. Only what all of a service's migrations do is said: where a part of it is
 * not known, nothing can be concluded from the rest.
 */
import { migrationOwner } from "../manifest/lookup.ts";
import type { Manifest } from "../manifest/model.ts";
import type { ReadSite, ReadUse } from "./link/sites.ts";
import type { FileFacts, SchemaChange } from "./model.ts";
import { changesOf } from "./replay.ts";
import { accessOf } from "./sql/mod.ts";

/** The function that takes a migration back. */
const DOWN = /(?:^|\.)down$/i;

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
  const up = <T extends { file: string; enclosing: string | null }>(items: readonly T[]) =>
    Map.groupBy(
      items.filter(({ file, enclosing }) => said.has(file) && !DOWN.test(enclosing ?? "")),
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
      for (const path of paths) byFile.set(path, inOrder(sitesOf.get(path) ?? [], usesOf.get(path) ?? []));
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

function inOrder(sites: readonly ReadSite[], uses: readonly ReadUse[]): SchemaChange[] {
  return [
    ...sites.map(({ at, facts }) => ({ at, changes: changesOf(facts.statements) })),
    ...uses.map(({ at, changes = [] }) => ({ at, changes })),
  ]
    .sort((a, b) => a.at.start - b.at.start)
    .flatMap(({ changes }) => changes);
}
