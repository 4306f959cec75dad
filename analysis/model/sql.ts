/** Text and what SQL says: spans, pieces with typed holes, references, changes. */

/** What a statement does to a table: reads its rows, changes its rows, or changes its shape (DDL). */
export type Access = "read" | "write" | "schema";

/** The finer kind of access; `accessOf` in analysis/sql/operations.ts maps it to its {@link Access}. */
export type Operation =
  | "select"
  | "copy-to"
  | "lock"
  | "insert"
  | "update"
  | "delete"
  | "merge"
  | "truncate"
  | "copy-from"
  | "create-table"
  | "alter-table"
  | "drop-table"
  | "create-index"
  | "grant"
  | "comment"
  | "references"
  | "view"
  | "trigger"
  | "function"
  | "policy"
  | "rule"
  | "inherit"
  | "partition";

/** What a `${hole}` in SQL text stands for. `unknown` lets the grammar decide by position. */
export type HoleType = "identifier" | "schema" | "value" | "fragment" | "unknown";

/** A range of UTF-16 offsets in one file, end exclusive. */
export interface Span {
  file: string;
  start: number;
  end: number;
  /** The argument, at a call in some other place, that hands over what stands here: it is the caller's. */
  handed?: Span;
}

/**
 * SQL as an adapter or the linker assembles it: runs of text and typed holes, each knowing where in
 * which file it stands. A text piece whose span is as long as its text maps character by character;
 * any other (an escape, an inlined constant) maps as a whole to its span.
 */
export type SqlPiece =
  | TextRun
  | { kind: "hole"; hole: HoleType /** Why the text is not known. */; reason: string; at: Span };

export interface TextRun {
  kind: "text";
  text: string;
  at: Span;
}

/** A table that a statement names. Ranges are spans in the original file, never offsets in the assembled SQL. */
export interface SqlReference {
  /** As the database would store it (folded or quoted); null where unqualified. */
  schema: string | null;
  /** Null where the name is a hole whose text is not known; `reason` then says why. */
  table: string | null;
  reason: string | null;
  operation: Operation;
  access: Access;
  at: Span;
  /** The stored object whose definition names the table: a view's query, a function's body. */
  dependency: { kind: string; name: string } | null;
  /**
   * The name stands where a type, an index or a sequence may stand, too: it counts only where somebody owns it.
   * With no name: every table of the schema, if it has any.
   */
  perhaps?: boolean;
  /** The statement names an index alone (`to`: its new name): whose table it is on, the statement that made it says. */
  index?: { name: string; to?: string };
  /** The statement names a trigger alone, as SQLite and MySQL do: whose table it is on, the statement that made it says. */
  trigger?: string;
  /** Where a type stands: a table's row type only if the service makes no type of that name. */
  rowType?: true;
  /** Indexes that the statement makes on the table, by name. */
  makes?: string[];
}

/** What a statement does to the catalogue: input to the replay of migrations. */
export type SchemaChange = { schema: string | null; name: string; at: Span } & (
  | {
      kind: "create";
      object: TableKind;
      temporary: boolean;
      ifNotExists: boolean;
      /** Its own; empty where they are not known, unless it has those of other tables. */
      columns: string[];
      /** Tables whose columns it has, too. What is `tied` to them changes with them: partitions, heirs. */
      from?: (TableId & { tied: boolean })[];
    }
  | { kind: "drop"; object: TableKind; ifExists: boolean }
  | { kind: "rename"; to: string }
  | { kind: "set-schema"; to: string }
  | { kind: "add-column"; column: string }
  | { kind: "drop-column"; column: string }
  | { kind: "rename-column"; column: string; to: string }
  /** It becomes a partition or an heir of another table, whose columns it has; or is none any more. */
  | { kind: "tie"; to: TableId }
  | { kind: "untie"; from: TableId }
  /** Its columns are changed in a way that is not known. */
  | { kind: "reshape" }
  /** `name` is a schema here: CREATE SCHEMA, or SET search_path's first entry. */
  | { kind: "create-schema" }
  | { kind: "drop-schema" }
  | { kind: "search-path"; path: string[] }
);

/** A table as a statement names it. */
export interface TableId {
  schema: string | null;
  name: string;
}

export type TableKind = "table" | "view" | "materialized-view" | "foreign-table";

/** A statement about something bigger than a table: databases, roles, extensions, the session. */
export interface DatabaseAct {
  /** Upper-case words as in the statement: `CREATE DATABASE`, `DROP ROLE`, `CREATE EXTENSION`, `SET ROLE`, `COMMIT`. */
  act: string;
  /** What it is about, where it has a name. */
  name: string | null;
  /** It changes a schema rather than databases, roles or the session. */
  ddl?: boolean;
  at: Span;
}

export interface SqlStatement {
  /** The grammar's node name in kebab-case: `select`, `insert`, `create-table`, … */
  kind: string;
  at: Span;
  references: SqlReference[];
  changes: SchemaChange[];
  acts: DatabaseAct[];
  /** The statement's text with white space and literals normalised: the baseline hashes it. */
  normalized: string;
  /** Types and domains that it makes, by name. */
  types?: string[];
  /** Set where it stands in the part of its file that takes a migration back. */
  down?: boolean;
}

/** Text that is known and that the grammar refuses. */
export interface SqlProblem {
  message: string;
  at: Span;
}

/** What the SQL engine says of one text. Nothing is dropped: what is neither statement nor problem is white space or comment. */
export interface SqlFacts {
  statements: SqlStatement[];
  problems: SqlProblem[];
  comments: SqlComment[];
}

/** A comment in SQL text, without its markers; the ignore directives are found in these. */
export interface SqlComment {
  text: string;
  at: Span;
}
