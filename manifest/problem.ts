import type { ManifestProblem, Place } from "./model.ts";

/** Thrown by a {@link ManifestSource} whose file is there and cannot be read; the message completes `freehold.json …`. */
export class ManifestReadError extends Error {
  override readonly name = "ManifestReadError";
}

/** Adds to a list that may be long: a call with one argument each could overflow the stack. */
export function addProblems(problems: ManifestProblem[], added: Iterable<ManifestProblem>): void {
  for (const problem of added) problems.push(problem);
}

/** The place at which a file as a whole is at fault. */
export function startOf(file: string): Place {
  return { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
}

/** `file:line:column  message`, always one line, whatever the file's name or the message hold. */
export function formatProblem({ at, message }: ManifestProblem): string {
  return oneLine(`${at.file}:${at.line}:${at.column}  ${message}`);
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, "0");
    return `\\u${code}`;
  });
}

/** The problems by place, the manifest's own first, then its fragments' by name; each once. */
export function sortProblems(problems: readonly ManifestProblem[], manifestFile: string): ManifestProblem[] {
  const seen = new Set<string>();
  const unique = problems.filter((problem) => {
    const line = formatProblem(problem);
    return !seen.has(line) && seen.add(line);
  });
  const rank = (file: string) => (file === manifestFile ? "" : file);
  return unique.sort(
    (a, b) =>
      compare(rank(a.at.file), rank(b.at.file)) ||
      a.at.line - b.at.line ||
      a.at.column - b.at.column ||
      compare(a.message, b.message),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
