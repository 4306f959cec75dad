/** What is kept of a commit that was linked as a whole: records in a {@link Book}, by these keys. */
import type { Manifest } from "../../manifest/model.ts";
import type { Standing } from "../check.ts";
import type { Touch } from "../link/cross-imports.ts";
import type { Belonging } from "../link/territory.ts";
import type { Expr, Finding, HeadTable, MappedTable, Verdict } from "../model.ts";
import type { ReplayedTable } from "../replay.ts";
import type { Base } from "../tree/base.ts";

/** Rises when records mean something else; what is kept also bears the fingerprint of the analyser's sources. */
export const FORM = 2;

export const keys = {
  head: "head",
  manifest: "manifest",
  findings: "findings",
  views: "views",
  sources: "sources",
  tables: "tables",
  mapped: "mapped",
  baseline: "baseline",
  resolving: "resolving",
  file: (path: string) => `file\0${path}`,
  facts: (path: string) => `facts\0${path}`,
  definition: (index: number) => `definition\0${index}`,
  defined: (path: string) => `defined\0${path}`,
  model: (name: string) => `model\0${JSON.stringify(name)}`,
} as const;

export interface Head {
  form: number;
  commit: string;
  /** False where there is nothing more to the book: something of the commit went unread. */
  whole: boolean;
  /** The manifest's path. */
  file: string;
  version: string;
  /** The day of the run, and the days on which something in the manifest ends: what is said follows from which are past. */
  today: string;
  days: string[];
  /** The commit and branch that migrations landed on. */
  base: Base | null;
  /** Paths that the manifest's loading read, and those that it looked for. */
  read: string[];
  sought: string[];
  /** Files, and references by their verdicts. */
  counts: Record<"files" | "leftOut" | Verdict, number>;
  prisma: string[];
}

export interface KeptFindings {
  facts: Finding[];
  exceptions: Finding[];
  standing: Standing[];
}

export interface KeptTables {
  tables: ReplayedTable[];
  unreplayed: string[];
}

export interface KeptMapped {
  mapped: MappedTable[];
  heads: HeadTable[];
  otherHeads: HeadTable[];
}

/** A definition by its number, with its place among all of them. */
export type KeptDefinition = [place: number, definition: number, source: Expr, file: string];

/** What one file defines. */
export interface KeptDefined {
  all: KeptDefinition[];
  /** No definition is -1. */
  bySource: [key: string, definition: number, files: readonly string[]][];
}

/** Of a place as the linker keys it: `file:start:end`. */
export function fileOf(key: string): string {
  return key.replace(/:\d+:\d+$/, "");
}

/** All that decides which file an import means. */
export interface KeptResolving {
  paths: string[];
  configs: [path: string, text: string][];
  links: [path: string, target: string][];
}

/** What is kept of one file, beside its facts. */
export interface KeptFile {
  id: string;
  kind: "code" | "sql" | "prisma";
  /** What its imports lead to, by specifier. */
  resolved: Record<string, string | null>;
  /** Run-time imports: where they lead, and where they stand. */
  imports: [to: string, start: number, end: number][];
  /** Whose it is, where it lies in no service. */
  belongings: readonly Belonging[];
  importers: string[];
  /** Files whose links asked for its facts. */
  linkedBy: string[];
  /** Files whose definitions asked for its facts. */
  definedBy: string[];
  /** Files of which it speaks, or which speak of it. */
  coupled: string[];
  counts: Partial<Record<Verdict, number>>;
  touch: Touch | null;
  /** It defines a table, or gives one another name. */
  defines: boolean;
  /** Its statements name indexes, triggers or types, which others may name, too. */
  tells: boolean;
  /** What follows from the whole workspace follows from it. */
  everywhere: boolean;
  /** Another service's import leads to it. */
  reached: boolean;
}

/** Whether the same has ended by another day. */
export function holdsOn({ days, today }: Pick<Head, "days" | "today">, day: string): boolean {
  return days.every((last) => last < today === last < day);
}

/** Every last day that the manifest names. */
export function daysOf(manifest: Manifest): string[] {
  const days = [
    ...manifest.services.flatMap(({ uses }) => uses.map(({ until }) => until)),
    ...manifest.transfers.map(({ until }) => until),
  ];
  return days.filter((day) => day !== null);
}
