/**
 * Drift: where a live database is not what the manifest and the migrations say. Rights and owners come from the same plan
 * that `roles apply` would carry out; shapes from the migrations themselves, run in a shadow (shadow.ts); the rest from the
 * catalog. Nothing is changed.
 */
import type { Sql } from "postgres";
import { matchName, type TableName } from "../../manifest/mod.ts";
import { type MigrationEntry, MigrationError, status, statusWithin } from "../../runtime/migrate/mod.ts";
import type { DeployedDatabase, PlacedService } from "../databases.ts";
import { DeployError } from "../error.ts";
import type { Catalog, Grant } from "../roles/catalog.ts";
import { ownerOf, ownerOfName } from "../roles/desired.ts";
import { lookAs, planRights, type RightsOptions, type StepKind } from "../roles/mod.ts";
import { everybody } from "../roles/names.ts";
import { type Link, type Links, readLinks } from "./links.ts";
import type { Shadows } from "./shadow.ts";
import { differences, readShapes, type Shape, type Shapes } from "./shape.ts";

export type FaultKind =
  | "role"
  | "membership"
  | "owner"
  | "right"
  | "stranger"
  | "default-privilege"
  | "setting"
  | "extension"
  | "schema"
  | "stray-table"
  | "missing-table"
  | "shape"
  | "cross-owner"
  | "security-definer"
  | "invalid-index"
  | "unchecked-constraint"
  | "migration";

/** One thing that is not as it should be, in one line. */
export interface Fault {
  kind: FaultKind;
  message: string;
}

export interface DriftOptions extends RightsOptions {
  shadows: Shadows;
  /** Absolute path of a service's migrations; null where it has none. */
  folderOf(service: string): string | null;
}

const kinds: Record<Exclude<StepKind, "password">, FaultKind> = {
  role: "role",
  membership: "membership",
  extension: "extension",
  revoke: "right",
  schema: "schema",
  owner: "owner",
  grant: "right",
  default: "default-privilege",
  setting: "setting",
};

/**
 * Holds one database against the manifest and the migrations.
 * @throws {DeployError} where the migrations cannot be tried
 */
export async function findDrift(
  sql: Sql,
  database: DeployedDatabase,
  options: DriftOptions,
): Promise<Fault[]> {
  const { services } = database;
  const plan = await planRights(sql, database, options);
  const schemas = [
    ...new Set(["public", ...services.flatMap(({ schema, history }) => [schema, history.schema])]),
  ];
  const wanted = await options.shadows.of(database, schemas);
  const live = await readShapes(sql, schemas);
  return [
    ...plan.obstacles.map((message): Fault => ({ kind: "owner", message })),
    ...plan.steps.flatMap(({ kind, fault }): Fault[] =>
      kind === "password" ? [] : [{ kind: kinds[kind], message: fault }],
    ),
    ...strangers(plan.catalog, services),
    ...leftRoles(plan.catalog, services),
    ...definers(plan.catalog, services),
    ...undeclaredExtensions(plan.catalog, services),
    ...tables(live, wanted, options.system, services),
    ...crossings(await readLinks(sql), services),
    ...(await migrations(sql, plan.catalog, services, options)),
  ];
}

/** Rights on what is ours in the hands of a role that the manifest does not know. */
function strangers(catalog: Catalog, services: readonly PlacedService[]): Fault[] {
  const ours = new Set(services.flatMap(({ roles }) => Object.values(roles)));
  const known = (name: string) =>
    ours.has(name) || name === everybody || name === catalog.admin.name || name === catalog.database.owner;
  const relations = new Map(catalog.relations.map((one) => [`${one.schema}.${one.name}`, one]));
  const ownSchemas = new Set(services.flatMap(({ schema, history }) => [schema, history.schema]));
  const isOurs = ({ on, schema, name }: Grant): boolean => {
    if (on === "schema") return ownSchemas.has(name) && name !== "public";
    const relation = relations.get(`${schema}.${name}`);
    return relation !== undefined && ownerOf(relation, services) !== null;
  };
  const granted = Map.groupBy(
    catalog.grants.filter((grant) => !known(grant.to) && isOurs(grant)),
    ({ on, schema, name, to }) =>
      `${to} has rights on ${on === "schema" ? `the schema ${name}` : `${schema}.${name}`}`,
  );
  const members = catalog.memberships.filter(
    ({ role, member, set, inherit }) => ours.has(role) && !known(member) && (set || inherit),
  );
  return [
    ...[...granted].map(([said, grants]): Fault => {
      const rights = [...new Set(grants.map(({ privilege }) => privilege))].join(", ");
      return { kind: "stranger", message: `${said} (${rights}), and the manifest does not know it` };
    }),
    ...members.map(
      ({ role, member }): Fault => ({
        kind: "stranger",
        message: `${member} is a member of ${role}, and the manifest does not know it`,
      }),
    ),
  ];
}

/** Roles that were made for a service of this name scheme, and that the manifest no longer has. */
function leftRoles({ makers }: Catalog, services: readonly PlacedService[]): Fault[] {
  const ours = new Set(services.flatMap(({ roles }) => Object.values(roles)));
  return makers
    .filter(({ name }) => !ours.has(name))
    .map(({ name }) => ({
      kind: "role",
      message: `${name} has objects here, and the manifest no longer has its service`,
    }));
}

/** A function that runs as its owner is as dangerous as its owner: in a service's schema that is the service's owner role. */
function definers({ functions, database }: Catalog, services: readonly PlacedService[]): Fault[] {
  const owners = new Map(services.map(({ schema, roles }) => [schema, roles.owner]));
  const ours = new Set(services.map(({ roles }) => roles.owner));
  return functions
    .filter(({ definer, schema, owner }) => definer && owners.has(schema) && !ours.has(owner))
    .map(({ signature, owner }) => ({
      kind: "security-definer",
      message: `${signature} is SECURITY DEFINER and runs as ${owner}${owner === database.owner ? ", who owns the database" : ""}`,
    }));
}

/** What every PostgreSQL has. */
const usualExtensions = new Set(["plpgsql"]);

function undeclaredExtensions({ extensions }: Catalog, services: readonly PlacedService[]): Fault[] {
  const declared = new Set(services.flatMap(({ service }) => service.extensions));
  return extensions
    .filter((name) => !declared.has(name) && !usualExtensions.has(name))
    .map((name) => ({
      kind: "extension",
      message: `the extension ${name} is here, and no service declares it`,
    }));
}

function tables(
  live: Shapes,
  wanted: Shapes,
  system: readonly TableName[],
  services: readonly PlacedService[],
): Fault[] {
  const nameOf = ({ schema, name }: Shape) => `${schema}.${name}`;
  const there = new Map(live.shapes.map((shape) => [nameOf(shape), shape]));
  const made = new Map(wanted.shapes.map((shape) => [nameOf(shape), shape]));
  const isTool = ({ schema, name }: Shape) =>
    system.some(
      (pattern) =>
        (pattern.schema === null || matchName(pattern.schema, schema)) && matchName(pattern.table, name),
    );
  const faults: Fault[] = [];
  for (const shape of wanted.shapes) {
    const found = there.get(nameOf(shape));
    if (!found) {
      faults.push({
        kind: "missing-table",
        message: `${nameOf(shape)} is missing, and the migrations make it`,
      });
      continue;
    }
    for (const said of differences(found, shape, live.major === wanted.major))
      faults.push({ kind: "shape", message: `${nameOf(shape)}: ${said}` });
  }
  for (const shape of live.shapes) {
    // A partition that was made since stands for its table.
    if (
      made.has(nameOf(shape)) ||
      isTool(shape) ||
      (shape.partitionOf !== null && made.has(shape.partitionOf))
    )
      continue;
    const owner = ownerOfName(shape.schema, shape.name, services);
    const whose = owner
      ? `${owner.service.name} owns it, and its migrations do not make it`
      : "nobody owns it";
    faults.push({ kind: "stray-table", message: `the ${shape.kind} ${nameOf(shape)} is here, and ${whose}` });
  }
  return faults;
}

function crossings({ links, invalidIndexes, unchecked }: Links, services: readonly PlacedService[]): Fault[] {
  const ownerOfFunction = (role: string | null) => services.find(({ roles }) => roles.owner === role) ?? null;
  const end = (link: Link) =>
    link.kind === "trigger" ? ownerOfFunction(link.toOwner) : ownerOfName(link.toSchema, link.to, services);
  const crossing = links.flatMap((link): Fault[] => {
    const [from, to] = [ownerOfName(link.fromSchema, link.from, services), end(link)];
    if (from === to || (!from && !to)) return [];
    // What nobody owns is a stray already; it crosses a border where a service's object stands on it, or it on one.
    const whose = (placed: PlacedService | null) => (placed ? `${placed.service.name}'s` : "nobody's");
    const what =
      link.kind === "view"
        ? `the view ${link.name}`
        : `the ${link.kind} ${link.name} of ${link.fromSchema}.${link.from}`;
    const message = `${what} (${whose(from)}) stands on ${link.toSchema}.${link.to} (${whose(to)})`;
    return [{ kind: "cross-owner", message }];
  });
  return [
    ...crossing,
    ...invalidIndexes.map(
      ({ schema, name, table }): Fault => ({
        kind: "invalid-index",
        message: `the index ${schema}.${name} of ${table} is invalid: it is written and never read`,
      }),
    ),
    ...unchecked.map(
      ({ schema, table, name }): Fault => ({
        kind: "unchecked-constraint",
        message: `the constraint ${name} of ${schema}.${table} was never checked against all rows`,
      }),
    ),
  ];
}

async function migrations(
  sql: Sql,
  catalog: Catalog,
  services: readonly PlacedService[],
  { folderOf }: DriftOptions,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const { service, roles } of services) {
    const folder = folderOf(service.name);
    if (folder === null) continue;
    const { name: of, versionTable } = service;
    const subject = { service: of, folder, ...(versionTable === null ? {} : { versionTable }) };
    const entries = await statesOf(sql, catalog, subject, roles.owner);
    for (const { name, state } of entries.filter(isOdd))
      faults.push({ kind: "migration", message: `${service.name}: ${name} is ${state}` });
  }
  return faults;
}

/** The history is its owner's, and an administrator who is no superuser reads it only as one of its owner's members. */
async function statesOf(
  sql: Sql,
  catalog: Catalog,
  subject: { service: string; folder: string; versionTable?: string },
  owner: string,
): Promise<MigrationEntry[]> {
  try {
    return await status({ ...subject, sql }).catch((error: unknown) => {
      if (!(error instanceof MigrationError && error.problem === "permission")) throw error;
      return lookAs(sql, owner, catalog, (tx) => statusWithin(tx, subject));
    });
  } catch (error) {
    if (error instanceof MigrationError) throw new DeployError(error.message);
    throw error;
  }
}

function isOdd({ state }: MigrationEntry): boolean {
  return state !== "applied";
}
