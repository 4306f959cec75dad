/** What a migration's file name says. */
export interface MigrationName {
  /** Digits (and dots) in most conventions; `~`, which sorts after them, for what runs after all versions; empty where the order stands elsewhere. */
  version: string;
  name: string;
  /** It takes back: no part of the way to the head. */
  down: boolean;
}

/** A convention reads a path's last two parts; null where they are not in it. */
type Convention = (base: string, folder: string) => MigrationName | null;

/** `NNN_name.sql` and `NNN_name.down.sql` (`.up.sql` is the same as none): golang-migrate, dbmate, goose, Drizzle, Supabase, node-pg-migrate. */
const numbered: Convention = (base) => {
  const match = /^(\d+)[_-](.+?)(\.(?:down|undo|rollback|revert)|\.up)?\.sql$/i.exec(base);
  if (!match) return null;
  return { version: match[1]!, name: match[2]!, down: match[3] !== undefined && !/up/i.test(match[3]) };
};

/** `V1.2__name.sql`, `U1.2__name.sql` to undo it, `R__name.sql` whenever it has changed. https://documentation.red-gate.com/flyway */
const flyway: Convention = (base) => {
  const match = /^(?:([VUB])(\d[\d._]*)|R)__(.+)\.sql$/.exec(base);
  if (!match) return null;
  return { version: match[2]?.replaceAll("_", ".") ?? "~", name: match[3]!, down: match[1] === "U" };
};

/** `NNN_name/migration.sql` (Prisma) and `NNN_name/up.sql`, `down.sql` (Diesel and others). */
const foldered: Convention = (base, folder) => {
  const file = /^(migration|up|down)\.sql$/i.exec(base);
  const match = /^([\d-]*\d)_(.*)$/.exec(folder);
  if (!file || !match) return null;
  return { version: match[1]!.replaceAll("-", ""), name: match[2]!, down: file[1]!.toLowerCase() === "down" };
};

/** `000001.sql` and `current.sql` of graphile-migrate. */
const bare: Convention = (base, folder) => {
  const match = /^(\d+)\.sql$/.exec(base);
  if (match) return { version: match[1]!, name: "", down: false };
  return base === "current.sql" && folder === "migrations"
    ? { version: "~", name: "current", down: false }
    : null;
};

/** `001.do.sql`, `001.undo.sql` and `001.do.name.sql` of postgrator. */
const postgrator: Convention = (base) => {
  const match = /^(\d+)\.(do|undo)(?:\.(.+))?\.sql$/i.exec(base);
  if (!match) return null;
  return { version: match[1]!, name: match[3] ?? "", down: match[2]!.toLowerCase() === "undo" };
};

/** `deploy/name.sql`, `revert/name.sql`, `verify/name.sql` of sqitch, whose order stands in its plan. */
const sqitch: Convention = (base, folder) => {
  const match = /^(.+)\.sql$/.exec(base);
  if (!match || !/^(?:deploy|revert|verify)$/.test(folder)) return null;
  return { version: "", name: match[1]!, down: folder !== "deploy" };
};

/** In the order in which they are tried. */
const CONVENTIONS: readonly Convention[] = [numbered, flyway, foldered, bare, postgrator, sqitch];

/**
 * Version, name and direction of the migration in a file, by its path alone.
 *
 * @param path Any path with `/` or `\` between its parts.
 * @returns null where the path follows no known convention.
 */
export function migrationName(path: string): MigrationName | null {
  const parts = path.split(/[/\\]/);
  const base = parts.at(-1) ?? "";
  for (const convention of CONVENTIONS) {
    const found = convention(base, parts.at(-2) ?? "");
    if (found) return found;
  }
  return null;
}
