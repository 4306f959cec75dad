/** Where one object stands on another: foreign keys, views, inheritance, triggers' functions; and indexes that are broken. */
import type { Sql, TransactionSql } from "postgres";

export interface Link {
  kind: "foreign key" | "view" | "inheritance" | "trigger";
  /** The constraint's, view's or trigger's name. */
  name: string;
  fromSchema: string;
  from: string;
  toSchema: string;
  to: string;
  /** The owner of a trigger's function: a function is its owner's. */
  toOwner: string | null;
}

export interface Links {
  links: Link[];
  /** `schema.index`, with the table it is of. */
  invalidIndexes: { schema: string; name: string; table: string }[];
  /** Constraints that were never checked against all rows. */
  unchecked: { schema: string; table: string; name: string }[];
}

const mine = (alias: string) => `${alias}.nspname !~ '^pg_' and ${alias}.nspname <> 'information_schema'`;

const linksQuery = `
  select 'foreign key' as kind, o.conname as name, fn.nspname as "fromSchema", f.relname as "from",
    tn.nspname as "toSchema", t.relname as "to", null as "toOwner"
  from pg_constraint o join pg_class f on f.oid = o.conrelid join pg_namespace fn on fn.oid = f.relnamespace
  join pg_class t on t.oid = o.confrelid join pg_namespace tn on tn.oid = t.relnamespace
  where o.contype = 'f' and o.conparentid = 0
  union all
  select distinct 'view', v.relname, vn.nspname, v.relname, tn.nspname, t.relname, null
  from pg_rewrite w join pg_class v on v.oid = w.ev_class join pg_namespace vn on vn.oid = v.relnamespace
  join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
  join pg_class t on t.oid = d.refobjid and t.oid <> v.oid join pg_namespace tn on tn.oid = t.relnamespace
  where ${mine("vn")} and t.relkind in ('r', 'p', 'v', 'm', 'f')
  union all
  select 'inheritance', c.relname, cn.nspname, c.relname, pn.nspname, p.relname, null
  from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_namespace cn on cn.oid = c.relnamespace
  join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
  where p.relkind in ('r', 'p', 'f')
  union all
  select 'trigger', g.tgname, n.nspname, c.relname, pn.nspname, p.proname, pg_get_userbyid(p.proowner)
  from pg_trigger g join pg_class c on c.oid = g.tgrelid join pg_namespace n on n.oid = c.relnamespace
  join pg_proc p on p.oid = g.tgfoid join pg_namespace pn on pn.oid = p.pronamespace
  where not g.tgisinternal and ${mine("pn")}`;

const invalidQuery = `
  select n.nspname as schema, x.relname as name, t.relname as table
  from pg_index i join pg_class x on x.oid = i.indexrelid join pg_namespace n on n.oid = x.relnamespace
  join pg_class t on t.oid = i.indrelid where not i.indisvalid and x.relkind = 'i' and ${mine("n")}`;

const uncheckedQuery = `
  select n.nspname as schema, c.relname as table, o.conname as name
  from pg_constraint o join pg_class c on c.oid = o.conrelid join pg_namespace n on n.oid = c.relnamespace
  where not o.convalidated and ${mine("n")}`;

/**
 * Asks a database in one question what stands on another owner's table, and which indexes and constraints are not
 * valid.
 */
export async function readLinks(sql: Sql | TransactionSql): Promise<Links> {
  const list = (query: string) => `(select coalesce(json_agg(q), '[]') from (${query}) q)`;
  const [row] = await sql.unsafe<Links[]>(`
    select ${list(linksQuery)} as links, ${list(invalidQuery)} as "invalidIndexes", ${list(uncheckedQuery)} as unchecked`);
  return { ...row! };
}
