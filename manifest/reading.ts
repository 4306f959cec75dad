/**
 * The files a manifest consists of, read and parsed: what keeps one from being read is a problem at the
 * place that names it.
 */
import { type Document, parseDocument } from "./document.ts";
import type { ManifestProblem, Place } from "./model.ts";
import { show } from "./nearest.ts";
import { normalizePath } from "./paths.ts";
import { addProblems, ManifestReadError, startOf } from "./problem.ts";
import type { ManifestSource } from "./source.ts";

/** The manifest itself, or null with the reason in `problems`. */
export function readDocument(source: ManifestSource, problems: ManifestProblem[]): Document | null {
  const missing = "does not exist: write one (README.md shows a first one), or name another with --config";
  const said = (message: string) => problems.push({ at: startOf(source.file), message });
  return read(source, source.file, missing, said, problems);
}

/**
 * The file that holds one service, or null with the reason in `problems`.
 *
 * @param text the file's path as the manifest writes it
 * @param at where the manifest writes it
 */
export function readFragment(
  source: ManifestSource,
  text: string,
  at: Place,
  service: string,
  problems: ManifestProblem[],
): Document | null {
  const said = (message: string) =>
    problems.push({ at, message: `the file of service ${show(service)}, ${show(text)}, ${message}` });
  const { path, fault } = normalizePath(text);
  if (fault === null) return read(source, path, "does not exist", said, problems);
  said(fault);
  return null;
}

function read(
  source: ManifestSource,
  file: string,
  missing: string,
  said: (message: string) => void,
  problems: ManifestProblem[],
): Document | null {
  try {
    const text = source.read(file);
    if (text !== null) {
      const parsed = parseDocument(file, text);
      addProblems(problems, parsed.problems);
      return parsed.document;
    }
    said(missing);
  } catch (error) {
    if (!(error instanceof ManifestReadError)) throw error;
    said(error.message);
  }
  return null;
}
