/** Names of roles, and names in SQL. */
import { DeployError } from "../error.ts";

/** What PostgreSQL keeps of a name (NAMEDATALEN - 1 in src/include/pg_config_manual.h). */
const longestNameBytes = 63;

/**
 * The name of a role by the manifest's template.
 * @throws {DeployError} where it is longer than what PostgreSQL keeps of it
 */
export function roleName(
  template: string,
  parts: Readonly<Record<"service" | "project" | "deployment" | "tenant", string>>,
): string {
  const name = template.replaceAll(
    /\{(service|project|deployment|tenant)\}/g,
    (_, part: keyof typeof parts) => parts[part],
  );
  if (Buffer.byteLength(name) > longestNameBytes)
    throw new DeployError(
      `the role ${name} has a name of more than ${longestNameBytes} bytes: shorten "roles"`,
    );
  return name;
}

/** A name as SQL takes it: bare where that is the same, else quoted. */
export function ident(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A qualified name as SQL takes it. */
export function qualified(schema: string, name: string): string {
  return `${ident(schema)}.${ident(name)}`;
}

/** A role as GRANT takes it. */
export function grantee(role: string): string {
  return role === everybody ? "PUBLIC" : ident(role);
}

/** How the catalog's grants to PUBLIC are told here: no role has this name. */
export const everybody = "PUBLIC";

/** Words that PostgreSQL reserves (manual, appendix C), of which a name must be quoted. */
const reserved = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
  column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from
  full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime
  localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning
  right select session_user similar some symmetric system_user table tablesample then to trailing true union unique user
  using variadic verbose when where window with`.split(/\s+/),
);
