/** The joined model: what rules read. */
import type { Dialect, Manifest, Place, Use } from "../../manifest/model.ts";
import type { InputProblem } from "./facts.ts";
import type { Access, Operation, TableKind } from "./sql.ts";

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
  migration: {
    service: string;
    down: boolean;
    /** Code that lies among them runs migrations, and is none itself. */
    runner?: true;
  } | null;
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
  /** Set where the service keeps a history for each of several engines. */
  engine: Dialect | null;
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
  /** Set where it is for one engine alone. */
  engine: Dialect | null;
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

/** A table, or the history of migrations, whose name another service's has in some deployment's database. */
export interface Collision {
  service: string;
  /** As its owner calls it. */
  table: string;
  /** It is the table of the service's history of migrations. */
  history: boolean;
  /** Where it is made; of a history, the service's entry in the manifest. */
  at: Place;
  deployments: string[];
  /** Whose was there first. */
  others: Pick<Collision, "service" | "table" | "history" | "at">[];
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
  /** The same tables in the histories of other engines, where a service keeps one for each. */
  otherHeads: HeadTable[];
  migrations: MigrationFile[];
  mapped: MappedTable[];
  missing: MissingTable[];
  collisions: Collision[];
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
  /** Files of code that were not read, for whatever reason: left out, ignored, too large, in another language. They run all the same. */
  unseen: string[];
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
