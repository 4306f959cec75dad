/**
 * What a database says of its roles, owners and rights: pg_roles, pg_auth_members, pg_namespace, pg_class, pg_attribute,
 * pg_default_acl, pg_db_role_setting (PostgreSQL manual, "System Catalogs"). Where a right was never granted or revoked
 * the catalog holds NULL, and `acldefault()` says what that means.
 */
import type { Sql, TransactionSql } from "postgres";

export interface Catalog {
  /** `server_version_num`: 150018. */
  version: number;
  database: { name: string; owner: string };
  /** Who asks. */
  admin: { name: string; superuser: boolean; createRole: boolean };
  roles: CatalogRole[];
  /** Roles that freehold made, of any manifest, and that own something here. */
  makers: { name: string; purpose: string }[];
  memberships: Membership[];
  schemas: { name: string; owner: string }[];
  relations: Relation[];
  functions: CatalogFunction[];
  /** Every right of anybody but the object's owner. */
  grants: Grant[];
  defaults: DefaultGrant[];
  settings: RoleSetting[];
  extensions: string[];
}

export interface CatalogRole {
  name: string;
  login: boolean;
  inherit: boolean;
  /** Attributes that no service's role needs, such as `SUPERUSER`. */
  powers: string[];
  /** Its comment: by it a role is known as ours. */
  comment: string | null;
  /** The stored password (pg_authid), null where there is none or where it may not be read. */
  verifier: string | null;
}

export interface Membership {
  role: string;
  member: string;
  admin: boolean;
  inherit: boolean;
  set: boolean;
}

export interface Relation {
  schema: string;
  name: string;
  /** `pg_class.relkind`. */
  kind: "r" | "p" | "v" | "m" | "f" | "S";
  owner: string;
  /** The table at the top where it is a partition, and the table whose column it counts for where it is a sequence. */
  of: { schema: string; name: string } | null;
  /** The sequence of an identity column: rights on the table are enough. */
  identity: boolean;
}

export interface CatalogFunction {
  schema: string;
  /** With its arguments' types, as DDL names it. */
  signature: string;
  owner: string;
  /** Runs with its owner's rights. */
  definer: boolean;
  procedure: boolean;
}

/** One right. `column` is set where it is a column's. */
export interface Grant {
  on: "database" | "schema" | "table" | "sequence" | "function";
  schema: string | null;
  name: string;
  column: string | null;
  to: string;
  privilege: string;
  /** With the option to hand it on. */
  grantable: boolean;
}

/** What a role's future objects in a schema grant. */
export interface DefaultGrant {
  by: string;
  schema: string;
  on: "tables" | "sequences";
  to: string;
  privilege: string;
}

export interface RoleSetting {
  role: string;
  name: string;
  value: string;
}

const systemSchemas = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'";
/** What belongs to an extension is the extension's business. */
const notOfExtension = (catalog: string, alias: string) =>
  `not exists (select from pg_depend e where e.classid = '${catalog}'::regclass and e.objid = ${alias}.oid and e.deptype = 'e')`;

/** Reads the rights in a database; `roles` are those of the manifest. */
export async function readCatalog(sql: Sql | TransactionSql, roles: readonly string[]): Promise<Catalog> {
  const [head] = await sql.unsafe<Pick<Catalog, "version" | "database" | "admin">[]>(`
    select current_setting('server_version_num')::int as version,
      (select json_build_object('name', datname, 'owner', pg_get_userbyid(datdba))
       from pg_database where datname = current_database()) as database,
      (select json_build_object('name', rolname, 'superuser', rolsuper, 'createRole', rolcreaterole)
       from pg_roles where rolname = current_user) as admin`);
  const [found] = await sql.unsafe<Omit<Catalog, "version" | "database" | "admin">[]>(
    `select
      (${list(rolesQuery(head!.admin.superuser))}) as roles,
      (${list(makersQuery)}) as makers,
      (${list(membershipsQuery)}) as memberships,
      (${list(`select n.nspname as name, pg_get_userbyid(n.nspowner) as owner from pg_namespace n where ${systemSchemas}`)}) as schemas,
      (${list(relationsQuery)}) as relations,
      (${list(functionsQuery)}) as functions,
      (${list(grantsQuery)}) as grants,
      (${list(defaultsQuery)}) as defaults,
      (${list(settingsQuery)}) as settings,
      (select coalesce(json_agg(extname order by extname), '[]') from pg_extension) as extensions`,
    // As text: the pool does not know the server's array types.
    [JSON.stringify(roles)],
  );
  return { ...head!, ...found! };
}

/** In an order of its own, so that a plan is the same each time. */
function list(query: string): string {
  return `select coalesce(json_agg(q order by q::text collate "C"), '[]') from (${query}) q`;
}

const rolesQuery = (superuser: boolean) => `
  select r.rolname as name, r.rolcanlogin as login, r.rolinherit as inherit,
    array_remove(array[case when r.rolsuper then 'SUPERUSER' end, case when r.rolcreatedb then 'CREATEDB' end,
      case when r.rolcreaterole then 'CREATEROLE' end, case when r.rolreplication then 'REPLICATION' end,
      case when r.rolbypassrls then 'BYPASSRLS' end], null) as powers,
    shobj_description(r.oid, 'pg_authid') as comment,
    ${superuser ? "(select rolpassword from pg_authid a where a.oid = r.oid)" : "null"} as verifier
  from pg_roles r where r.rolname = any (array(select json_array_elements_text($1::text::json)))`;

const makersQuery = `
  select r.rolname as name, substr(shobj_description(r.oid, 'pg_authid'), length('freehold: ') + 1) as purpose
  from pg_roles r where shobj_description(r.oid, 'pg_authid') like 'freehold: %'
    and (exists (select from pg_class c where c.relowner = r.oid)
      or exists (select from pg_namespace n where n.nspowner = r.oid))`;

/** Before 16 a membership can be set to whenever it is there, and its inheritance is the member's. */
const membershipsQuery = `
  select r.rolname as role, m.rolname as member, bool_or(a.admin_option) as admin,
    bool_or(coalesce((to_jsonb(a)->>'inherit_option')::bool, m.rolinherit)) as inherit,
    bool_or(coalesce((to_jsonb(a)->>'set_option')::bool, true)) as set
  from pg_auth_members a join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member
  where r.rolname = any (array(select json_array_elements_text($1::text::json))) or m.rolname = any (array(select json_array_elements_text($1::text::json))) group by 1, 2`;

const relationsQuery = `
  select n.nspname as schema, c.relname as name, c.relkind as kind, pg_get_userbyid(c.relowner) as owner,
    (select json_build_object('schema', tn.nspname, 'name', t.relname)
     from pg_class t join pg_namespace tn on tn.oid = t.relnamespace
     where t.oid = case c.relkind
       when 'S' then (select d.refobjid from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                      and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i') limit 1)
       else (select p.relid from pg_partition_ancestors(c.oid) with ordinality p where c.relispartition
             order by p.ordinality desc limit 1) end) as of,
    exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i'
            and d.refclassid = 'pg_class'::regclass and c.relkind = 'S') as identity
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and ${systemSchemas} and ${notOfExtension("pg_class", "c")}`;

const functionsQuery = `
  select n.nspname as schema, p.oid::regprocedure::text as signature, pg_get_userbyid(p.proowner) as owner,
    p.prosecdef as definer, p.prokind = 'p' as procedure
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where ${systemSchemas} and ${notOfExtension("pg_proc", "p")}`;

const who = "case a.grantee when 0 then 'PUBLIC' else pg_get_userbyid(a.grantee) end";
const right = `${who} as "to", a.privilege_type as privilege, a.is_grantable as grantable`;

const grantsQuery = `
  select 'database' as on, null as schema, d.datname as name, null as column, ${right}
  from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
  where d.datname = current_database() and a.grantee <> d.datdba
  union all
  select 'schema', n.nspname, n.nspname, null, ${right}
  from pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
  where ${systemSchemas} and a.grantee <> n.nspowner
  union all
  select case c.relkind when 'S' then 'sequence' else 'table' end, n.nspname, c.relname, null, ${right}
  from pg_class c join pg_namespace n on n.oid = c.relnamespace,
    aclexplode(coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's'::"char" else 'r'::"char" end, c.relowner))) a
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and ${systemSchemas} and a.grantee <> c.relowner
    and ${notOfExtension("pg_class", "c")}
  union all
  select 'table', n.nspname, c.relname, t.attname, ${right}
  from pg_attribute t join pg_class c on c.oid = t.attrelid join pg_namespace n on n.oid = c.relnamespace,
    aclexplode(t.attacl) a
  where t.attacl is not null and ${systemSchemas} and a.grantee <> c.relowner and ${notOfExtension("pg_class", "c")}
  union all
  select 'function', n.nspname, p.oid::regprocedure::text, null, ${right}
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace,
    aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
  where p.prosecdef and ${systemSchemas} and a.grantee <> p.proowner and ${notOfExtension("pg_proc", "p")}`;

const defaultsQuery = `
  select pg_get_userbyid(d.defaclrole) as by, coalesce(n.nspname, '') as schema,
    case d.defaclobjtype when 'r' then 'tables' else 'sequences' end as on,
    ${who} as "to", a.privilege_type as privilege
  from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a
  where d.defaclobjtype in ('r', 'S') and a.grantee <> d.defaclrole`;

const settingsQuery = `
  select r.rolname as role, split_part(c.setting, '=', 1) as name,
    substr(c.setting, strpos(c.setting, '=') + 1) as value
  from pg_db_role_setting s join pg_roles r on r.oid = s.setrole, unnest(s.setconfig) c (setting)
  where s.setdatabase = (select oid from pg_database where datname = current_database()) and r.rolname = any (array(select json_array_elements_text($1::text::json)))`;
