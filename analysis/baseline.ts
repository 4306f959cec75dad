/**
 * The baseline: findings that were there when the toolkit came, one a line, each with the reason for which
 * it stays. It is a ratchet: what stands in it is known, what does not is new, and an entry that stands for
 * nothing any more is a finding itself. Pure; whoever asks reads and writes the file.
 *
 * The form is a line of JSON an entry, in the order of files, behind a first line that says which form it
 * is: two branches that take different lines out, or put some in, merge. A line that stays is written back
 * as it was read, to the byte.
 */
import { applyEdits, modify } from "jsonc-parser";
import * as z from "zod";
import type { Place } from "../manifest/model.ts";
import { baselineKey, matchBaseline, orderOf } from "./known.ts";
import type { Baseline, BaselineEntry, Finding } from "./model.ts";

/** Rises when an older freehold could no longer read the file, or would look for other statements. */
const VERSION = 1;
const KIND = "baseline";

const headSchema = z.object({ freehold: z.literal(KIND), version: z.int().positive() });
const entrySchema = z.strictObject({
  rule: z.string(),
  services: z.array(z.string()),
  table: z.string().nullable(),
  operation: z.string().nullable(),
  file: z.string(),
  function: z.string().nullable(),
  statement: z.string(),
  reason: z.string().refine((text) => text.trim() !== "", { error: "is empty: say why it stays" }),
});

/** One thing that is wrong with a baseline, at its line. */
export interface BaselineProblem {
  at: Place;
  message: string;
}

/**
 * Reads a baseline.
 * @param file workspace path, for the entries' places
 * @returns the baseline, or every line that is wrong with what to do about it
 */
export function parseBaseline(file: string, text: string): Baseline | BaselineProblem[] {
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  const baseline: Baseline = { file, lineEnd: lines[0]?.endsWith("\r") ? "\r\n" : "\n", entries: [] };
  const problems: BaselineProblem[] = [];
  for (const [index, line] of lines.entries()) {
    const raw = line.endsWith("\r") ? line.slice(0, -1) : line;
    const at = { file, line: index + 1, column: 1, endLine: index + 1, endColumn: raw.length + 1 };
    if (index === 0) {
      const fault = headFault(raw);
      if (fault !== null) return [{ at, message: fault }];
    } else if (raw.trim() !== "") {
      const read = readEntry(raw, at);
      if (typeof read === "string") problems.push({ at, message: read });
      else baseline.entries.push(read);
    }
  }
  return problems.length > 0 ? problems : baseline;
}

function headFault(line: string): string | null {
  const head = headSchema.safeParse(jsonOf(line));
  if (!head.success) {
    const wanted = `is no baseline: its first line must be ${headLine}`;
    return /^(<{7}|={7}|>{7})/.test(line) ? `${wanted}; a merge's marks stand here` : wanted;
  }
  if (head.data.version === VERSION) return null;
  return head.data.version > VERSION
    ? `is of version ${head.data.version}, written by a newer freehold: this one reads ${VERSION}, so upgrade it`
    : `is of version ${head.data.version}, which no freehold has written`;
}

/** @returns the entry, or what is wrong with the line */
function readEntry(raw: string, at: Place): BaselineEntry | string {
  if (/^(<{7}|={7}|>{7}|\|{7})/.test(raw)) {
    return "a merge's mark stands here: keep the entries of both sides and delete the marks";
  }
  const value = jsonOf(raw);
  if (value === undefined) return "is no JSON: restore the line, or delete it and see what becomes new";
  const read = entrySchema.safeParse(value);
  if (read.success) return { ...read.data, at, raw };
  const { path, message } = read.error.issues[0]!;
  return `is no entry of a baseline: ${path.length > 0 ? `"${path.join(".")}" ` : ""}${message}`;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const headLine = `{"freehold":"${KIND}","version":${VERSION}}`;

/** The text of a baseline's file; entries that were read stand as they were read. */
export function renderBaseline({ entries, lineEnd }: Baseline): string {
  const sorted = [...entries].sort((a, b) => compare(orderOf(a), orderOf(b)) || compare(a.reason, b.reason));
  return [headLine, ...sorted.map(({ raw }) => raw), ""].join(lineEnd);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The baseline as the findings would have it: entries that stand for nothing are gone, those whose code
 * moved name its file, and what `allow` lets in is added.
 *
 * @param findings those that a baseline may hold, new and known
 * @param allow the reason with which a new finding is let in; null for one that stays new
 */
export function updateBaseline(
  baseline: Baseline,
  findings: readonly Finding[],
  allow: (finding: Finding) => string | null,
): { baseline: Baseline; added: number; removed: number; moved: number } {
  const matched = matchBaseline(findings, baseline.entries);
  const entries: BaselineEntry[] = [];
  let [added, moved] = [0, 0];
  for (const finding of findings) {
    const entry = matched.get(finding);
    if (entry) {
      if (entry.file !== finding.at.file) moved++;
      entries.push(movedTo(entry, finding.at.file));
      continue;
    }
    const reason = allow(finding);
    if (reason === null) continue;
    const written = { ...baselineKey(finding), reason };
    entries.push({ ...written, at: finding.at, raw: JSON.stringify(written) });
    added++;
  }
  const removed = baseline.entries.length - matched.size;
  return { baseline: { ...baseline, entries }, added, removed, moved };
}

/** Nothing but the file's name changes in the line. */
function movedTo(entry: BaselineEntry, file: string): BaselineEntry {
  if (entry.file === file) return entry;
  return { ...entry, file, raw: applyEdits(entry.raw, modify(entry.raw, ["file"], file, {})) };
}
