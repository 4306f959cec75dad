/**
 * Carrying a plan out, one database at a time, each in one transaction: a database either has the rights that the manifest
 * asks for afterwards, or is as it was.
 *
 * A transaction: take the lock → read the catalog → run the plan's steps → read again, until nothing is left to do →
 * commit. What is still left after that is a right that the server silently did not give (REVOKE and GRANT only warn), and
 * everything is taken back. Roles are the cluster's: the first database makes them, the next ones find them.
 */
import type { Sql, TransactionSql } from "postgres";
import type { TableName } from "../../manifest/mod.ts";
import { connect, ready } from "../../runtime/connect/mod.ts";
import type { DeployedDatabase } from "../databases.ts";
import { DeployError } from "../error.ts";
import { type Catalog, readCatalog } from "./catalog.ts";
import { desiredRights, ownerOf } from "./desired.ts";
import { ident } from "./names.ts";
import type { Observed } from "./observed.ts";
import { planRoles } from "./plan.ts";
import type { Plan, Step } from "./step.ts";

export interface RightsOptions {
  env: Readonly<Record<string, string | undefined>>;
  observed: Observed;
  /** `YYYY-MM-DD`: roads whose last day is before it give nothing. */
  today: string;
  /** Passwords by role. */
  passwords: ReadonlyMap<string, string>;
  /** Tables of tools, which no service owns: their rights are left alone. */
  system: readonly TableName[];
  takeOver?: boolean;
}

/** Opens a database as the project's administrator. @throws {DatabaseConfigError | DatabaseUnavailableError} */
export async function asAdministrator<T>(
  { variable }: DeployedDatabase,
  env: RightsOptions["env"],
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const meaning = "the database, as its administrator opens it";
  const means = { poolSize: 2, pooler: true, fetchTypes: false };
  const sql = connect({ service: "freehold", variable, meaning, env, ...means });
  try {
    await ready(sql);
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** What would be done. @throws {DeployError} where a table is two services' */
export async function planRights(
  sql: Sql | TransactionSql,
  database: DeployedDatabase,
  options: RightsOptions,
): Promise<Plan & { catalog: Catalog }> {
  const roles = database.services.flatMap((placed) => Object.values(placed.roles));
  const catalog = await readCatalog(sql, roles);
  const { observed, today, passwords, system, takeOver = false } = options;
  const desired = desiredRights(database, catalog, observed, today);
  return { ...planRoles({ database, catalog, desired, passwords, system, takeOver }), catalog };
}

/** As often as giving one thing brings another to light: an owner's table, then the grants on it. */
const rounds = 4;

/**
 * Brings a database to the rights that the manifest asks for.
 * @returns the steps that were run, none where nothing was to do, and the notes that remain
 * @throws {DeployError} where something stands against it; nothing is done then
 */
export async function applyRights(
  sql: Sql,
  database: DeployedDatabase,
  options: RightsOptions,
): Promise<{ steps: Step[]; notes: string[] }> {
  return sql.begin(async (tx) => {
    // Roles are the cluster's, so two runs in two databases of it take turns, too, as far as their databases allow.
    await tx`select pg_advisory_xact_lock(hashtextextended('freehold roles', 0))`;
    const done: Step[] = [];
    const helped = new Set<string>();
    for (let round = 0; round < rounds; round += 1) {
      const { steps: all, obstacles, notes, catalog } = await planRights(tx, database, options);
      // Who may not read passwords cannot see that they are set.
      const steps = all.filter(({ kind }) => kind !== "password" || round === 0 || catalog.admin.superuser);
      if (obstacles.length > 0) throw new DeployError(obstacles.join("\n"));
      if (steps.length === 0) {
        await withdraw(tx, helped);
        return { steps: done, notes };
      }
      const acted = [
        ...database.services.map(({ roles }) => roles.owner),
        ...(options.takeOver ? formerOwners(database, catalog) : []),
      ];
      await actFor(tx, acted, catalog, helped);
      for (const step of steps) {
        await run(tx, step);
        done.push(step);
        if (step.kind === "role") await actFor(tx, acted, catalog, helped);
      }
    }
    const { steps, catalog } = await planRights(tx, database, options);
    const left = steps.map(({ fault }) => fault).join("; ");
    throw new DeployError(
      `${catalog.admin.name} has not the right to do it all, so nothing was done: ${left || "the plan does not settle"}`,
    );
  });
}

/** Roles that freehold made, whose things here are another's by now. */
function formerOwners({ services }: DeployedDatabase, { makers, relations, schemas }: Catalog): string[] {
  const isOurs = (name: string) =>
    services.some(({ schema, history }) => schema === name || history.schema === name);
  const owners = new Set([
    ...relations.filter((one) => ownerOf(one, services) !== null).map(({ owner }) => owner),
    ...schemas.filter(({ name }) => isOurs(name)).map(({ owner }) => owner),
  ]);
  return makers.flatMap(({ name }) => (owners.has(name) ? [name] : []));
}

const nothingDone = "nothing was done";

async function run(tx: TransactionSql, { sql, shown }: Step, lead = nothingDone): Promise<void> {
  try {
    await tx.unsafe(sql);
  } catch (error) {
    throw new DeployError(`${lead}: ${messageOf(error)} (${shown})`);
  }
}

/**
 * An administrator who is no superuser acts for a role as its member: while the plan runs it is one, and no longer. From
 * PostgreSQL 16 on, who creates a role may give itself this; before, who may create roles may.
 */
async function actFor(
  tx: TransactionSql,
  roles: readonly string[],
  { admin, version }: Pick<Catalog, "admin" | "version">,
  helped: Set<string>,
  lead = nothingDone,
): Promise<void> {
  if (admin.superuser) return;
  for (const role of roles) {
    const [found] = await tx<{ member: boolean }[]>`
      select pg_has_role(current_user, oid, 'USAGE') as member from pg_roles where rolname = ${role}`;
    if (!found || found.member) continue;
    const options = version >= 160_000 ? " WITH INHERIT TRUE, SET TRUE" : "";
    const sql = `GRANT ${ident(role)} TO ${ident(admin.name)}${options}`;
    await run(tx, { kind: "membership", sql, shown: sql, fault: "" }, lead);
    helped.add(role);
  }
}

/**
 * What is read as a member of a role, where the administrator is not one: the membership is taken back with the transaction.
 * @throws {DeployError} where it may not become one
 */
export async function lookAs<T>(
  sql: Sql,
  role: string,
  catalog: Pick<Catalog, "admin" | "version">,
  look: (tx: TransactionSql) => Promise<T>,
): Promise<T> {
  const seen: T[] = [];
  const enough = new Error("looked at");
  try {
    await sql.begin(async (tx) => {
      await actFor(tx, [role], catalog, new Set(), `${catalog.admin.name} may not look`);
      seen.push(await look(tx));
      throw enough;
    });
  } catch (error) {
    if (error !== enough) throw error;
  }
  return seen[0]!;
}

async function withdraw(tx: TransactionSql, helped: ReadonlySet<string>): Promise<void> {
  for (const role of helped) await tx.unsafe(`REVOKE ${ident(role)} FROM CURRENT_USER`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
