/**
 * Runs the whole analysis over a folder of marked files and compares: what was marked and found, what
 * was missed, and what was said of things that touch no table.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { discover } from "../../analysis/files.ts";
import { analyse } from "../../analysis/mod.ts";
import type { Model, Reference } from "../../analysis/model.ts";
import { diskSource, formatProblem, loadManifest } from "../../manifest/mod.ts";
import { type Mark, marksOf } from "./marks.ts";

/** The counts of one client's folder. Lists are lines for a person: `file:line:column what`. */
export interface Measure {
  client: string;
  marked: number;
  found: number;
  accessRight: number;
  placeRight: number;
  /** Marks without a reference: tables, and accesses that should have been named as unresolved. */
  missed: string[];
  /** References without a mark. */
  wrong: string[];
  /** Of those missed: not even an unresolved reference stands at the place. */
  silent: string[];
  /** Found with another access, or at another place, than marked. */
  otherwise: string[];
}

/** What is left of one reference for the comparison. */
interface Said {
  file: string;
  line: number;
  endLine: number;
  column: number;
  access: string | null;
  table: string | null;
  text: string;
}

/**
 * @param folder absolute path of a workspace with marked files and a `freehold.json`
 * @throws Error if its manifest is wrong, a mark cannot be read or a file went unread
 */
export async function measure(client: string, folder: string): Promise<Measure> {
  const { manifest, problems } = loadManifest(diskSource(folder, "freehold.json"));
  if (!manifest) throw new Error(problems.map(formatProblem).join("\n"));
  const marks = discover(folder).files.flatMap(({ path }) =>
    marksOf(path, readFileSync(join(folder, path), "utf8")),
  );
  const model = await analyse({ root: folder, manifest });
  if (model.problems.length > 0) throw new Error(JSON.stringify(model.problems, null, 2));
  return compare(client, marks, saidBy(model));
}

function saidBy(model: Model): Said[] {
  const references = model.references.filter(({ verdict }) => verdict !== "engine").map(saidOf);
  const unparsed = model.unparsed.map(({ at, message }) => ({
    ...place(at),
    access: null,
    table: null,
    text: `unparsed: ${message}`,
  }));
  return [...references, ...unparsed];
}

function saidOf({ at, access, schema, table, reason }: Reference): Said {
  const name = table === null ? null : schema === null ? table : `${schema}.${table}`;
  return {
    ...place(at),
    access: name === null ? null : access,
    table: name,
    text: name === null ? `unresolved: ${reason}` : `${access} ${name}`,
  };
}

function place({ file, line, endLine, column }: Reference["at"]) {
  return { file, line, endLine, column };
}

/** Closest first: each round pairs what the one before it has left. */
const rounds: readonly ((mark: Mark, said: Said) => boolean)[] = [
  (mark, said) => sameAccess(mark, said) && mark.line === said.line && mark.column === said.column,
  (mark, said) => sameAccess(mark, said) && mark.line === said.line && mark.column === null,
  (mark, said) => mark.line === said.line && mark.column === said.column,
  (mark, said) => sameAccess(mark, said) && mark.line === said.line,
  (mark, said) => mark.line === said.line,
  (mark, said) => mark.table === null && said.line < mark.line && mark.line <= said.endLine,
  (mark, said) => mark.table !== null && sameAccess(mark, said) && Math.abs(mark.line - said.line) <= 2,
];

function sameAccess(mark: Mark, said: Said): boolean {
  return mark.access === said.access;
}

function compare(client: string, marks: readonly Mark[], said: readonly Said[]): Measure {
  const left = new Set(said);
  const pairs = new Map<Mark, Said>();
  for (const fits of rounds)
    for (const mark of marks) {
      if (pairs.has(mark)) continue;
      for (const one of left) {
        if (one.file !== mark.file || one.table !== mark.table || !fits(mark, one)) continue;
        pairs.set(mark, one);
        left.delete(one);
        break;
      }
    }
  const missed: string[] = [];
  const silent: string[] = [];
  const otherwise: string[] = [];
  let accessRight = 0;
  let placeRight = 0;
  for (const mark of marks) {
    const pair = pairs.get(mark);
    if (!pair) {
      missed.push(textOf(mark));
      // A name that was not understood and said to be so is no secret.
      const admitted = [...left].find(
        (one) =>
          one.table === null && one.file === mark.file && one.line <= mark.line && mark.line <= one.endLine,
      );
      if (admitted) left.delete(admitted);
      else silent.push(textOf(mark));
      continue;
    }
    const access = sameAccess(mark, pair);
    const placed = mark.line === pair.line && (mark.column === null || mark.column === pair.column);
    accessRight += Number(access);
    placeRight += Number(placed);
    if (!access || !placed)
      otherwise.push(`${textOf(mark)}, said to be ${pair.line}:${pair.column} ${pair.text}`);
  }
  return {
    client,
    marked: marks.length,
    found: pairs.size,
    accessRight,
    placeRight,
    missed,
    wrong: [...left].map(({ file, line, column, text }) => `${file}:${line}:${column} ${text}`),
    silent,
    otherwise,
  };
}

function textOf({ file, line, column, access, table }: Mark): string {
  return `${file}:${line}:${column ?? "?"} ${table === null ? "unresolved" : `${access} ${table}`}`;
}

/** Per cent; 100 of nothing. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 100 : (100 * part) / whole;
}

/** What the goals are set on, in per cent. */
export function shares({ marked, found, accessRight, placeRight, wrong }: Measure) {
  return {
    recall: share(found, marked),
    access: share(accessRight, found),
    place: share(placeRight, found),
    precision: share(found, found + wrong.length),
  };
}
