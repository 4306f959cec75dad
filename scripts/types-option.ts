/** `--types`: what the analysis is told, and what a person is told of it. */
import type { AnalyseOptions } from "../analysis/mod.ts";
import { escapeControls } from "../report/text.ts";
import type { Io } from "./io.ts";
import { progressOf } from "./progress.ts";

/** Progress and skipped files for every run; with `--types` also the line that says what the checker was good for. */
export function typesOption(
  { types = false }: { types?: boolean },
  io: Io,
): AnalyseOptions & { types: boolean } {
  return {
    types,
    onProgress: progressOf(io),
    onSkipped: ({ file, message }) => {
      io.status(null);
      io.err(`${escapeControls(file)}: ${message}\n`);
    },
    onTypes: ({ open, resolved }) => {
      io.status(null);
      io.err(`types: ${resolved} of ${open} unresolved ${open === 1 ? "place" : "places"} resolved\n`);
    },
  };
}
