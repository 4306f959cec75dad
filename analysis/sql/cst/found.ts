/**
 * What a reader finds in one statement, in offsets of that statement's text: the same words for
 * sql-parser-cst's trees and for MySQL's own reader, so that the two can be held against each other,
 * and so that names, holes and temporary tables are dealt with in one place (`write-down.ts`).
 */
import type { Operation, SchemaChange, TableKind } from "../../model.ts";

/** The stored object whose definition is being read. */
export interface Stored {
  operation: Operation;
  kind: string;
  name: string;
}

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A change of the catalogue, still without its name. */
export type Change = Without<SchemaChange, "schema" | "name" | "at">;

/** A table named at `at`. */
export interface NamedTable {
  kind: "table";
  at: number;
  operation: Operation;
  /** The name's last part is a column's. */
  column?: true;
  /** It may be something else that bears the name: an index, a collation. */
  perhaps?: true;
  /** The name is an index's, whose table is not said. */
  index?: true;
  /** The name is a trigger's, whose table is not said. */
  trigger?: true;
  /** The index that is made on the table, where it is named. */
  makes?: number;
  /** Where the schema stands, if not before the name. */
  schema?: number;
  stored: Stored | null;
}

export type Found =
  | NamedTable
  /** A change of the table (or, for `create-schema` and its kin, of the schema) that is named at `at`. */
  | { kind: "change"; at: number; change: Change; stored: Stored | null }
  /** A table that is renamed, and perhaps moved, to the name at `to`. */
  | { kind: "rename"; at: number; to: number; stored: Stored | null }
  /** A statement about databases, users or the session. */
  | { kind: "act"; words: string; name: string | null; end: number }
  /** Text that names tables and that is not known. */
  | {
      kind: "unknown";
      start: number;
      end: number;
      reason: string;
      operation: Operation;
      stored: Stored | null;
    }
  /** A temporary table that is dropped: its name at `at` is free again. */
  | { kind: "forget"; at: number }
  /** A user variable that gets a value: the expression's tokens stand between `start` and `end`. */
  | { kind: "assign"; variable: string; start: number; end: number }
  /** A statement whose text is the value of a user variable, or an expression. */
  | { kind: "dynamic"; variable: string | null; start: number; end: number; stored: Stored | null }
  /** A statement inside this one, as its own text: `start` to `end`. */
  | { kind: "inner"; start: number; end: number; stored: Stored | null };

/** A new table's or view's change. */
export function creates(
  object: TableKind,
  { temporary = false, ifNotExists = false, columns = [] as string[] } = {},
): Change {
  return { kind: "create", object, temporary, ifNotExists, columns };
}

/** What reading one statement gave. */
export type Read =
  | { ok: true; kind: string; found: Found[] }
  /** `offset` is where the reader could not go on. */
  | { ok: false; message: string; offset: number };

/** The same, with every place moved: `start` maps where something begins, `end` where it ends. */
export function moved(
  found: readonly Found[],
  start: (offset: number) => number,
  end: (offset: number) => number,
): Found[] {
  return found.map((item): Found => {
    switch (item.kind) {
      case "act":
        return { ...item, end: end(item.end) };
      case "table":
        return {
          ...item,
          at: start(item.at),
          ...(item.schema === undefined ? {} : { schema: start(item.schema) }),
          ...(item.makes === undefined ? {} : { makes: start(item.makes) }),
        };
      case "change":
      case "forget":
        return { ...item, at: start(item.at) };
      case "rename":
        return { ...item, at: start(item.at), to: start(item.to) };
      default:
        return { ...item, start: start(item.start), end: end(item.end) };
    }
  });
}
