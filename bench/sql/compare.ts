/** Sets the engine's references of one file beside the second opinion's, statement by statement. */
import type { SqlFacts, SqlReference } from "../../analysis/model.ts";
import type { CstParser } from "./cst.ts";
import { type Named, type SecondReading, secondReading } from "./second-reading.ts";

export interface Disagreement {
  path: string;
  line: number;
  statement: string;
  /** What only the engine says, and what only the second opinion says: `read schema.table @offset`. */
  engine: string[];
  second: string[];
}

export interface Comparison {
  /** Statements, routine bodies among them, that both parsers read. */
  compared: number;
  bodies: number;
  references: number;
  disagreements: Disagreement[];
}

interface Stretch {
  start: number;
  end: number;
}

/** Compares what both say of each statement of a file; temporary tables are followed by each on its own. */
export function compareFile(path: string, text: string, facts: SqlFacts, parse: CstParser): Comparison {
  const out: Comparison = { compared: 0, bodies: 0, references: 0, disagreements: [] };
  const temporary = new Set<string>();
  const readings = facts.statements.map(({ kind, at }) => {
    const tree = kind === "psql" ? null : parse(text.slice(at.start, at.end), "postgresql");
    return tree && secondReading(tree);
  });
  // Triggers come after the functions that see their transition tables.
  const transitions = facts.statements.flatMap(
    ({ at }, i) => readings[i]?.transitions ?? transitionsOf(text.slice(at.start, at.end)),
  );
  for (const [i, statement] of facts.statements.entries()) {
    const reading = readings[i];
    const { start, end } = statement.at;
    const sql = text.slice(start, end);
    if (!reading) {
      followBlindly(sql, temporary);
      continue;
    }
    out.compared++;
    const { named, unread, bodies } = withBodies(sql, reading, transitions, parse);
    out.bodies += bodies;
    const told = named.filter(({ schema, table, made }) => made || schema !== null || !temporary.has(table));
    const asked = statement.references.filter(
      ({ table, at, perhaps }) =>
        table !== null && !perhaps && !unread.some((one) => within(one, at.start - start, at.end - start)),
    );
    out.references += asked.length;
    const only = difference(asked, told, start);
    if (only.engine.length + only.second.length > 0) {
      const line = text.slice(0, start).split("\n").length;
      out.disagreements.push({ path, line, statement: sql, ...only });
    }
    for (const table of reading.dropped) temporary.delete(table);
    for (const { table, made } of reading.named) if (made) temporary.delete(table);
    for (const { from, to } of reading.renamed) if (temporary.delete(from)) temporary.add(to);
    for (const { table } of reading.temporary) temporary.add(table);
  }
  return out;
}

/** The statement's names with those of its bodies; `unread` are the stretches that the second opinion cannot read. */
function withBodies(
  sql: string,
  reading: SecondReading,
  transitions: SecondReading["transitions"],
  parse: CstParser,
): { named: Named[]; unread: Stretch[]; bodies: number } {
  const named = [...reading.named];
  const unread: Stretch[] = [...reading.types];
  let bodies = 0;
  for (const { name, language, start, end } of reading.bodies) {
    const open = /^\$\w*\$/.exec(sql.slice(start, end))?.[0].length ?? 0;
    const source = sql.slice(start + open, end - open);
    const known = open > 0 && (language === "sql" || language === "plpgsql");
    const tree = known ? parse(source, language === "sql" ? "postgresql" : "plpgsql") : null;
    if (!tree) {
      unread.push({ start, end });
      continue;
    }
    bodies++;
    const shift = start + open;
    const moved = <T extends Stretch>(one: T): T => ({
      ...one,
      start: one.start + shift,
      end: one.end + shift,
    });
    const inner = secondReading(tree);
    const seen = transitions.filter(({ routine }) => routine === name).flatMap(({ names }) => names);
    const hidden = [...inner.temporary, ...seen.map((table) => ({ table, start: -1 }))];
    const isHidden = (one: Named) =>
      one.schema === null && hidden.some(({ table, start }) => table === one.table && start < one.start);
    named.push(...inner.named.filter((one) => !isHidden(one)).map(moved));
    unread.push(...[...inner.strings, ...inner.types].map(moved));
  }
  const inBodies = (one: Stretch) => reading.bodies.some((body) => body.start === one.start);
  unread.push(...reading.strings.filter((one) => !inBodies(one)));
  return { named, unread, bodies };
}

function difference(
  references: readonly SqlReference[],
  named: readonly Named[],
  shift: number,
): { engine: string[]; second: string[] } {
  const show = (schema: string | null, table: string | null, access: string, start: number, end: number) =>
    `${access} ${schema === null ? "" : `${schema}.`}${table} at ${start}–${end}`;
  const engine = new Set(
    references.map(({ schema, table, access, at }) =>
      show(schema, table, access, at.start - shift, at.end - shift),
    ),
  );
  const second = new Set(
    named.map(({ schema, table, access, start, end }) => show(schema, table, access, start, end)),
  );
  return {
    engine: [...engine].filter((one) => !second.has(one)),
    second: [...second].filter((one) => !engine.has(one)),
  };
}

function within(outer: Stretch, start: number, end: number): boolean {
  return outer.start <= start && end <= outer.end;
}

const MAKES_TEMPORARY =
  /\btemp(?:orary)?\s+(?:(?:recursive\s+)?view|table)?\s*(?:if\s+not\s+exists\s+)?(?:"([^"]+)"|(\w+))/i;

/** A statement that only the engine reads may still make a temporary table. */
function followBlindly(sql: string, temporary: Set<string>): void {
  const match = /^(?:create|select|with)\b/i.test(sql) ? MAKES_TEMPORARY.exec(sql) : null;
  const name = match?.[1] ?? match?.[2]?.toLowerCase();
  if (name !== undefined) temporary.add(name);
}

/** The transition tables of a trigger that only the engine reads. */
function transitionsOf(sql: string): SecondReading["transitions"] {
  const routine =
    /^create\b[\s\S]*\btrigger\b[\s\S]*\bexecute\s+(?:function|procedure)\s+(?:\w+\.)?(\w+)/i.exec(sql);
  const names = [...sql.matchAll(/\b(?:old|new)\s+table\s+(?:as\s+)?(\w+)/gi)].map((match) => match[1]!);
  return routine?.[1] === undefined ? [] : [{ routine: routine[1].toLowerCase(), names }];
}
