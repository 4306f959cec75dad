/** What the database knows of its tables: who hangs on whom. It explains locks that a statement does not name. */
import type { ReservedSql } from "postgres";

/** Pairs of tables as `schema.table`, each both ways where it matters. */
export interface Catalog {
  /** The schemas in which the session looks for unqualified names, in their order. */
  path: string[];
  tables: Set<string>;
  /** View or table → tables and views that its query, rules or policies read. */
  readBy: Map<string, Set<string>>;
  /** Parents and children by inheritance or partition. */
  family: Map<string, Set<string>>;
  /** Both ends of foreign keys. */
  foreignKeys: Map<string, Set<string>>;
  /** Tables with a trigger or a rule of somebody's making; views, policies, checks and indexes that call a routine count, too. */
  triggered: Set<string>;
  /** Some event trigger watches DDL. */
  watched: boolean;
  /** Index, sequence, statistics or type → the table that it hangs on, or the tables that use it. */
  hangers: Map<string, Set<string>>;
  /** Functions and procedures that are not the system's, without their schema. */
  routines: Set<string>;
}

const USER = "not in ('pg_catalog', 'information_schema', 'pg_toast')";
const named = (oid: string) =>
  `(select nspname || '.' || relname from pg_class x join pg_namespace y on y.oid = relnamespace where x.oid = ${oid})`;

/** Reads the catalogue as it stands: a dozen milliseconds for a database of some hundred tables. */
export async function readCatalog(sql: ReservedSql): Promise<Catalog> {
  const list = async (query: string) =>
    (await sql.unsafe<{ a: string | null }[]>(query)).flatMap(({ a }) => (a === null ? [] : [a]));
  const pairs = async (query: string, both: boolean) => {
    const map = new Map<string, Set<string>>();
    for (const { a, b } of await sql.unsafe<{ a: string | null; b: string | null }[]>(query)) {
      if (a === null || b === null) continue;
      add(map, a, b);
      if (both) add(map, b, a);
    }
    return map;
  };
  return {
    path: await list("select unnest(current_schemas(true)) as a"),
    tables: new Set(
      await list(
        `select nspname || '.' || relname as a from pg_class c join pg_namespace n on n.oid = relnamespace
         where relkind in ('r','p','v','m','f') and nspname ${USER}`,
      ),
    ),
    readBy: await pairs(
      `select distinct ${named("ev_class")} as a, ${named("refobjid")} as b from pg_rewrite r
       join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
       where refobjid <> ev_class and refobjid >= 16384
       union select ${named("polrelid")}, ${named("refobjid")} from pg_policy p
       join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid and d.refclassid = 'pg_class'::regclass
       where refobjid <> polrelid`,
      false,
    ),
    family: await pairs(
      `select ${named("inhrelid")} as a, ${named("inhparent")} as b from pg_inherits`,
      true,
    ),
    foreignKeys: await pairs(
      `select ${named("conrelid")} as a, ${named("confrelid")} as b from pg_constraint where contype = 'f'`,
      true,
    ),
    triggered: new Set(
      await list(
        `select ${named("tgrelid")} as a from pg_trigger where not tgisinternal
         union select ${named("ev_class")} from pg_rewrite where rulename <> '_RETURN' and ev_class >= 16384
         union select ${named("coalesce(ev_class, polrelid, conrelid, adrelid, indrelid)")} from pg_depend d
         left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = objid
         left join pg_policy p on d.classid = 'pg_policy'::regclass and p.oid = objid
         left join pg_constraint c on d.classid = 'pg_constraint'::regclass and c.oid = objid
         left join pg_attrdef a on d.classid = 'pg_attrdef'::regclass and a.oid = objid
         left join pg_index i on d.classid = 'pg_class'::regclass and indexrelid = objid
         where refclassid = 'pg_proc'::regclass and refobjid >= 16384`,
      ),
    ),
    watched: (await list("select evtname as a from pg_event_trigger where evtenabled <> 'D'")).length > 0,
    hangers: await pairs(
      `select (select relname from pg_class where oid = indexrelid) as a, ${named("indrelid")} as b from pg_index
       where indrelid >= 16384
       union select (select relname from pg_class where oid = objid), ${named("refobjid")} from pg_depend
       where classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass and deptype in ('a', 'i') and refobjid >= 16384
       union select stxname, ${named("stxrelid")} from pg_statistic_ext
       union select typname, ${named("attrelid")} from pg_attribute join pg_type t on t.oid = atttypid
       where attrelid >= 16384 and t.oid >= 16384`,
      false,
    ),
    routines: new Set(
      await list(
        `select proname as a from pg_proc p join pg_namespace n on n.oid = pronamespace where nspname ${USER}`,
      ),
    ),
  };
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const known = map.get(key);
  if (known) known.add(value);
  else map.set(key, new Set([value]));
}

/** Everything that can be reached from some tables, they themselves left out unless a way leads back. */
export function reach(map: Map<string, Set<string>>, from: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const open = [...from];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const other of map.get(next) ?? []) {
      if (found.has(other)) continue;
      found.add(other);
      open.push(other);
    }
  }
  return found;
}
