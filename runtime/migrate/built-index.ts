/** Indexes that a statement outside of a transaction builds or drops: what it left of them. */
import type { Sql } from "postgres";
import { inSchema } from "./alone-line.ts";
import type { ApplyOptions } from "./apply.ts";
import { statements } from "./bare.ts";
import type { InvalidIndex } from "./engine.ts";
import type { Script } from "./explain.ts";
import { quoteName } from "./history.ts";

export interface Index {
  /** As it is written. */
  name: string;
  /** The table, as it is written: the index lives in its schema. Null where the name itself may have one. */
  table: string | null;
}

const name = String.raw`(?:"(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`;
const createIndex = new RegExp(
  String.raw`^create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?(?<name>${name})\s+on\s+(?:only\s+)?(?<table>${name}(?:\s*\.\s*${name})?)`,
  "i",
);

const dropIndex = new RegExp(
  String.raw`^drop\s+index\s+concurrently\s+(?:if\s+exists\s+)?(?<name>${name}(?:\s*\.\s*${name})?)(?:\s+(?:cascade|restrict))?$`,
  "i",
);

/** The index that the script builds, where it builds one under a name. */
export function indexOf({ text }: Script): Index | null {
  const groups = createIndex.exec(statements(text)[0] ?? "")?.groups;
  return groups ? { name: groups["name"] ?? "", table: groups["table"] ?? "" } : null;
}

/** The index that the script drops. */
export function droppedOf({ text }: Script): Index | null {
  const found = dropIndex.exec(statements(text)[0] ?? "")?.groups?.["name"];
  return found === undefined ? null : { name: found, table: null };
}

/** The index's name with its schema, which is its table's; null where there is no such table. */
async function placeOf(line: Sql, { name, table }: Index): Promise<string | null> {
  if (table === null) return name;
  const [row] = await line`
    select n.nspname as schema from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.oid = to_regclass(${table})`;
  return row ? `${quoteName(String(row["schema"]))}.${name}` : null;
}

export type IndexState = "valid" | "invalid" | "none";

/** How an index stands in the database, in the schema in which its migration's names stand. */
export async function stateOf(sql: Sql, index: Index, options: ApplyOptions): Promise<IndexState> {
  return inSchema(sql, options, async (line) => {
    const place = await placeOf(line, index);
    const [row] = await line`
      select indisvalid as valid from pg_catalog.pg_index where indexrelid = to_regclass(${place})`;
    return row ? (row["valid"] ? "valid" : "invalid") : "none";
  });
}

/** All that are INVALID in the database, but for those that are being built just now. */
export async function readInvalid(sql: Sql): Promise<InvalidIndex[]> {
  const rows = await sql.unsafe<InvalidIndex[]>(`
    select n.nspname as schema, x.relname as name, t.relname as table
    from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
    join pg_catalog.pg_class t on t.oid = i.indrelid join pg_catalog.pg_namespace n on n.oid = t.relnamespace
    where not i.indisvalid and x.relkind = 'i' and n.nspname !~ '^pg_'
      and not exists (select from pg_catalog.pg_stat_progress_create_index p where p.index_relid = i.indexrelid)
    order by 1, 2`);
  return rows.map((row) => ({ ...row }));
}

/** Takes an index away that was left INVALID, without a lock that others would wait for; any other stays. */
export async function dropInvalid(sql: Sql, index: Index, options: ApplyOptions): Promise<void> {
  if ((await stateOf(sql, index, options)) !== "invalid") return;
  await inSchema(sql, options, async (line) => {
    const place = await placeOf(line, index);
    if (place !== null) await line.unsafe(`drop index concurrently if exists ${place}`).simple();
  });
}
