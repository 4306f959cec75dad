/** Sites of code, evaluated across files and read by the SQL engine. */
import type { Dialect } from "../../manifest/model.ts";
import { adapters } from "../code/adapters/mod.ts";
import type {
  Access,
  Expr,
  FileFacts,
  Operation,
  SchemaChange,
  Span,
  SqlFacts,
  SqlPiece,
  SqlSite,
  SqlStatement,
} from "../model.ts";
import { isPlainlySql, looksLikeSql, type ReadSql } from "../sql/mod.ts";
import { constantText, evaluate } from "./evaluate.ts";
import { adapterOf } from "./evidence.ts";
import { follow, type Resolve } from "./follow.ts";
import { Trace } from "./trace.ts";

/** One site as it was understood: every reading's statements, or the reason why nothing is known. */
export interface ReadSite {
  file: string;
  client: string;
  at: Span;
  enclosing: string | null;
  facts: SqlFacts;
  /** Set where nothing of the statement is known. */
  unresolved: { reason: string; at: Span } | null;
}

export interface ReadUse {
  file: string;
  client: string;
  at: Span;
  /** The whole call. */
  site: Span;
  enclosing: string | null;
  schema: string | null;
  table: string | null;
  reason: string | null;
  operation: Operation;
  /** Set where a stored object's definition names the table, with what it does there. */
  stored?: { kind: string; name: string; access: Access };
  /** What it does to the table, where a schema builder says all of it. */
  changes?: SchemaChange[];
  /** Indexes that it makes on the table, by name. */
  makes?: string[];
}

const byName = new Map(adapters.map((adapter) => [adapter.name, adapter]));

/** Reads every site of the given files; a template that another site composes is read there alone. */
export function readAllSites(
  files: ReadonlyMap<string, FileFacts>,
  resolve: Resolve,
  dialectOf: (file: string, client: string) => Dialect,
  readSql: ReadSql,
): ReadSite[] {
  const trace = resolve.trace ?? new Trace();
  const composed = new Set<string>();
  const found: ReadSite[] = [];
  const open: ReadSite[] = [];
  const fragments: { file: string; site: SqlSite; readings: SqlPiece[][] }[] = [];
  for (const [file, facts] of files) {
    for (const site of facts.sites) {
      const { client, evaluated } = trace.task("link", file, () => ({
        client: clientOf(site, resolve),
        evaluated: evaluate(site.text, resolve),
      }));
      for (const span of evaluated.composed)
        if (!within(site.at, span)) {
          composed.add(key(span));
          trace.couple(file, span.file);
        }
      const more = evaluated.unread;
      const certain = site.certainty === "certain" || client.certain;
      const kind = kindOf(evaluated.readings);
      const base = { file, client: client.name, at: site.at, enclosing: site.enclosing };
      if (more && certain)
        open.push({
          ...base,
          facts: NOTHING,
          unresolved: { reason: `it may be any of ${more} more texts`, at: site.at },
        });
      if (kind === "unknown") {
        // A template that is nothing but a hole passes on what was written, and read, elsewhere.
        if (!certain || site.fragment) continue;
        const [hole] = evaluated.readings.flatMap((pieces) =>
          pieces.flatMap((piece) => (piece.kind === "hole" ? [piece] : [])),
        );
        if (hole) open.push({ ...base, facts: NOTHING, unresolved: { reason: hole.reason, at: hole.at } });
      } else if (kind === "fragment") {
        if (certain)
          fragments.push({ file, site: { ...site, client: client.name }, readings: evaluated.readings });
      } else {
        // Beside text that only looks like SQL, other alternatives are more such text.
        const readings = certain ? evaluated.readings : evaluated.readings.filter(looksLikeStatement);
        const dialect = byName.get(client.name)?.dialect ?? dialectOf(file, client.name);
        const read = readReadings(
          readings.map((pieces) => quotedFor(pieces, dialect)),
          dialect,
          readSql,
        );
        // Nothing but its looks says that this is SQL: then the grammar must agree, or no other text looks so.
        const agreed = read.problems.length
          ? readings.some((pieces) => isPlainlySql(flat(pieces, "_")))
          : read.statements.some(saysAnything);
        if (!certain && !agreed) continue;
        found.push({ ...base, facts: read, unresolved: null });
      }
    }
  }
  found.push(...open.filter(({ at }) => !composed.has(key(at))));
  for (const { file, site, readings } of fragments) {
    if (composed.has(key(site.at))) continue;
    const dialect = byName.get(site.client)?.dialect ?? dialectOf(file, site.client);
    const read = merge(
      readings.map((pieces) => readSql(quotedFor(pieces, dialect), { dialect, whole: false })),
    );
    // What a text client is given is a whole statement: where its beginning is not known, nor is its table.
    const whole = site.whole && !site.fragment && !byName.get(site.client)?.chain;
    const open = whole ? openBeginning(readings) : null;
    const told = read.statements.some(({ references }) =>
      references.some((one) => open && key(one.at) === key(open.at)),
    );
    found.push({
      file,
      client: site.client,
      at: site.at,
      enclosing: site.enclosing,
      facts: read,
      unresolved: open && !told ? { reason: open.reason, at: open.at } : null,
    });
  }
  // The beginning of a statement that another template completes is no broken statement.
  return found.filter(({ at, facts }) => facts.problems.length === 0 || !composed.has(key(at)));
}

/** Tables that clients name without SQL. */
export function readAllUses(files: ReadonlyMap<string, FileFacts>, resolve: Resolve): ReadUse[] {
  const found: ReadUse[] = [];
  const trace = resolve.trace ?? new Trace();
  for (const [file, facts] of files)
    for (const use of facts.uses) {
      const constant = (expr: Expr) => trace.task("link", file, () => constantText(expr, resolve));
      const table = constant(use.table);
      found.push({
        file,
        client: use.client,
        at: use.at,
        site: use.at,
        enclosing: use.enclosing,
        schema: use.schema ? constant(use.schema) : null,
        table,
        reason: table === null ? "the table's name is not known before it runs" : null,
        operation: use.operation,
      });
    }
  return found;
}

/** Names that the evaluator has quoted, in the quotes of a dialect in which `"` makes a string. */
function quotedFor(pieces: readonly SqlPiece[], dialect: Dialect): SqlPiece[] {
  if (dialect !== "mysql" && dialect !== "mariadb") return [...pieces];
  return pieces.map((piece) =>
    piece.kind === "text" &&
    piece.at.end - piece.at.start !== piece.text.length &&
    /^"(?:[^"`]|"")*"(?:\."(?:[^"`]|"")*")*$/.test(piece.text)
      ? { ...piece, text: piece.text.replaceAll(/""|"/g, (quote) => (quote === '"' ? "`" : '"')) }
      : piece,
  );
}

const NOTHING: SqlFacts = { statements: [], problems: [], comments: [] };

/** What the receiver turns out to be once other modules are known. */
function clientOf(site: SqlSite, resolve: Resolve): { name: string; certain: boolean } {
  const adapter = site.receiver && adapterOf(site.receiver, (expr) => follow(expr, resolve));
  return adapter ? { name: adapter.name, certain: true } : { name: site.client, certain: false };
}

/** `begin` and `commit` are words before they are statements. */
function saysAnything({ references, changes, acts, normalized }: SqlStatement): boolean {
  const acting = acts.some(({ act }) => / /.test(act) && !/^(?:SET|RESET|BEGIN|COMMIT|ROLLBACK)\b/.test(act));
  // A word alone, such as "cluster", is a statement about every table, and in nobody's text more often a word.
  return normalized.trim().includes(" ") && (references.length > 0 || changes.length > 0 || acting);
}

/** The hole that a statement begins with, unless what follows names the table. */
function openBeginning(readings: readonly SqlPiece[][]): (SqlPiece & { kind: "hole" }) | null {
  for (const pieces of readings) {
    const index = pieces.findIndex((piece) => piece.kind === "hole" || piece.text.trim() !== "");
    const first = pieces[index];
    const rest = flat(pieces.slice(index + 1));
    if (first?.kind === "hole" && first.hole !== "value" && !/^\s*(?:from|into|set)\b/i.test(rest))
      return first;
  }
  return null;
}

function kindOf(readings: readonly SqlPiece[][]): "whole" | "fragment" | "unknown" {
  let text = false;
  for (const pieces of readings) {
    if (looksLikeStatement(pieces)) return "whole";
    if (flat(pieces).trim()) text = true;
  }
  return text || readings.every((pieces) => pieces.length === 0) ? "fragment" : "unknown";
}

function looksLikeStatement(pieces: readonly SqlPiece[]): boolean {
  return looksLikeSql(flat(pieces));
}

/** @param hole what stands for each hole */
function flat(pieces: readonly SqlPiece[], hole = " "): string {
  return pieces.map((piece) => (piece.kind === "text" ? piece.text : hole)).join("");
}

/**
 * Every reading of one site. Alternatives are chosen one by one, so a combination may come out that
 * never runs (`case ${nothing} end`): where another reading is sound, what only the unsound one says
 * is read as the fragment that it is.
 */
function readReadings(readings: readonly SqlPiece[][], dialect: Dialect, readSql: ReadSql): SqlFacts {
  const read = readings.map((pieces) => ({ pieces, facts: readSql(pieces, { dialect }) }));
  const sound = read.filter(({ facts }) => facts.problems.length === 0);
  if (sound.length === 0 || sound.length === read.length) return merge(read.map(({ facts }) => facts));
  const said = new Set(sound.flatMap(({ pieces }) => pieces.map((piece) => key(piece.at))));
  const rest = read.flatMap(({ pieces, facts }) =>
    facts.problems.length ? runs(pieces, (piece) => !said.has(key(piece.at))) : [],
  );
  return merge([
    ...sound.map(({ facts }) => facts),
    ...rest.map((pieces) => readSql(pieces, { dialect, whole: false })),
  ]);
}

/** The longest runs of pieces that pass. */
function runs(pieces: readonly SqlPiece[], passes: (piece: SqlPiece) => boolean): SqlPiece[][] {
  const found: SqlPiece[][] = [];
  let open: SqlPiece[] | null = null;
  for (const piece of pieces) {
    if (!passes(piece)) open = null;
    else if (open) open.push(piece);
    else {
      open = [piece];
      found.push(open);
    }
  }
  return found.filter((run) => run.some((piece) => piece.kind === "text" && piece.text.trim()));
}

/** Readings differ in a few places only: what several say of one place is said once. */
function merge(readings: readonly SqlFacts[]): SqlFacts {
  const [only] = readings;
  if (readings.length === 1 && only) return only;
  const told = new Set<string>();
  const fresh = (kind: string, span: Span, ...more: unknown[]) => {
    const id = JSON.stringify([kind, span.file, span.start, span.end, ...more]);
    if (told.has(id)) return false;
    told.add(id);
    return true;
  };
  return {
    statements: readings.flatMap(({ statements }) =>
      statements.map((statement) => ({
        ...statement,
        references: statement.references.filter((item) =>
          fresh("reference", item.at, item.schema, item.table, item.operation, item.at.handed),
        ),
        changes: statement.changes.filter((item) =>
          fresh("change", item.at, item.kind, item.schema, item.name),
        ),
        acts: statement.acts.filter((item) => fresh("act", item.at, item.act, item.name)),
      })),
    ),
    problems: readings.flatMap(({ problems }) =>
      problems.filter((item) => fresh("problem", item.at, item.message)),
    ),
    comments: only?.comments ?? [],
  };
}

function within(outer: Span, inner: Span): boolean {
  return outer.file === inner.file && outer.start <= inner.start && inner.end <= outer.end;
}

function key(span: Span): string {
  return `${span.file}:${span.start}:${span.end}`;
}
