/** What a file's answers say of other files, and what its statements say that others may need to know. */
import type { Linked } from "../link/mod.ts";
import type { SqlStatement } from "../model.ts";

/** By file, the other files in which something stands that was read from it. */
export function spokenOf({ sites, uses, acts, connections, definitions }: Linked): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const look = (file: string, value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) look(file, item);
      return;
    }
    const other = (value as { file?: unknown }).file;
    if (typeof other === "string" && other !== file) {
      const others = found.get(file);
      if (others) others.add(other);
      else found.set(file, new Set([other]));
    }
    for (const item of Object.values(value)) look(file, item);
  };
  for (const list of [sites, uses, acts, connections]) for (const item of list) look(item.file, item);
  for (const { definition, file } of definitions) look(file, definition);
  return found;
}

/**
 * Files whose statements name what stands for tables elsewhere, or are to be told by it: indexes, triggers, types;
 * and those that make tables for migrations.
 */
export function telling({
  sites,
  files,
  migrating,
}: Pick<Linked, "sites" | "files" | "migrating">): Set<string> {
  const found = new Set([...migrating.keys()].map((key) => key.slice(0, key.indexOf("\0"))));
  for (const { file, facts } of sites) if (facts.statements.some(tells)) found.add(file);
  for (const [file, { sql }] of files) if (sql?.statements.some(tells)) found.add(file);
  return found;
}

function tells({ references, types }: SqlStatement): boolean {
  if (types?.length) return true;
  return references.some(
    ({ makes, index, trigger, rowType, table, perhaps, operation, access }) =>
      makes?.length ||
      index ||
      trigger !== undefined ||
      rowType ||
      (table === null && perhaps) ||
      (operation === "trigger" && access === "schema"),
  );
}
