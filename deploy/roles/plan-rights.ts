/**
 * Steps about rights, those on what is there and those on what will be. Taken away is only what PUBLIC or a role of the
 * manifest holds; what a stranger was granted is for drift to report.
 */
import { matchName, type TableName } from "../../manifest/mod.ts";
import type { Catalog, DefaultGrant, Grant } from "./catalog.ts";
import { type Desired, grantKey, ownerOf } from "./desired.ts";
import { everybody, grantee, ident, qualified } from "./names.ts";
import { type PlanInput, type Step, step } from "./step.ts";

/** Whether a grant is for this plan to take away: on what is ours, from PUBLIC or one of our roles. */
export function revokeSteps({ catalog, desired, database, system }: PlanInput): Step[] {
  const wanted = new Set(desired.grants.map(grantKey));
  const ours = new Set(desired.roles.map(({ name }) => name));
  const relations = new Map(catalog.relations.map((one) => [JSON.stringify([one.schema, one.name]), one]));
  const schemas = new Set(["public", ...desired.schemas.map(({ name }) => name)]);
  const isManaged = (grant: Grant): boolean => {
    // The schemas of histories are among those of tools, and ours all the same.
    if (!desired.schemas.some(({ name }) => name === grant.schema) && isTools(grant, system)) return false;
    if (ours.has(grant.to)) return true;
    if (grant.to !== everybody) return false;
    switch (grant.on) {
      case "database":
        return true;
      case "schema":
        return schemas.has(grant.name);
      case "function":
        return (
          desired.schemas.some(({ name }) => name === grant.schema) || isOwnersFunction(grant, catalog, ours)
        );
      default: {
        const relation = relations.get(JSON.stringify([grant.schema, grant.name]));
        return relation !== undefined && ownerOf(relation, database.services) !== null;
      }
    }
  };
  // A function that one of our roles may call is none of the rights on tables: only PUBLIC loses it.
  const extra = catalog.grants.filter(
    (grant) =>
      !wanted.has(grantKey(grant)) && (grant.on !== "function" || grant.to === everybody) && isManaged(grant),
  );
  const optioned = catalog.grants.filter(
    (grant) => grant.grantable && wanted.has(grantKey(grant)) && ours.has(grant.to),
  );
  return [
    ...grouped(extra).map(({ privileges, grant }) =>
      step(
        "revoke",
        `REVOKE ${privileges} ON ${objectOf(grant)} FROM ${grantee(grant.to)}`,
        `${grant.to} has ${privileges} on ${said(grant)}`,
      ),
    ),
    ...grouped(optioned).map(({ privileges, grant }) =>
      step(
        "revoke",
        `REVOKE GRANT OPTION FOR ${privileges} ON ${objectOf(grant)} FROM ${grantee(grant.to)}`,
        `${grant.to} may hand on ${privileges} on ${said(grant)}`,
      ),
    ),
    ...defaultsTaken(catalog, desired, ours),
  ];
}

/** A tool's table, or a schema that is a tool's. */
function isTools({ on, schema, name }: Grant, system: readonly TableName[]): boolean {
  if (on === "database" || on === "function") return false;
  return system.some(
    (pattern) =>
      (pattern.schema === null ? on !== "schema" : matchName(pattern.schema, schema ?? "")) &&
      (on === "schema" || matchName(pattern.table, name)),
  );
}

function isOwnersFunction(
  { schema, name }: Grant,
  { functions }: Catalog,
  ours: ReadonlySet<string>,
): boolean {
  const found = functions.find((one) => one.schema === schema && one.signature === name);
  return found !== undefined && ours.has(found.owner);
}

/** Rights that are missing. @param isMeant which of the desired ones are asked about */
export function grantSteps({ catalog, desired }: PlanInput, isMeant: (grant: Grant) => boolean): Step[] {
  const there = new Set(catalog.grants.map(grantKey));
  // The owner of an object needs no grant on it.
  const missing = desired.grants.filter(
    (grant) => isMeant(grant) && !there.has(grantKey(grant)) && !isOwner(grant, desired, catalog),
  );
  return grouped(missing).map(({ privileges, grant }) =>
    step(
      "grant",
      `GRANT ${privileges} ON ${objectOf(grant)} TO ${grantee(grant.to)}`,
      `${grant.to} has no ${privileges} on ${said(grant)}`,
    ),
  );
}

function isOwner(grant: Grant, { schemas }: Desired, { database, schemas: found }: Catalog): boolean {
  if (grant.on === "database") return database.owner === grant.to;
  if (grant.on !== "schema") return false;
  const owner =
    schemas.find(({ name }) => name === grant.name) ?? found.find(({ name }) => name === grant.name);
  return owner?.owner === grant.to;
}

function defaultsTaken(catalog: Catalog, desired: Desired, ours: ReadonlySet<string>): Step[] {
  const wanted = new Set(desired.defaults.map(defaultKey));
  const extra = catalog.defaults.filter(
    (one) => ours.has(one.by) && !wanted.has(defaultKey(one)) && (ours.has(one.to) || one.to === everybody),
  );
  return byObject(extra).map(({ privileges, one }) =>
    step(
      "revoke",
      `${alterDefaults(one)} REVOKE ${privileges} ON ${one.on.toUpperCase()} FROM ${grantee(one.to)}`,
      `${one.to} will have ${privileges} on ${one.by}'s future ${one.on}`,
    ),
  );
}

/** Rights that tables to come would lack. */
export function defaultSteps({ catalog, desired }: PlanInput): Step[] {
  const there = new Set(catalog.defaults.map(defaultKey));
  const missing = desired.defaults.filter((one) => !there.has(defaultKey(one)));
  return byObject(missing).map(({ privileges, one }) =>
    step(
      "default",
      `${alterDefaults(one)} GRANT ${privileges} ON ${one.on.toUpperCase()} TO ${grantee(one.to)}`,
      `${one.to} will have no ${privileges} on ${one.by}'s future ${one.on} in ${one.schema}`,
    ),
  );
}

function alterDefaults({ by, schema }: DefaultGrant): string {
  return `ALTER DEFAULT PRIVILEGES FOR ROLE ${ident(by)}${schema === "" ? "" : ` IN SCHEMA ${ident(schema)}`}`;
}

function defaultKey({ by, schema, on, to, privilege }: DefaultGrant): string {
  return JSON.stringify([by, schema, on, to, privilege]);
}

interface Group {
  privileges: string;
  grant: Grant;
}

/** One statement for all rights of one role on one object. */
function grouped(grants: readonly Grant[]): Group[] {
  const byKey = Map.groupBy(grants, ({ on, schema, name, to, column }) =>
    JSON.stringify([on, schema, name, to, column !== null]),
  );
  return [...byKey.values()].map((group) => {
    const words = Map.groupBy(group, ({ privilege }) => privilege);
    const privileges = [...words]
      .map(([word, of]) => {
        const columns = of.flatMap(({ column }) => (column === null ? [] : [ident(column)]));
        return columns.length === 0 ? word : `${word} (${columns.join(", ")})`;
      })
      .join(", ");
    return { privileges, grant: group[0]! };
  });
}

function byObject(defaults: readonly DefaultGrant[]): { privileges: string; one: DefaultGrant }[] {
  const byKey = Map.groupBy(defaults, ({ by, schema, on, to }) => JSON.stringify([by, schema, on, to]));
  return [...byKey.values()].map((group) => ({
    privileges: group.map(({ privilege }) => privilege).join(", "),
    one: group[0]!,
  }));
}

function objectOf({ on, schema, name }: Grant): string {
  switch (on) {
    case "database":
      return `DATABASE ${ident(name)}`;
    case "schema":
      return `SCHEMA ${ident(name)}`;
    case "function":
      return `ROUTINE ${name}`;
    case "sequence":
      return `SEQUENCE ${qualified(schema ?? "public", name)}`;
    case "table":
      return `TABLE ${qualified(schema ?? "public", name)}`;
  }
}

function said({ on, schema, name }: Grant): string {
  if (on === "database" || on === "schema") return `the ${on} ${name}`;
  return on === "function" ? name : `${schema}.${name}`;
}
