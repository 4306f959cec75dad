/** What statements of one text know of each other, while they are read one after the other. */
import type { SqlProblem, SqlStatement } from "../../model.ts";
import type { SqlText } from "../text.ts";
import type { Flavour } from "./flavour.ts";
import type { Stored } from "./found.ts";

/** An expression that a user variable was set to. */
export interface Assigned {
  source: SqlText;
  start: number;
  end: number;
  /** How many were set before it. */
  order: number;
  /** A statement was prepared from it. */
  read: boolean;
}

/** One text while it is read, bodies and quoted statements in it included. */
export interface Session {
  flavour: Flavour;
  /** Temporary tables that earlier statements made, folded: a name that one of them bears is no reference. */
  temporary: Set<string>;
  /** What user variables were set to, by `@name`. */
  variables: Map<string, Assigned[]>;
  /** How many variables were set. */
  assigned: number;
  problems: SqlProblem[];
  /** Statements inside statements that are being read: a text may prepare itself. */
  depth: number;
  /** Reads statements that stand inside this one's text. */
  read(text: SqlText, context: Context, emit: (statement: SqlStatement) => void): void;
}

/** Where a statement stands. */
export interface Context {
  stored: Stored | null;
  /** It runs only under a condition: what it makes or drops may be there or gone already. */
  conditional: boolean;
}
