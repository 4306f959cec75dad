/**
 * The rights that the manifest asks for in one database, given the tables that are there. Pure.
 *
 * - `<service>_owner` owns schema and tables and never logs in; `<service>_migrator` logs in and acts as it;
 *   `<service>_app` logs in as the service and may read and change rows, no more.
 * - A table that the service's code only reads and adds to is append-only for it: no UPDATE, no DELETE.
 * - Others get what `uses` names and the owner publishes, by column where only columns are published; a road whose last
 *   day has passed gives nothing.
 */
import type { Operation } from "../../analysis/model.ts";
import { hasStar, matchTable } from "../../manifest/mod.ts";
import type { Use } from "../../manifest/model.ts";
import type { DeployedDatabase, PlacedService } from "../databases.ts";
import { DeployError } from "../error.ts";
import type { Catalog, DefaultGrant, Grant, Relation, RoleSetting } from "./catalog.ts";
import { ident } from "./names.ts";
import type { Observed } from "./observed.ts";

export interface DesiredRole {
  name: string;
  login: boolean;
  inherit: boolean;
  /** What it is for, in its comment. */
  purpose: string;
}

export interface Desired {
  roles: DesiredRole[];
  memberships: { role: string; member: string }[];
  schemas: { name: string; owner: string }[];
  /** Relations that are there, with the role that should own them. */
  owners: { relation: Relation; owner: string }[];
  grants: Grant[];
  defaults: DefaultGrant[];
  settings: RoleSetting[];
  extensions: string[];
  /** What can be granted only once a migration has made the table. */
  waiting: string[];
}

/** Whose a relation is: the service that owns it by its full name, else by a pattern; partitions and sequences follow their table. */
export function ownerOf(relation: Relation, services: readonly PlacedService[]): PlacedService | null {
  const named = relation.of && relation.kind === "S" ? relation.of : relation;
  return (
    ownerOfName(named.schema, named.name, services) ??
    (relation.of ? ownerOfName(relation.of.schema, relation.of.name, services) : null)
  );
}

/**
 * The service that a name in the database is of; null where it is none's.
 * @throws {DeployError} where several name it
 */
export function ownerOfName(
  schema: string,
  name: string,
  services: readonly PlacedService[],
): PlacedService | null {
  const own = services.find(({ history }) => history.schema === schema && history.table === name);
  if (own) return own;
  const owners = services.filter((placed) => owns(placed, schema, name));
  const exact = owners.filter((placed) => owns(placed, schema, name, true));
  if (exact.length > 1) {
    const who = exact.map(({ service }) => service.name).join(" and ");
    throw new DeployError(
      `${schema}.${name} would be ${who}'s alike in this database: see freehold explain table-collision`,
    );
  }
  return exact[0] ?? owners[0] ?? null;
}

function owns({ service, schema }: PlacedService, inSchema: string, name: string, exactly = false): boolean {
  return service.owns.some(
    (pattern) => (!exactly || !hasStar(pattern)) && matchTable(pattern, inSchema, name, [schema]),
  );
}

/** @param today `YYYY-MM-DD` */
export function desiredRights(
  { services }: DeployedDatabase,
  catalog: Catalog,
  observed: Observed,
  today: string,
): Desired {
  const desired: Desired = {
    roles: services.flatMap(rolesOf),
    memberships: services.map(({ roles }) => ({ role: roles.owner, member: roles.migrator })),
    schemas: [],
    owners: [],
    grants: [],
    defaults: [],
    settings: services.flatMap(settingsOf),
    extensions: [...new Set(services.flatMap(({ service }) => service.extensions))],
    waiting: [],
  };
  for (const placed of services) {
    const { owner, app, migrator } = placed.roles;
    for (const role of [app, migrator])
      for (const privilege of ["CONNECT", "TEMPORARY"])
        desired.grants.push(grantOf("database", null, catalog.database.name, role, privilege));
    for (const schema of new Set([placed.schema, placed.history.schema])) {
      if (schema !== "public") desired.schemas.push({ name: schema, owner });
      else desired.grants.push(grantOf("schema", schema, schema, owner, "CREATE"), usage(schema, owner));
      desired.grants.push(usage(schema, app));
    }
    if (placed.service.extensions.length > 0)
      desired.grants.push(
        usage("public", app),
        ...(placed.schema === "public" ? [] : [usage("public", owner)]),
      );
    desired.defaults.push(...defaultsOf(placed));
  }
  const tables = catalog.relations.filter(({ kind }) => kind !== "S");
  for (const relation of catalog.relations) {
    const placed = ownerOf(relation, services);
    if (!placed) continue;
    desired.owners.push({ relation, owner: placed.roles.owner });
    for (const privilege of ownRights(relation, placed, observed))
      desired.grants.push(onRelation(relation, placed.roles.app, privilege));
  }
  for (const reader of services) {
    for (const use of reader.service.uses) {
      if (use.until !== null && use.until < today) continue;
      const owner = services.find(({ service }) => service.name === use.service);
      if (!owner) continue;
      const found = tables.filter(
        (table) => ownerOf(table, services) === owner && isMeant(use, table, owner),
      );
      if (found.length === 0)
        desired.waiting.push(
          `${reader.service.name} may ${use.access} ${use.table} once ${use.service}'s migrations have made it`,
        );
      for (const table of found)
        desired.grants.push(...roadRights(use, table, reader, owner, catalog, observed));
    }
  }
  desired.grants = distinct(desired.grants);
  return desired;
}

function rolesOf({ service, roles }: PlacedService): DesiredRole[] {
  const of = (kind: string) => `freehold: ${service.name}'s ${kind}`;
  return [
    { name: roles.owner, login: false, inherit: true, purpose: of("owner") },
    { name: roles.migrator, login: true, inherit: false, purpose: of("migrator") },
    { name: roles.app, login: true, inherit: true, purpose: of("app") },
  ];
}

/** The search path is the role's: a pooler refuses it as a start-up parameter. */
function settingsOf({ schema, roles, service }: PlacedService): RoleSetting[] {
  // Extensions are installed in public, and their functions and types are found there.
  const value = [schema, ...(service.extensions.length > 0 ? ["public"] : [])].map(ident).join(", ");
  const path = (role: string) => (schema === "public" ? [] : [{ role, name: "search_path", value }]);
  return [
    ...path(roles.app),
    { role: roles.migrator, name: "role", value: roles.owner },
    ...path(roles.migrator),
  ];
}

function defaultsOf({ schema, history, roles: { owner, app } }: PlacedService): DefaultGrant[] {
  const of = (inSchema: string, on: DefaultGrant["on"], privileges: readonly string[]) =>
    privileges.map((privilege) => ({ by: owner, schema: inSchema, on, to: app, privilege }));
  return [
    ...of(schema, "tables", rowRights),
    ...of(schema, "sequences", sequenceRights),
    ...(history.schema === schema ? [] : of(history.schema, "tables", ["SELECT"])),
  ];
}

const rowRights = ["SELECT", "INSERT", "UPDATE", "DELETE"] as const;
const sequenceRights = ["USAGE", "SELECT"] as const;

function ownRights(relation: Relation, placed: PlacedService, observed: Observed): readonly string[] {
  const { history, service, schema } = placed;
  if (relation.schema === history.schema && relation.name === history.table) return ["SELECT"];
  if (relation.kind === "S") return sequenceRights;
  const named = relation.of ?? relation;
  const seen = observed.operations(service.name, [schema], named.name);
  if (relation.kind === "m") return ["SELECT"];
  if (seen === null) return relation.kind === "v" ? ["SELECT"] : rowRights;
  const truncates = seen.has("truncate") ? ["TRUNCATE"] : [];
  const changes = ["update", "delete", "merge"].some((operation) => seen.has(operation as Operation));
  const adds = seen.has("insert") || seen.has("copy-from");
  if (relation.kind === "v") return changes || adds ? rowRights : ["SELECT"];
  return adds && !changes ? ["SELECT", "INSERT", ...truncates] : [...rowRights, ...truncates];
}

function isMeant(use: Use, table: Relation, owner: PlacedService): boolean {
  return matchTable(use, table.schema, table.name, [owner.schema]);
}

/** What one road gives: no more than was published, and no more kinds of writing than the code does. */
function roadRights(
  use: Use,
  table: Relation,
  reader: PlacedService,
  owner: PlacedService,
  catalog: Catalog,
  observed: Observed,
): Grant[] {
  const { app } = reader.roles;
  const published = owner.service.publishes.find((pattern) =>
    matchTable(pattern, table.schema, table.name, [owner.schema]),
  );
  const columns = use.until === null ? (published?.columns ?? null) : null;
  const select: Grant[] =
    columns === null
      ? [onRelation(table, app, "SELECT")]
      : columns.map((column) => ({ ...onRelation(table, app, "SELECT"), column }));
  if (use.access === "read") return [usage(table.schema, app), ...select];
  const seen = observed.operations(reader.service.name, [reader.schema, table.schema], table.name);
  const wanted = writesOf(seen);
  const reads = seen === null || [...seen].some((operation) => !["insert", "copy-from"].includes(operation));
  const serials = catalog.relations.filter(
    ({ kind, of, identity }) =>
      kind === "S" && !identity && of?.schema === table.schema && of.name === table.name,
  );
  return [
    usage(table.schema, app),
    ...(reads ? select : []),
    ...wanted.map((privilege) => onRelation(table, app, privilege)),
    ...(wanted.includes("INSERT") ? serials.map((serial) => onRelation(serial, app, "USAGE")) : []),
  ];
}

/** Where nothing was seen to write, the road was given for what is still to come. */
function writesOf(seen: ReadonlySet<Operation> | null): string[] {
  const all = ["INSERT", "UPDATE", "DELETE"];
  if (seen === null || seen.has("merge")) return all;
  const wanted = all.filter((privilege) =>
    privilege === "INSERT" && seen.has("copy-from") ? true : seen.has(privilege.toLowerCase() as Operation),
  );
  return wanted.length === 0 ? all : wanted;
}

function usage(schema: string, role: string): Grant {
  return grantOf("schema", schema, schema, role, "USAGE");
}

function onRelation({ kind, schema, name }: Relation, role: string, privilege: string): Grant {
  return grantOf(kind === "S" ? "sequence" : "table", schema, name, role, privilege);
}

function grantOf(on: Grant["on"], schema: string | null, name: string, to: string, privilege: string): Grant {
  return { on, schema, name, column: null, to, privilege, grantable: false };
}

/** One and the same for two grants of the same right on the same object to the same role. */
export function grantKey({ on, schema, name, column, to, privilege }: Grant): string {
  return JSON.stringify([on, schema, name, column, to, privilege]);
}

function distinct(grants: readonly Grant[]): Grant[] {
  return [...new Map(grants.map((grant) => [grantKey(grant), grant])).values()];
}
