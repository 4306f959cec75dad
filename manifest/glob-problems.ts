/**
 * A glob that matches nothing has been left behind, or was never right: `ignore` then ignores nothing, and
 * `via` opens a road for nobody.
 */
import type { Document } from "./document.ts";
import { globMatcher } from "./globs.ts";
import type { Manifest, ManifestProblem, Place } from "./model.ts";
import { show } from "./nearest.ts";
import type { LoadedService } from "./service.ts";
import type { ManifestSource } from "./source.ts";

export function globProblems(
  document: Document,
  manifest: Manifest,
  services: readonly LoadedService[],
  source: ManifestSource,
): ManifestProblem[] {
  const globs: { key: string; glob: string; at: Place }[] = [
    ...manifest.ignore.map((glob, index) => ({ key: "ignore", glob, at: document.at(["ignore", index]) })),
    ...services.flatMap(({ service, viaPlaces }) =>
      service.uses.flatMap(({ via }, index) => {
        const at = viaPlaces[index];
        return via === null || at === undefined ? [] : [{ key: "via", glob: via, at }];
      }),
    ),
  ];
  if (globs.length === 0 || source.files === undefined) return [];
  const files = source.files();
  return globs
    .filter(({ glob }) => !files.some(globMatcher(glob)))
    .map(({ key, glob, at }) => ({ at, message: `${show(key)} ${show(glob)} matches no file` }));
}
