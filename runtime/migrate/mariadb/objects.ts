/**
 * Whether a change of the schema was made, asked of the database itself.
 *
 * The server makes one such statement whole or not at all (atomic DDL: MariaDB 10.6, MySQL 8.0), but commits it by itself,
 * so a crash between it and its counting leaves open which. So before it is begun, what the objects that it names look
 * like is written down, as checksums; if they look the same afterwards, it was not made.
 */
import { createHash } from "node:crypto";
import { quote } from "./history.ts";
import type { Line } from "./open.ts";
import { isOpaque, type Statement, verb } from "./split.ts";

/** What is written down before a statement. */
interface Begun {
  /** The statement's own checksum. */
  statement: string;
  verb: string;
  /** Every word in it: one of them names what it changes. */
  words: string[];
  /** Checksums by kind and name. */
  objects: Record<string, string>;
}

/** Half: of several objects some were dropped; unknown: a procedure, which may have stopped anywhere. */
export type Outcome = "done" | "not done" | "half done" | "unknown";

export const checksumOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Written down for what nobody watches: a person has to tell what became of it. */
export const unknownStatement = JSON.stringify({ statement: "", verb: "?", words: [], objects: {} });

/** What to write down before the statement. */
export async function beforehand(line: Line, statement: Statement): Promise<string> {
  const words = wordsOf(statement);
  const begun: Begun = {
    statement: checksumOf(statement.text),
    verb: isOpaque(statement) ? "?" : verb(statement),
    words,
    objects: await lookUp(line, words),
  };
  return JSON.stringify(begun);
}

/** What became of the statement, and which it was. */
export async function outcomeOf(
  line: Line,
  text: string,
): Promise<{ outcome: Outcome; statement: string; verb: string }> {
  const { objects: before, words, ...begun } = JSON.parse(text) as Begun;
  if (begun.verb === "?") return { ...begun, outcome: "unknown" };
  const after = await lookUp(line, words);
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = keys.filter((key) => before[key] !== after[key]);
  if (changed.length === 0) return { ...begun, outcome: "not done" };
  // DROP TABLE a, b is made table by table.
  const dropped = /^DROP (?:TABLE|VIEW|SEQUENCE)/.test(begun.verb);
  const kind = begun.verb.split(" ")[1]?.toLowerCase() ?? "";
  const left = Object.keys(before).filter((key) => key.startsWith(`${kind} `) && key in after);
  // CREATE OR REPLACE drops first.
  const lost = /^CREATE/.test(begun.verb) && Object.keys(before).some((key) => !(key in after));
  return { ...begun, outcome: lost || (dropped && left.length > 0) ? "half done" : "done" };
}

function wordsOf({ text }: Statement): string[] {
  const words = text.match(/`(?:[^`]|``)+`|[\p{L}\p{N}_$]+/gu) ?? [];
  const names = words.map((word) => (word.startsWith("`") ? word.slice(1, -1).replaceAll("``", "`") : word));
  return [...new Set(names)].filter((name) => name.length <= 64).slice(0, 1_000);
}

/** Where each kind of object is listed, and how its definition is shown. */
const kinds = [
  { list: "tables", schema: "table_schema", name: "table_name", kind: "lower(table_type)", show: "table" },
  {
    list: "routines",
    schema: "routine_schema",
    name: "routine_name",
    kind: "lower(routine_type)",
    show: null,
  },
  { list: "triggers", schema: "trigger_schema", name: "trigger_name", kind: "'trigger'", show: "trigger" },
  { list: "events", schema: "event_schema", name: "event_name", kind: "'event'", show: "event" },
] as const;

async function lookUp(line: Line, words: readonly string[]): Promise<Record<string, string>> {
  const objects: Record<string, string> = {};
  const places = words.map(() => "?").join(", ");
  for (const { list, schema, name, kind, show } of kinds) {
    const rows = await line.rows<{ place: string; name: string; kind: string }>(
      `select ${schema} as place, ${name} as name, ${kind} as kind from information_schema.${list}
       where ${name} in (${places}) and (${schema} = database() or ${schema} in (${places}))`,
      [...words, ...words],
    );
    for (const row of rows) {
      const what = row.kind === "base table" || row.kind === "system versioned" ? "table" : row.kind;
      const text = `show create ${show ?? row.kind} ${quote(row.place)}.${quote(row.name)}`;
      objects[`${what} ${row.place}.${row.name}`] = checksumOf(await definition(line, text));
    }
  }
  return objects;
}

/** Without the next number of AUTO_INCREMENT, which rows change. */
async function definition(line: Line, text: string): Promise<string> {
  const [rows = []] = await line.all(text);
  return JSON.stringify(Object.values(rows[0] ?? {})).replaceAll(/ AUTO_INCREMENT=\d+/g, "");
}
