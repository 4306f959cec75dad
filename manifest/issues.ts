/**
 * Zod's issues in plain words, each at its place in the file.
 */
import * as z from "zod";
import type { Document, Path } from "./document.ts";
import type { ManifestProblem } from "./model.ts";
import { didYouMean, show } from "./nearest.ts";

type Issue = z.core.$ZodIssue;

/** A part of a document that has been validated. */
export interface Validated<T> {
  /** Null where nothing sound is left: not the right kind of value, or a required key is missing. */
  value: T | null;
  /** The part's own keys that were at fault; `value` is without them. */
  faulty: ReadonlySet<string>;
}

/**
 * Validates the part of a document at `path`. What is wrong is added to `problems`, and what is sound is
 * returned all the same, so that one mistake hides no other.
 *
 * @param name what a message calls the part, where no key does
 */
export function validate<S extends z.ZodType>(
  schema: S,
  { document, path, value, name }: { document: Document; path: Path; value: unknown; name: string },
  problems: ManifestProblem[],
): Validated<z.output<S>> {
  const result = schema.safeParse(value, { error: knownKeys });
  if (result.success) return { value: result.data, faulty: new Set() };
  const faulty = new Set<string>();
  for (const issue of result.error.issues) {
    report(issue, [], { document, path, value, name, problems });
    if (issue.path.length > 0) faulty.add(String(issue.path[0]));
    else if (issue.code === "unrecognized_keys") for (const key of issue.keys) faulty.add(key);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { value: null, faulty };
  const sound = Object.fromEntries(Object.entries(value).filter(([key]) => !faulty.has(key)));
  return { value: schema.safeParse(sound).data ?? null, faulty };
}

/** Hands the keys that an object does know to the message of the issue: the issue itself lacks them. */
function knownKeys(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== "unrecognized_keys" || !(issue.inst instanceof z.ZodObject)) return undefined;
  return Object.keys(issue.inst.shape).join(" ");
}

interface Part {
  document: Document;
  path: Path;
  value: unknown;
  name: string;
  problems: ManifestProblem[];
}

function report(issue: Issue, above: Path, part: Part): void {
  const within = [...above, ...(issue.path as Path)];
  const path = [...part.path, ...within];
  const { document, problems, name } = part;
  const subject = (of: Path) => subjectOf(of, name);
  const found = within.reduce<unknown>(
    (value, step) => (value as Record<string, unknown>)?.[step],
    part.value,
  );
  switch (issue.code) {
    case "unrecognized_keys":
      for (const key of issue.keys) {
        const known = issue.message.split(" ");
        const hint =
          didYouMean(key, known) || `: known here are ${known.filter((k) => k !== "$schema").join(", ")}`;
        problems.push({ at: document.keyAt([...path, key]), message: `unknown key ${show(key)}${hint}` });
      }
      return;
    case "invalid_union": {
      const fitting = issue.errors.filter((branch) => !branch.some(isWrongType));
      const branch = fitting[0];
      if (branch !== undefined) for (const inner of branch) report(inner, within, part);
      else
        problems.push({
          at: document.at(path),
          message: wrongType(subject(path), issue.errors.flat(), found),
        });
      return;
    }
    case "invalid_type":
      if (found === undefined) {
        const message = `${subject(path.slice(0, -1))} lacks ${show(path.at(-1))}`;
        problems.push({ at: document.keyAt(path.slice(0, -1)), message });
      } else problems.push({ at: document.at(path), message: wrongType(subject(path), [issue], found) });
      return;
    case "invalid_value": {
      if (found === undefined) {
        report({ ...issue, code: "invalid_type", expected: "string" }, above, part);
        return;
      }
      const values = issue.values.map(show);
      const hint = typeof found === "string" ? didYouMean(found, issue.values.map(String)) : "";
      const message = `${subject(path)} must be one of ${values.join(", ")}, not ${show(found)}${hint}`;
      problems.push({ at: document.at(path), message });
      return;
    }
    case "too_small":
      problems.push({ at: document.at(path), message: `${subject(path)} is empty` });
      return;
    case "invalid_format":
      if (issue.format === "date") {
        const message = `${subject(path)} is ${show(found)}, which is no date of the calendar (YYYY-MM-DD)`;
        problems.push({ at: document.at(path), message });
        return;
      }
  }
  const objectLike = typeof found === "object" && found !== null;
  const at = objectLike ? document.keyAt(path) : document.at(path);
  problems.push({ at, message: `${subject(path)} ${issue.message}` });
}

function isWrongType(issue: Issue): boolean {
  return issue.code === "invalid_type" && issue.path.length === 0;
}

const kinds: Record<string, string> = {
  string: "a string",
  array: "a list",
  object: "an object",
  record: "an object",
  boolean: "true or false",
  number: "a number",
};

function wrongType(subject: string, issues: readonly Issue[], found: unknown): string {
  const wanted = issues.flatMap((issue) =>
    issue.code === "invalid_type" ? [kinds[issue.expected] ?? issue.expected] : [],
  );
  const kind =
    found === null ? "null" : Array.isArray(found) ? "a list" : (kinds[typeof found] ?? typeof found);
  const shown = typeof found === "boolean" ? String(found) : kind;
  return `${subject} must be ${[...new Set(wanted)].join(" or ")}, not ${shown}`;
}

/** What a message is about: the key, or for an entry of a list the list's key; services and deployments by name. */
function subjectOf(path: Path, name: string): string {
  const last = path.at(-1);
  if (last === undefined) return name;
  if (typeof last === "number") return `an entry of ${show(path.at(-2))}`;
  if (path.length === 2 && path[0] === "services") return `service ${show(last)}`;
  if (path.length === 2 && path[0] === "deployments") return `deployment ${show(last)}`;
  return show(last);
}
