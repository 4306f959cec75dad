/**
 * Facts as text and back. A file that says nothing of a database is one short line; of any other, each
 * part is parsed when it is first asked for, as most of them are asked for in few files.
 */
import type { FileFacts } from "../model.ts";

/** The path stands in every span of its file: as 0 it takes a fraction of the room. */
function shorten(json: string, file: string): string {
  return json.replaceAll(`"file":${JSON.stringify(file)}`, '"file":0');
}

/** @returns the value that {@link encode} was given */
export function decode(json: string, file: string): unknown {
  const value: unknown = JSON.parse(json);
  if (typeof value === "object" && value !== null) restore(value as Record<string, unknown>, file);
  return value;
}

/** Plain data in which spans of one file stand, as text. */
export function encode(value: unknown, file: string): string {
  return shorten(JSON.stringify(value), file);
}

function restore(value: Record<string, unknown> | unknown[], file: string): void {
  if (Array.isArray(value)) {
    for (const item of value)
      if (typeof item === "object" && item !== null) restore(item as Record<string, unknown>, file);
    return;
  }
  for (const key in value) {
    const item = value[key];
    if (item === 0 && key === "file") value[key] = file;
    else if (typeof item === "object" && item !== null) restore(item as Record<string, unknown>, file);
  }
}

/** The parts beside the head, each on a line of its own, in this order. */
const PARTS = [
  ["lineStarts"],
  ["exports"],
  ["locals", "definitions"],
  ["sites", "chains", "uses"],
  ["sql", "connections", "environment", "addresses", "commands", "callOrder", "ignores", "problems"],
] as const;

type Head = Pick<FileFacts, "kind" | "skimmed" | "importsByUse" | "imports">;

export function encodeFacts(facts: FileFacts): string {
  const { kind, skimmed, importsByUse, imports } = facts;
  const lines = [encode({ kind, skimmed, importsByUse, imports } satisfies Head, facts.file)];
  for (const part of PARTS) {
    const values = part.map((key) => facts[key]);
    lines.push(values.every(isEmpty) ? "" : encode(values, facts.file));
  }
  return lines.join("\n");
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

const NOTHING: readonly never[] = [];

/** @returns facts whose parts are parsed when they are asked for */
export function decodeFacts(text: string, file: string): FileFacts {
  const lines = text.split("\n");
  const head = decode(lines[0] ?? "", file) as Head;
  const facts: Record<string, unknown> = { file, ...head };
  for (const [index, part] of PARTS.entries()) {
    const line = lines[index + 1] ?? "";
    for (const [at, key] of part.entries()) {
      if (line !== "") defer(facts, key, () => decodePart(facts, line, part, at));
      else
        facts[key] =
          key === "sql" ? null : key === "exports" || key === "locals" || key === "callOrder" ? {} : NOTHING;
    }
  }
  return facts as unknown as FileFacts;
}

function defer(facts: Record<string, unknown>, key: string, read: () => unknown): void {
  Object.defineProperty(facts, key, { get: read, configurable: true, enumerable: true });
}

/** Parses a line, and keeps all that it holds. */
function decodePart(
  facts: Record<string, unknown>,
  line: string,
  part: readonly string[],
  wanted: number,
): unknown {
  const values = decode(line, facts["file"] as string) as unknown[];
  for (const [at, key] of part.entries())
    Object.defineProperty(facts, key, { value: values[at], enumerable: true, writable: true });
  return values[wanted];
}
