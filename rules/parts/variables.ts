/** Environment variables, as the manifest names them. */
import type { Manifest } from "../../analysis/model.ts";

/** The variables that the services open their databases with; of one that is put together from parts, all. */
export function ownVariables(manifest: Manifest, services: readonly string[]): string[] {
  return manifest.services.filter(({ name }) => services.includes(name)).flatMap(({ database }) => database);
}
