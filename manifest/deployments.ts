import type { Deployment, Place } from "./model.ts";
import type { RawDeployment } from "./schema.ts";

export function deploymentOf(name: string, raw: RawDeployment, at: Place): Deployment {
  return {
    name,
    layout: raw.layout,
    database: raw.database ?? null,
    schemas: raw.schemas,
    tenants: raw.tenants ?? null,
    at,
  };
}
