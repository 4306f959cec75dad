/** A service's files of migrations as such: their numbers, their ways back, and whether one is still what it was. */
import { migrationOwner } from "../manifest/lookup.ts";
import type { Manifest } from "../manifest/model.ts";
import type { Joinable } from "./joinable.ts";
import { functionKey } from "./link/migrating.ts";
import type { Act, FileFacts, MigrationFile, Place, Span } from "./model.ts";
import { migrationName } from "./sql/mod.ts";

/** What comments of tools say that keep both ways in one file (analysis/sql/sections.ts). */
const sectionMarker = /^\s*(?:(?:\+goose|\+migrate|migrate:|rambler)\s*up\b|up migration\b)/i;

/**
 * Code among a service's migrations that is none itself, but runs them: neither its name has a number, nor does
 * it give a way there or back.
 */
export function isRunner(file: string, enclosing: string | null, facts: FileFacts | undefined): boolean {
  const ways = /^(?:up|down|change)$/;
  return (
    facts?.kind === "code" &&
    !/\d\d/.test(file.slice(file.lastIndexOf("/") + 1)) &&
    !ways.test(enclosing?.split(".").at(-1) ?? "") &&
    !Object.keys(facts.exports).some((name) => ways.test(name))
  );
}

/** The migration that does what stands in a file's function: the file itself, or the first that calls the function where nobody else does. */
export function migrationAt(
  { manifest, migrating }: Pick<Joinable, "manifest" | "migrating">,
  file: string,
  enclosing: string | null,
  down: boolean,
): Act["migration"] {
  const service = migrationOwner(manifest, file);
  if (service !== null) return { service, down: down || (migrationName(file)?.down ?? false) };
  const [call] = (enclosing !== null && migrating.get(functionKey(file, enclosing))) || [];
  return call ? { service: call.service, down: false } : null;
}

/** @param landed by path, where the text that landed is another than it is now */
export function migrationFiles(
  manifest: Manifest,
  files: ReadonlyMap<string, FileFacts>,
  landed: ReadonlyMap<string, string>,
  place: (span: Span) => Place,
): MigrationFile[] {
  const found: MigrationFile[] = [];
  for (const [file, facts] of files) {
    const service = file.endsWith(".sql") ? migrationOwner(manifest, file) : null;
    if (service === null) continue;
    const { sql } = facts;
    const name = migrationName(file);
    if (sql === null || name === null) continue;
    const parts = file.split("/");
    const own = /^(?:migration|up|down)\.sql$/i.test(parts.at(-1) ?? "");
    const sectioned = sql.comments.some(({ text }) => sectionMarker.test(text));
    found.push({
      service,
      folder: parts.slice(0, own ? -2 : -1).join("/"),
      at: place({ file, start: 0, end: 0 }),
      file: (own ? parts.slice(-2) : parts.slice(-1)).join("/"),
      version: /^[\d.]+$/.test(name.version) ? name.version : null,
      title: name.name,
      down: name.down,
      sectioned,
      wayBack: sql.statements.some(({ down }) => down),
      changedSince: landed.get(file) ?? null,
    });
  }
  for (const one of found) {
    const isBack = (other: MigrationFile) =>
      other.down && other.folder === one.folder && other.version === one.version && other.title === one.title;
    if (!one.down && found.some(isBack)) one.wayBack = true;
  }
  return found.sort((a, b) => (a.at.file < b.at.file ? -1 : 1));
}
