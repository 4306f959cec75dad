/** `--types`: what the analysis is told, and what a person is told of it. */
import type { AnalyseOptions } from "../analysis/mod.ts";
import type { Io } from "./io.ts";
import { progressOf } from "./progress.ts";

/** Progress for every run; with `--types` also the line that says what the checker was good for. */
export function typesOption(
  { types = false }: { types?: boolean },
  io: Io,
): AnalyseOptions & { types: boolean } {
  return {
    types,
    onProgress: progressOf(io),
    onTypes: ({ open, resolved }) => {
      io.status(null);
      io.err(`types: ${resolved} of ${open} unresolved ${open === 1 ? "place" : "places"} resolved\n`);
    },
  };
}
