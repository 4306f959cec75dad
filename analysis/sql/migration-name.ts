/** What a migration's file name says. */
export interface MigrationName {
  version: string;
  name: string;
  down: boolean;
}

/** A convention reads a file's base name, without its folder; null where it is not in this convention. */
type Convention = (base: string) => MigrationName | null;

/** `NNN_name.sql` and `NNN_name.down.sql` (`.up.sql` is the same as none). */
const numbered: Convention = (base) => {
  const match = /^(\d+)[_-](.+?)(\.down|\.up)?\.sql$/i.exec(base);
  if (!match) return null;
  return { version: match[1]!, name: match[2]!, down: match[3]?.toLowerCase() === ".down" };
};

/** In the order in which they are tried; other tools' conventions join here. */
const CONVENTIONS: readonly Convention[] = [numbered];

/**
 * Version, name and direction of the migration in a file, by its name alone.
 *
 * @param path Any path with `/` or `\` between its parts.
 * @returns null where the name follows no known convention.
 */
export function migrationName(path: string): MigrationName | null {
  const base = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  for (const convention of CONVENTIONS) {
    const found = convention(base);
    if (found) return found;
  }
  return null;
}
