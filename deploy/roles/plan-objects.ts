/** Steps about what is owned: extensions, schemas and tables. */
import type { Catalog } from "./catalog.ts";
import { ident, qualified } from "./names.ts";
import { type PlanInput, type Step, step } from "./step.ts";

/** Extensions that are missing. */
export function extensionSteps({ catalog, desired }: PlanInput): Step[] {
  return desired.extensions
    .filter((name) => !catalog.extensions.includes(name))
    .map((name) => step("extension", `CREATE EXTENSION ${ident(name)}`, `the extension ${name} is missing`));
}

/** Schemas that are missing, or are to change hands. @param obstacles told of those that are somebody else's */
export function schemaSteps({ catalog, desired, takeOver }: PlanInput, obstacles: string[]): Step[] {
  return desired.schemas.flatMap(({ name, owner }) => {
    const found = catalog.schemas.find((schema) => schema.name === name);
    if (found?.owner === owner) return [];
    if (!found)
      return [
        step(
          "schema",
          `CREATE SCHEMA ${ident(name)} AUTHORIZATION ${ident(owner)}`,
          `there is no schema ${name}`,
        ),
      ];
    if (!mayTake(found.owner, catalog, takeOver)) {
      obstacles.push(belongsTo(`the schema ${name}`, found.owner, owner, catalog));
      return [];
    }
    return [
      step(
        "schema",
        `ALTER SCHEMA ${ident(name)} OWNER TO ${ident(owner)}`,
        `the schema ${name} belongs to ${found.owner}`,
      ),
    ];
  });
}

/** What the administrator itself made, or the database's owner, is the project's to give away; anything else is somebody's. */
function mayTake(owner: string, { admin, database, roles }: Catalog, takeOver = false): boolean {
  return (
    takeOver || owner === admin.name || owner === database.owner || roles.some(({ name }) => name === owner)
  );
}

/** Why something is not given to its owner. A role that the manifest once named may just as well be another manifest's. */
function belongsTo(what: string, found: string, owner: string, { makers }: Catalog): string {
  const maker = makers.find(({ name }) => name === found);
  return maker
    ? `${what} belongs to ${found}, which freehold made as ${maker.purpose} and this manifest does not name: if it did before, take it over for ${owner} with --take-over`
    : `${what} belongs to ${found}, and freehold did not make that role: give it to ${owner} yourself, or take it over with --take-over`;
}

const relationWords = {
  r: "TABLE",
  p: "TABLE",
  v: "VIEW",
  m: "MATERIALIZED VIEW",
  f: "FOREIGN TABLE",
  S: "SEQUENCE",
};

/**
 * Tables and what belongs to them that are to change hands.
 * @param obstacles told of those that are somebody else's
 */
export function ownerSteps({ catalog, desired, takeOver }: PlanInput, obstacles: string[]): Step[] {
  return desired.owners.flatMap(({ relation, owner }) => {
    const { schema, name, kind, of } = relation;
    if (relation.owner === owner) return [];
    // A column's sequence follows its table.
    if (kind === "S" && of) return [];
    const table = `${schema}.${name}`;
    if (!mayTake(relation.owner, catalog, takeOver)) {
      obstacles.push(belongsTo(table, relation.owner, owner, catalog));
      return [];
    }
    return [
      step(
        "owner",
        `ALTER ${relationWords[kind]} ${qualified(schema, name)} OWNER TO ${ident(owner)}`,
        `${table} belongs to ${relation.owner}, not to ${owner}`,
      ),
    ];
  });
}
