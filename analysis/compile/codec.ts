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

/** The parts beside the head and the lines, each on a line of its own, in this order. */
const PARTS = [
  ["exports"],
  ["locals", "definitions"],
  ["sites", "chains", "uses"],
  ["sql", "connections", "environment", "addresses", "commands", "callOrder", "ignores", "problems"],
] as const;

type Head = Pick<FileFacts, "kind" | "skimmed" | "importsByUse" | "imports">;

/** Facts as a text that the cache keeps, and that crosses between threads. */
export function encodeFacts(facts: FileFacts): string {
  const { kind, skimmed, importsByUse, imports } = facts;
  const head = encode({ kind, skimmed, importsByUse, imports } satisfies Head, facts.file);
  const lines = [head, encodeStarts(facts.lineStarts)];
  for (const part of PARTS) {
    const values = part.map((key) => facts[key]);
    lines.push(values.every(isEmpty) ? "" : encode(values, facts.file));
  }
  return lines.join("\n");
}

function isEmpty(value: unknown): boolean {
  if (value === null || typeof value !== "object") return value === null;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

/** A line is one character, by its length: near a third of what an offset in digits takes. */
const FIRST = 0x20;
const LONGEST = 0xd7ff - FIRST;
/** In a text of such characters alone, each takes one byte. */
const SHORT = 0xff - FIRST;

/** Where each line starts; as JSON where one is too long for a character. */
function encodeStarts(starts: readonly number[]): string {
  const bytes = Buffer.allocUnsafe(starts.length);
  bytes[0] = "=".charCodeAt(0);
  for (let line = 1; line < starts.length; line++) {
    const length = (starts[line] ?? 0) - (starts[line - 1] ?? 0);
    if (length > SHORT) return encodeLong(starts);
    bytes[line] = FIRST + length;
  }
  return bytes.toString("latin1");
}

function encodeLong(starts: readonly number[]): string {
  let text = "=";
  for (let line = 1; line < starts.length; line++) {
    const length = (starts[line] ?? 0) - (starts[line - 1] ?? 0);
    if (length > LONGEST) return JSON.stringify(starts);
    text += String.fromCharCode(FIRST + length);
  }
  return text;
}

function decodeStarts(text: string): number[] {
  if (!text.startsWith("=")) return JSON.parse(text) as number[];
  const starts = [0];
  let start = 0;
  for (let at = 1; at < text.length; at++) {
    start += text.charCodeAt(at) - FIRST;
    starts.push(start);
  }
  return starts;
}

/** @returns facts whose parts are parsed when they are asked for */
export function decodeFacts(text: string, file: string): FileFacts {
  const [head = "", starts = "", ...parts] = text.split("\n");
  return new DecodedFacts(decode(head, file) as Head, starts, parts, file) as unknown as FileFacts;
}

/** The parts are read by getters, which all facts share. */
class DecodedFacts {
  readonly file: string;
  readonly kind: Head["kind"];
  readonly skimmed: boolean;
  readonly importsByUse: boolean;
  readonly imports: Head["imports"];
  /** Each as text until it is asked for. */
  private readonly parts: (string | unknown[])[];
  private starts: string | number[];

  constructor(head: Head, starts: string, parts: string[], file: string) {
    this.file = file;
    this.kind = head.kind;
    this.skimmed = head.skimmed;
    this.importsByUse = head.importsByUse;
    this.imports = head.imports;
    this.starts = starts;
    this.parts = parts.every((part) => part === "") ? ABSENT : parts;
  }

  get lineStarts(): number[] {
    if (typeof this.starts === "string") this.starts = decodeStarts(this.starts);
    return this.starts;
  }

  part(index: number): readonly unknown[] | null {
    const part = this.parts[index] ?? "";
    if (part === "") return null;
    if (typeof part !== "string") return part;
    const values = decode(part, this.file) as unknown[];
    this.parts[index] = values;
    return values;
  }
}

/** Of most files, nothing beside the head and the lines. */
const ABSENT: string[] = [];

for (const [index, part] of PARTS.entries())
  for (const [at, key] of part.entries()) {
    const record = key === "exports" || key === "locals" || key === "callOrder";
    const empty = key === "sql" ? null : Object.freeze(record ? {} : []);
    Object.defineProperty(DecodedFacts.prototype, key, {
      get(this: DecodedFacts) {
        const values = this.part(index);
        return values ? values[at] : empty;
      },
    });
  }
