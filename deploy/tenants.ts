/**
 * The tenants of a deployment: from a file (a JSON list, or a name a line), from a variable (comma-separated), or from a
 * question to a database.
 */

import { variablePart } from "../manifest/database-variable.ts";
import type { Deployment } from "../manifest/model.ts";
import { connect, ready } from "../runtime/connect/mod.ts";
import { DeployError } from "./error.ts";

export interface TenantSources {
  env: Readonly<Record<string, string | undefined>>;
  /** Reads a workspace file; null where it cannot be read. */
  read(path: string): string | null;
}

/**
 * The tenants' names in the order of their source; none for a layout without tenants.
 * @throws {DeployError} where the source is missing or holds no usable list: a name twice, or two that share a variable
 * @throws {DatabaseConfigError | DatabaseUnavailableError} where a database is to be asked and cannot be
 */
export async function readTenants(deployment: Deployment, sources: TenantSources): Promise<string[]> {
  if (deployment.layout !== "per-tenant") return [];
  const { tenants, name } = deployment;
  if (tenants === null)
    throw new DeployError(
      `the deployment "${name}" does not say who its tenants are: name a file under "tenants"`,
    );
  if ("variable" in tenants) {
    const value = sources.env[tenants.variable];
    if (value === undefined)
      throw new DeployError(`${tenants.variable}, which lists the tenants, is not set`);
    return checked(value.split(","), tenants.variable);
  }
  if ("query" in tenants) return checked(await asked(tenants, sources), `the answer to "${tenants.query}"`);
  const text = sources.read(tenants.file);
  if (text === null) throw new DeployError(`${tenants.file}, which lists the tenants, cannot be read`);
  return checked(listed(text, tenants.file), tenants.file);
}

function listed(text: string, file: string): string[] {
  const trimmed = text.replace(/^\uFEFF/, "").trim();
  if (!trimmed.startsWith("[") && !file.endsWith(".json"))
    return trimmed.split(/\r?\n/).map((line) => line.replace(/#.*/, ""));
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch {
    throw new DeployError(`${file} is no JSON`);
  }
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
  throw new DeployError(`${file} must be a list of the tenants' names: ["north", "south"]`);
}

async function asked(
  { query, database }: { query: string; database: string },
  { env }: TenantSources,
): Promise<string[]> {
  const meaning = "the database that knows the tenants";
  const sql = connect({ service: "freehold", variable: database, meaning, env, poolSize: 1, pooler: true });
  try {
    await ready(sql);
    const rows = await sql.begin("read only", (tx) => tx.unsafe(query).values());
    return rows.map(([first]) => String(first));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "PostgresError") throw error;
    throw new DeployError(`the tenants cannot be asked for (${query}): ${error.message}`);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function checked(names: readonly string[], source: string): string[] {
  const found = names.map((name) => name.trim()).filter((name) => name !== "");
  if (found.length === 0) throw new DeployError(`${source} lists no tenant`);
  const wrong = found.find((name) => !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name));
  if (wrong !== undefined)
    throw new DeployError(
      `${source} lists ${JSON.stringify(wrong)}: a tenant's name has letters, digits, "-", "_" and "."`,
    );
  const byVariable = new Map<string, string>();
  for (const name of found) {
    const variable = variablePart(name);
    const other = byVariable.get(variable);
    if (other === name) throw new DeployError(`${source} lists the tenant ${name} twice`);
    if (other !== undefined)
      throw new DeployError(
        `${source} lists ${other} and ${name}, whose databases would have one variable (${variable})`,
      );
    byVariable.set(variable, name);
  }
  return found;
}
