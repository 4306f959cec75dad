/**
 * Tables of two services that a deployment puts into one database under one name. Identity is (service,
 * table), so each is its owner's; but there is room for one of them only.
 */
import { databaseVariable } from "../manifest/database-variable.ts";
import type { Deployment, Manifest, Service } from "../manifest/model.ts";
import { matchTable } from "../manifest/pattern.ts";
import type { Collision, HeadTable, Place } from "./model.ts";

/** What a service brings into its database. */
interface Brought {
  service: Service;
  /** As its owner calls it. */
  table: string;
  history: boolean;
  at: Place;
}

/** In the order of the manifest's services: each that finds its name taken, with those that were there first. */
export function collisions(manifest: Manifest, heads: readonly HeadTable[]): Collision[] {
  const found = new Map<string, Collision>();
  for (const deployment of manifest.deployments) {
    for (const group of neighbours(manifest, deployment)) {
      const names = new Map<string, Brought[]>();
      for (const service of group) {
        for (const [name, brought] of all(service, deployment, heads)) {
          const others = (names.get(name) ?? []).filter((other) => other.service !== service);
          names.set(name, [...(names.get(name) ?? []), brought]);
          if (others.length > 0) note(found, brought, others, deployment.name);
        }
      }
    }
  }
  return [...found.values()];
}

function note(
  found: Map<string, Collision>,
  { service, table, history, at }: Brought,
  others: readonly Brought[],
  deployment: string,
): void {
  const key = JSON.stringify([service.name, table, history]);
  const known = found.get(key);
  if (known) known.deployments = [...new Set([...known.deployments, deployment])];
  else
    found.set(key, {
      service: service.name,
      table,
      history,
      at,
      deployments: [deployment],
      others: others.map((other) => ({
        service: other.service.name,
        table: other.table,
        history: other.history,
        at: other.at,
      })),
    });
}

/** The services of one engine that share a database; alone, a service shares its with nobody. */
function neighbours({ services }: Manifest, deployment: Deployment): Service[][] {
  const own = services.filter(({ external }) => !external);
  const groups = Map.groupBy(
    own,
    ({ name, dialect }) => `${dialect}\0${databaseVariable(deployment, name, null)}`,
  );
  return [...groups.values()].filter((group) => group.length > 1);
}

/** By the name in the database: the tables that its own migrations make of those that it owns, and its history. */
function* all(
  service: Service,
  { schemas }: Deployment,
  heads: readonly HeadTable[],
): Generator<[name: string, Brought]> {
  for (const head of heads) {
    if (head.service !== service.name || head.droppedAt !== null) continue;
    const schema = head.schema ?? service.schema;
    if (!service.owns.some((pattern) => matchTable(pattern, schema, head.name, service.schemas))) continue;
    const placed = schemas === "per-service" && schema === service.schema ? service.name : schema;
    const table = schema === service.schema ? head.name : `${schema}.${head.name}`;
    yield [`${placed}.${head.name}`, { service, table, history: false, at: head.createdAt }];
  }
  // Elsewhere it is a schema's of the service's own name.
  const { versionTable } = service;
  if (versionTable === null) return;
  const name = versionTable.includes(".") ? versionTable : `public.${versionTable}`;
  yield [name, { service, table: versionTable, history: true, at: service.at }];
}
