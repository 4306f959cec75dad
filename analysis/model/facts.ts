/** Facts of one file, as they are cached. A little beyond 300 lines: types alone, which speak of each other. */
import type { DatabaseAct, HoleType, Operation, Span, SqlFacts, TextRun } from "./sql.ts";

/**
 * An expression, boiled down to what the evaluator can follow. Plain data: it is cached with the
 * file's facts after the syntax tree is gone.
 */
export type Expr =
  /** A literal, decoded: more than one run where escapes make text and source differ. */
  | { kind: "text"; runs: TextRun[]; at: Span }
  | { kind: "concat"; parts: Expr[]; at: Span }
  | { kind: "either"; options: Expr[]; at: Span }
  | { kind: "array"; items: Expr[]; at: Span }
  | {
      kind: "object";
      /** By name; under `...` what is spread in and not known to the file, a list where there are several. */
      entries: Record<string, Expr>;
      /** Where each name stands. */
      keys: Record<string, Span>;
      at: Span;
    }
  | { kind: "member"; of: Expr; property: string; at: Span }
  | {
      kind: "call";
      callee: Expr;
      args: Expr[] /** What to say where its result is not known. */;
      reason: string;
      /** It is what the call's promise gave: no longer a builder, if it was one. */
      awaited?: boolean;
      /** Parameters in it were replaced: others may stand at the same place. */
      applied?: boolean;
      at: Span;
    }
  | {
      kind: "new";
      callee: Expr;
      args: Expr[];
      /** It is `this` or `super`: an instance of a class that extends the callee, perhaps. */
      own?: true;
      at: Span;
    }
  /** A function; `result` is the one expression that it returns, null where there are several or none. */
  | {
      kind: "function";
      parameters: string[];
      result: Expr | null;
      /** What it is annotated to return. */
      type?: TypeName;
      /** What it does, one after the other, with the builder that it is handed. */
      building?: BuildingStep[];
      at: Span;
    }
  | ClassExpr
  /** A value of which the file tells the type alone: an annotated field, parameter or variable. */
  | {
      kind: "typed";
      name: string;
      type: TypeName;
      /** As a parameter's. */
      allows?: Expr;
      /** The class whose field it is, where classes that extend it say what is in it. */
      holder?: Expr;
      at: Span;
    }
  /** What a client makes of its arguments: an identifier, a value list, a nested fragment. */
  | { kind: "sql"; hole: HoleType; of: Expr[]; at: Span }
  | {
      kind: "parameter";
      function: string;
      index: number;
      name: string;
      /** Property names from the parameter to the value, for a destructured one. */
      path: string[];
      /** The call that a function literal is handed to: whoever calls back gives the parameter its value. */
      handed: { receiver: Expr; method: string } | null;
      /** As it is annotated, where it names a type. */
      type?: TypeName;
      /** The type that is its annotation, where another module declares it: it may be a choice of texts. */
      allows?: Expr;
      at: Span;
    }
  /** A name that another module exports; the linker follows it. An empty specifier means one of `locals`. */
  | { kind: "import"; specifier: string; name: string; at: Span }
  /** A constant at its place of use: an identifier found there is reported at `at`, longer text where it is written. */
  | {
      kind: "alias";
      of: Expr;
      /** It is `this` or `super` in a static: a class that extends this one, perhaps. */
      own?: true;
      at: Span;
    }
  /** A value that is known to be an open client, or to make one; builders keep the call that made it. */
  | {
      kind: "client";
      adapter: string;
      made?: Expr & { kind: "call" | "new" };
      /** Its annotation, where that tells more than whose client it is: `Repository<User>`. */
      type?: TypeName;
      at: Span;
    }
  /** An environment variable, or with `*` the whole environment; `checked`: it is known to be set here. */
  | { kind: "env"; variable: string; checked: boolean; at: Span }
  | { kind: "unknown"; reason: string; at: Span };

/** One use of a builder in a function that is handed it: `table.string("name")`. */
export type BuildingStep =
  | { kind: "chain"; steps: ChainStep[] }
  /** Another function gets it, with these arguments. */
  | { kind: "handed"; to: Expr; args: Expr[] }
  | { kind: "either"; options: BuildingStep[][] }
  /** In a loop. */
  | { kind: "each"; of: BuildingStep[] }
  /** What becomes of it there is not known. */
  | { kind: "open" };

/** A type as an annotation names it, with where the name comes from. */
export interface TypeName {
  name: string;
  from: { specifier: string; name: string } | null;
  args: TypeName[];
}

/** A class, as far as mappers of classes to tables need it. */
export interface ClassExpr {
  kind: "class";
  name: string;
  extends: Expr | null;
  /** It is abstract, or has type parameters (named here): classes that extend it say what it is about. */
  open?: string[];
  /** Names of the constructor's parameters; a destructured one is empty. */
  parameters?: string[];
  /** What the constructor hands on to the class that this one extends. */
  superArgs?: Expr[];
  /** What the class that it extends is given: `User` of `extends Repository<User>`. */
  extendsArgs?: TypeName[];
  decorators: Decorator[];
  members: ClassMember[];
  at: Span;
}

export interface Decorator {
  name: string;
  /** The module that it is imported from, under which name, where it is imported. */
  from?: { specifier: string; name: string };
  args: Expr[];
  at: Span;
}

export interface ClassMember {
  name: string;
  type: TypeName | null;
  init: Expr | null;
  static: boolean;
  decorators: Decorator[];
  at: Span;
}

/** A chain of calls and property reads on one root: `db.selectFrom("t").where(…).execute()`. */
export interface ChainSite {
  root: Expr;
  /** The root's own name where it has one, for clients that only their habitual name tells. */
  rootName: string;
  steps: ChainStep[];
  at: Span;
  enclosing: string | null;
}

export interface ChainStep {
  /** Empty where the root itself is called (`knex("t")`), and where the name is computed. */
  name: string;
  /** The name as an expression, where it is computed: `db[table]`. */
  key?: Expr;
  /** Null for a property that is read, not called. */
  args: Expr[] | null;
  at: Span;
}

/** A place where SQL (or something meant as SQL) reaches a database client. */
export interface SqlSite {
  client: string;
  /** What the call is made on, where the file alone does not tell whether it is a client. */
  receiver: Expr | null;
  /** The SQL text with its holes still expressions. */
  text: Expr;
  /** The whole call or template. */
  at: Span;
  /** Name of the enclosing function, or null at module level. */
  enclosing: string | null;
  /** How sure the adapter is that this is a database call. A `likely` site counts only if a SQL grammar accepts its text. */
  certainty: "certain" | "likely";
  /** What the call takes is always a whole statement: its beginning says what it does. */
  whole?: boolean;
  /** It may be a piece of a statement (`sql\`and x = 1\``), read alone only if no other site composes it. */
  fragment: boolean;
}

/** A table that a client names without SQL (query builders, ORMs). */
export interface TableUse {
  client: string;
  table: Expr;
  schema: Expr | null;
  operation: Operation;
  at: Span;
  enclosing: string | null;
}

/** Where a connection's address comes from. */
export type ConnectionSource =
  | {
      kind: "variable";
      variable: string /** A check that it is set dominates the use. */;
      checked: boolean;
      at: Span;
    }
  | { kind: "literal" /** With the password taken out. */; text: string; at: Span }
  /** Opened without an address: the driver reads these variables itself. */
  | { kind: "implicit"; variables: string[]; at: Span }
  | { kind: "unknown"; reason: string; at: Span };

/** A database client that is opened. */
export interface ConnectionSite {
  client: string;
  address: Expr | null;
  /** The variables that the driver reads by itself where it is given no address. */
  variables: string[];
  at: Span;
  enclosing: string | null;
}

/** A read of an environment variable, whoever asks for it. */
export interface EnvironmentRead {
  variable: string;
  at: Span;
  /** A connection URL in code that takes its place when it is not set. */
  defaultUrl: Span | null;
}

/** A connection URL, host or credential written in code. */
export interface HardcodedAddress {
  /** With the password taken out. */
  text: string;
  at: Span;
}

export interface ImportEdge {
  specifier: string;
  typeOnly: boolean;
  at: Span;
  /** Local name → exported name (`default`, `*`). */
  names: Record<string, string>;
}

/** `freehold-ignore RULE[, RULE] -- reason` in a TS or SQL comment: for the next statement only. */
export interface IgnoreDirective {
  rules: string[];
  /** Null where none is given: then it suppresses nothing. */
  reason: string | null;
  at: Span;
  /** The statement it stands before: what starts within it is suppressed. */
  covers: Span | null;
}

/** An input that could not be read, or not wholly: named in the output, and the exit code is 2. */
export interface InputProblem {
  file: string;
  message: string;
  line?: number;
  column?: number;
}

/** Everything known of one file once its syntax tree is dropped. Plain data, cacheable by content hash. */
export interface FileFacts {
  file: string;
  kind: "code" | "sql" | "prisma";
  /** Only its imports were kept: nothing in it looks like a database. What it exports is read when it is asked for. */
  skimmed: boolean;
  /** Imports that are used as types alone are known: not so where the file was never walked. */
  importsByUse: boolean;
  /** UTF-16 offset at which each line starts. */
  lineStarts: number[];
  sites: SqlSite[];
  /** SQL already read: whole `.sql` files. */
  sql: SqlFacts | null;
  uses: TableUse[];
  chains: ChainSite[];
  /** Calls and classes that may define tables for a mapper. */
  definitions: Expr[];
  connections: ConnectionSite[];
  environment: EnvironmentRead[];
  addresses: HardcodedAddress[];
  /** Programs that create or drop databases or roles: `createdb` and its kin. */
  commands: DatabaseAct[];
  /**
   * Of a migration, by function: the offset of its first call on the way there; -1 where only the way back
   * calls it, `down` itself among them.
   */
  callOrder: Record<string, number>;
  imports: ImportEdge[];
  exports: Record<string, Expr>;
  /** Constants and classes of the module that may define tables, read once however often they are used. */
  locals: Record<string, Expr>;
  ignores: IgnoreDirective[];
  problems: InputProblem[];
}
