/**
 * The analyser's vocabulary, in the order of the stages: text, facts of one file, the joined model
 * that rules read, findings. Types alone: reporters, rules and deploy stand on this file and on
 * nothing else of the analyser. One long file, so that the vocabulary is read in one place.
 */
import type { ZodType } from "zod";
import type { Manifest, Place, RuleLevel, Severity, Use } from "../manifest/model.ts";

export type {
  Manifest,
  Place,
  RuleLevel,
  RuleSetting,
  Service,
  Severity,
  Transfer,
  Use,
} from "../manifest/model.ts";

// ── SQL ────────────────────────────────────────────────────────────────────────────────────────────

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
      /** Empty where they are not known. */
      columns: string[];
    }
  | { kind: "drop"; object: TableKind; ifExists: boolean }
  | { kind: "rename"; to: string }
  | { kind: "set-schema"; to: string }
  | { kind: "add-column"; column: string }
  | { kind: "drop-column"; column: string }
  | { kind: "rename-column"; column: string; to: string }
  /** Its columns are changed in a way that is not known. */
  | { kind: "reshape" }
  /** `name` is a schema here: CREATE SCHEMA, or SET search_path's first entry. */
  | { kind: "create-schema" }
  | { kind: "drop-schema" }
  | { kind: "search-path"; path: string[] }
);

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

// ── Facts of one file ──────────────────────────────────────────────────────────────────────────────

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
  | { kind: "new"; callee: Expr; args: Expr[]; at: Span }
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
  | { kind: "typed"; name: string; type: TypeName /** As a parameter's. */; allows?: Expr; at: Span }
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
  | { kind: "alias"; of: Expr; at: Span }
  /** A value that is known to be an open client, or to make one; builders keep the call that made it. */
  | { kind: "client"; adapter: string; made?: Expr & { kind: "call" | "new" }; at: Span }
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

// ── The joined model: what rules read ──────────────────────────────────────────────────────────────

export type Verdict = "own" | "foreign" | "unowned" | "unresolved" | "engine";

/** What one service is told about one reference. */
export interface Judgement {
  service: string;
  verdict: Verdict;
  /** Who owns the table; all of them where several do; empty where nobody does. */
  owners: string[];
  /** The manifest's entry that names this access, expired or not. */
  use: Use | null;
  /** Files from the service's own code to the file of the reference, both ends included; one file where it is the service's own. */
  chain: string[];
}

export interface Related {
  at: Place;
  message: string;
}

/** One named table at one place, judged. */
export interface Reference {
  client: string;
  at: Place;
  /** The whole call, template or statement that names the table. */
  site?: Place;
  schema: string | null;
  table: string | null;
  /** Why the table is not known, where it is not. */
  reason: string | null;
  /** Null where nothing of the statement is known. */
  operation: Operation | null;
  access: Access | null;
  /** The services whose code this is; empty where it is nobody's. */
  services: string[];
  judgements: Judgement[];
  /** The gravest of the judgements: foreign, unresolved, unowned, own, engine. */
  verdict: Verdict;
  owners: string[];
  dependency: { kind: string; name: string } | null;
  test: boolean;
  /** Set where it stands in a service's migrations. */
  migration: { service: string; down: boolean } | null;
  enclosing: string | null;
  /** The statement, normalised; empty where there is none. */
  statement: string;
  /** Where the owner's migrations create the table. */
  origin: Related | null;
}

/** A statement of DDL, or about databases and roles, in code or in a file. */
export interface Act {
  /** `CREATE TABLE`, `CREATE DATABASE`, … */
  act: string;
  name: string | null;
  /** It changes the schema (DDL) rather than databases, roles or the session. */
  ddl: boolean;
  temporary: boolean;
  at: Place;
  client: string;
  services: string[];
  test: boolean;
  migration: { service: string; down: boolean } | null;
  statement: string;
}

export interface Connection {
  client: string;
  at: Place;
  services: string[];
  test: boolean;
  sources: (
    | {
        kind: "variable";
        variable: string;
        checked: boolean;
        at: Place /** Services whose manifest entry names it. */;
        owners: string[];
      }
    | { kind: "literal"; text: string; at: Place }
    | { kind: "implicit"; variables: string[]; at: Place }
    | { kind: "unknown"; reason: string; at: Place }
  )[];
}

/** A read of an environment variable that some service's manifest entry names. */
export interface VariableRead {
  variable: string;
  at: Place;
  services: string[];
  owners: string[];
  test: boolean;
  /** A connection URL that stands in for it. */
  defaultUrl: Place | null;
}

export interface Address {
  text: string;
  at: Place;
  services: string[];
  test: boolean;
}

/** A run-time import that leads into another service's code. */
export interface CrossImport {
  service: string;
  /** The service under whose path the imported module lies. */
  owner: string;
  /** The import that crosses the border. */
  at: Place;
  /** From the service's file to the module that touches a table or a connection. */
  chain: string[];
  /** What that module does: `reads orders`, `opens a connection`. */
  touches: string;
  table: string | null;
  test: boolean;
}

/** A table at the head of a service's migrations, or one that was there and is gone. */
export interface HeadTable {
  service: string;
  schema: string | null;
  name: string;
  object: TableKind;
  /** Null where they are not known. */
  columns: string[] | null;
  createdAt: Place;
  /** Set where a later migration dropped or renamed it. */
  droppedAt: Place | null;
  /** Former names: still the service's own. */
  formerNames: string[];
}

/** A file of SQL among a service's migrations, where its name follows a convention. */
export interface MigrationFile {
  service: string;
  /** Of all the migrations: where each has a folder of its own, the one that holds these. */
  folder: string;
  /** Its beginning. */
  at: Place;
  /** Below the folder: `001_create_orders.sql`. */
  file: string;
  /** Digits, and dots between them; null where the order stands elsewhere, or the file runs whenever it has changed. */
  version: string | null;
  title: string;
  /** It takes back. */
  down: boolean;
  /** It says where the way there begins, as in tools that keep both ways in one file. */
  sectioned: boolean;
  /** Something takes it back: a file beside it, or a part in it. */
  wayBack: boolean;
  /** Where git has another text of it that landed: `origin/main`; null where it is the same, new, or not known. */
  changedSince: string | null;
}

/** A table as a mapper describes it in code. */
export interface MappedTable {
  client: string;
  schema: string | null;
  table: string;
  /** As the database has them; null where they are not known. */
  columns: string[] | null;
  at: Place;
  /** Whose code it is; without those whose migrations are not wholly known. */
  services: string[];
  test: boolean;
}

export interface MissingTable {
  service: string;
  schema: string | null;
  table: string;
  /** A pattern with `*`. */
  pattern: boolean;
  /** The entry in the manifest. */
  at: Place;
  droppedAt: Place | null;
}

/** Text that is known and that the grammar refuses, placed. */
export interface Unparsed {
  message: string;
  at: Place;
  services: string[];
  client: string;
  test: boolean;
}

/** Everything joined: rules read this and nothing else. */
export interface Model {
  manifest: Manifest;
  references: Reference[];
  acts: Act[];
  connections: Connection[];
  variables: VariableRead[];
  addresses: Address[];
  imports: CrossImport[];
  heads: HeadTable[];
  migrations: MigrationFile[];
  mapped: MappedTable[];
  missing: MissingTable[];
  unparsed: Unparsed[];
  ignores: Ignore[];
  /** Entries of the baseline, with what became of them: set for the rules that judge exceptions. */
  baseline: BaselineOutcome[];
  problems: InputProblem[];
  /** Today, as `YYYY-MM-DD`: handed in, so that a run can be repeated. */
  today: string;
  files: number;
  /** Files that a machine wrote (vendored, minified, generated): not read, but counted. */
  leftOut: number;
}

export interface Ignore {
  rules: string[];
  reason: string | null;
  at: Place;
  covers: Place | null;
  /** By rule id, what the first pass made of it: set for the rules that judge exceptions. `off` did not run. */
  outcomes?: Record<string, "used" | "unused" | "off" | "unknown">;
}

/** What a finding is known by, from one state of the code to the next: everything but its line. */
export interface BaselineKey {
  rule: string;
  services: string[];
  table: string | null;
  operation: string | null;
  file: string;
  function: string | null;
  /** A hash of the normalised statement, or of what stands in its place; empty where there is none. */
  statement: string;
}

export interface BaselineEntry extends BaselineKey {
  reason: string;
  at: Place;
  /** The line as it was read, or as it will be written. */
  raw: string;
}

export interface Baseline {
  /** Workspace path. */
  file: string;
  lineEnd: "\n" | "\r\n";
  entries: BaselineEntry[];
}

/** An entry of the baseline, after the first pass. `off` did not run, of `unknown` there is no rule. */
export interface BaselineOutcome extends BaselineEntry {
  outcome: "used" | "unused" | "off" | "unknown";
}

// ── Rules and findings ─────────────────────────────────────────────────────────────────────────────

/** What a finding is about; a {@link Reference} is one. */
export interface Subject {
  services: string[];
  owners: string[];
  table: string | null;
  access: Access | null;
}

export interface RuleFinding {
  at: Place;
  message: string;
  help: string;
  subject?: Partial<Subject>;
  related?: Related[];
  /** What the baseline knows it by, where that is more than the one statement at its place. */
  identity?: string;
  /** It stands in a test file: it weighs what the manifest wants there. */
  test?: boolean;
}

/** A rule is its words, its examples and its check; README, `explain` and schemas are derived from it. */
export interface Rule {
  id: string;
  severity: Severity;
  /** One sentence, imperative: "Disallow …". */
  summary: string;
  /** Why it matters, in a sentence or two. */
  why: string;
  /** What to do about a finding. */
  fix: string;
  /**
   * Whole small workspaces by path, on top of the manifest that fixtures/rule-tester.ts gives them
   * (`freehold.json` overrides it). Each bad one gives exactly this rule; each good one gives nothing.
   */
  examples: {
    bad: Record<string, string>;
    good: Record<string, string>;
    /** What git has of these files, where that is the point. */
    landed?: Record<string, string>;
  };
  /** It judges exceptions: it runs in a second pass, when it is known which of them were used. */
  exceptions?: boolean;
  /** The version that brought it, where that was not the first: see the manifest's `since`. */
  since?: string;
  /** The shape of its options under the manifest's `rules`, each with a default and a description. */
  options?: ZodType;
  /** @param options as the manifest gives them, for `this.options` to parse; an empty object where it gives none */
  check(model: Model, options: unknown): Iterable<RuleFinding>;
}

export type FindingStatus = "new" | "known" | "ignored";

export interface Finding {
  rule: string;
  severity: Severity;
  status: FindingStatus;
  message: string;
  help: string;
  at: Place;
  services: string[];
  owners: string[];
  table: string | null;
  access: Access | null;
  related: Related[];
  /** Beside rule, services, table and file, what tells the finding from others: never its line. */
  identity: FindingIdentity;
  /** The same for the same finding in another state of the code; no two of a run share one. */
  fingerprint: string;
  /** Why it does not count, where an inline ignore or the baseline says so. */
  reason: string | null;
}

export interface FindingIdentity {
  operation: Operation | null;
  /** Name of the enclosing function. */
  enclosing: string | null;
  /** The normalised statement, or what stands in its place; empty where operation and function tell enough. */
  statement: string;
}

export interface CheckSummary {
  files: number;
  references: number;
  own: number;
  foreign: number;
  unowned: number;
  unresolved: number;
  errors: number;
  warnings: number;
  milliseconds: number;
}

export interface CheckResult {
  findings: Finding[];
  problems: InputProblem[];
  summary: CheckSummary;
}

/** Levels that override the rules' own, by rule id. */
export type RuleLevels = Record<string, RuleLevel>;
