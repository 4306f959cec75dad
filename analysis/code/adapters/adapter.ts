/**
 * What a client adapter is: data about one database client, and one function that says what a use
 * of it means. The walk, names, scopes and evidence are the core's; an adapter never sees them.
 */
import type { Dialect } from "../../../manifest/model.ts";
import type { ChainStep, DatabaseAct, Expr, HoleType, Operation, SchemaChange, Span } from "../../model.ts";

/** One use of a client, as the core hands it to the adapter. */
export interface ClientUse {
  /** `tag` is sql`…`, `call` is sql(…), `method` is sql.unsafe(…). */
  form: "tag" | "call" | "method";
  /** The method's name; empty for the other forms. */
  method: string;
  /** The arguments (a tag's one is its template), boiled down. */
  args: Expr[];
}

export type Answer =
  /**
   * SQL text that reaches the database, or a fragment of such. `part`: among a call's arguments it is a
   * piece of that query; where nothing of it is known, it is as good as a value. `made`: it makes the text
   * and runs nothing, so that what is not known of it is told where it runs.
   */
  | { kind: "query"; text: Expr; part?: boolean; made?: boolean }
  /** A piece of SQL made for another query's hole: an identifier, values, a fragment. */
  | { kind: "piece"; hole: HoleType; of: Expr[] }
  /** A table named without SQL. */
  | { kind: "table"; table: Expr; schema: Expr | null; operation: Operation }
  /** The call loads a file that its first argument names, and runs the SQL in it. */
  | { kind: "file" }
  /** Something of the client's that names no table. */
  | { kind: "nothing" };

export interface Opener {
  /**
   * Boils the arguments down to the expression that says where the database is; null: the driver's
   * own variables. Left out, or undefined as a result, where the client stands on a connection that
   * something else opens.
   */
  address?(args: Expr[]): Expr | null | undefined;
}

export interface Adapter {
  name: string;
  /** Import specifiers by which a file shows that it uses this client. */
  packages: readonly string[];
  dialect: Dialect | null;
  /** Exports that open a connection when called or constructed. */
  opens: Readonly<Record<string, Opener>>;
  /** What opens is a library that opens its databases by being called itself: `pgp(url)`. */
  calls?: Opener;
  /** Exports that are open clients already; they use the driver's own variables. */
  ready: readonly string[];
  /** Exported types whose values are clients. */
  types: readonly string[];
  /** Variables that the driver reads by itself when it is given no address. */
  variables: readonly string[];
  /** Names that say by themselves whose client they hold, where nothing else is known: `knex`. */
  habits?: readonly string[];
  /** Methods that hand a client on: to a callback's first parameter, as their result, or both; properties that are one. */
  begets: Readonly<Record<string, "callback" | "result" | "both" | "property">>;
  /** What this use means; null where it is none of this client's. */
  read(use: ClientUse): Answer | null;

  // ── Query builders and mappers: understood by the linker, across files ──

  /** Exports that are SQL tags without being clients (`sql` of a query builder). */
  tags?: readonly string[];
  /** Exports that tell this client wherever they come from: its module is generated into the workspace. */
  exports?: readonly string[];
  /** Methods and tags that take SQL and that no other client has: they need no further evidence. */
  raw?: readonly string[];
  /** Methods and properties by which a chain of calls shows that it may be this client's. */
  methods?: readonly string[];
  /** Methods that a mapper gives to what it loads, named after relations: `user.getPosts()`. */
  mixins?: RegExp;
  /** Methods of a mapped class's own that are named after the mapper's: `Event.findAllInBatches()`. */
  statics?: RegExp;
  /** Methods that call a function back to build something with what they hand it, a table's columns: its steps are kept. */
  building?: readonly string[];
  /** Methods that write what was changed on rows: properties that are given values in the same function are the rows'. */
  flushing?: readonly string[];
  /** Functions, decorators and base classes that define a table, by their usual names. */
  defining?: readonly string[];
  /** What a file calls that defines a table of this client's without naming its package: `model.define`. */
  models?: readonly string[];
  /** Static members, getters and methods too, by which a class says what table it stands for. */
  describing?: readonly string[];
  /**
   * The tables that a chain of calls names, each with what is done to it: the whole chain's access.
   * Null where the chain is none of this client's.
   */
  chain?(chain: Chain, ask: Ask): Named[] | null;
  /** Names that the chain gives to queries (`with`): no tables, as far as the chain and what stands within it reach. */
  binds?(chain: Chain, ask: Ask): string[];
  /** The stored object (a view) that the chain makes: what stands within the chain is its definition. */
  stores?(chain: Chain, ask: Ask): { kind: string; name: string } | null;
  /** The table that a defining call or class stands for; null where it is none of this client's. */
  define?(definition: Expr, ask: Ask): TableDefinition | null;
  /** The table's name that the mapper tells where it is asked: `User.tableName`, `User.getTableName()`. */
  told?(expr: Expr, ask: Ask): string | null;
  /** What a chain of this client does to a schema as a whole: `sequelize.sync()`. */
  acts?(chain: Chain, ask: Ask): DatabaseAct[];
  /** What the options of a call that {@link Adapter.defining} names ask for: `synchronize: true`. */
  asksFor?(definition: Expr, ask: Ask): DatabaseAct[];
}

/** A chain of calls, as the linker hands it over. */
export interface Chain {
  /** The root is this adapter's client by evidence; otherwise only what the chain says speaks for it. */
  certain: boolean;
  /** The file imports this adapter's package and no other builder's: weak evidence, where there is no better. */
  habitual: boolean;
  /** The root behind its names: a definition, a class, a type; for adapters whose evidence is there. */
  root: Expr;
  /** Where the root stands: a name at its place of use. */
  rootAt: Span;
  /** Names from the root to the first call: `["this", "deps", "db"]` reads as `["deps", "db"]`. */
  receiver: readonly string[];
  steps: readonly ChainStep[];
  at: Span;
}

/** One table that a chain names. */
export interface Named {
  name: TableName;
  operation: Operation;
  /** It makes a temporary table: its name stands for none of anybody's in this file. */
  temporary?: boolean;
  /** What a schema builder does to the table, all of it; left out where that is not known. */
  changes?: SchemaChange[];
  /** Indexes that it makes on the table, by name. */
  makes?: string[];
}

/** A table's name at its place; `table` is null where it is not known, and `reason` says why. */
export interface TableName {
  schema: string | null;
  table: string | null;
  reason: string | null;
  at: Span;
}

export interface TableDefinition {
  client: string;
  name: TableName;
  /** The name by which the mapper knows it, where that is not the constant's or the class's: `define("User", …)`. */
  model?: string;
  /** It is a view, and where the query stands that it is made of. */
  view?: { materialized: boolean; at: Span };
  /** As the database has them; null where they are not known. */
  columns: string[] | null;
  /** The column of each property, where the code calls it otherwise. */
  properties?: Record<string, string>;
  /** Foreign keys: the other table's definition or name, and where it is said. */
  references: { to: TableName; at: Span }[];
  /** What comes along whenever the table is used, by what its definition says: scopes, eager relations. */
  reads?: Named[];
  /** Relation (property) name to the expression of what it leads to. */
  relations: Record<string, Expr>;
  /** By relation: what is done to the row that the mapper does to what the relation leads to, too. */
  cascades?: Record<string, readonly string[]>;
  /** Tables that the mapper keeps for it besides: those that join many to many. */
  joins?: { name: TableName; columns: string[] | null; relation: string }[];
}

/** What an adapter may ask the linker. */
export interface Ask {
  /** The expression behind aliases, imports and members. */
  follow(expr: Expr): Expr;
  /** A constant text, or null. */
  text(expr: Expr): string | null;
  /**
   * Names that an expression may stand for: each alternative's text parted at its dot, else one with
   * the reason why nothing is known.
   */
  names(expr: Expr): TableName[];
  /** The same for text that may carry an alias: `users as u`, `users u`. */
  aliased(expr: Expr): { name: TableName; alias: string | null }[];
  /** The definition behind an expression, whichever adapter made it. */
  definition(expr: Expr): TableDefinition | null;
  /** The definition whose class, constant or model has this name; of several, the one nearest to a file. */
  model(name: string, client: string, near?: string): TableDefinition | null;
  /** What the workspace says in calls and classes that {@link Adapter.defining} names, tables or not. */
  sources(): readonly Expr[];
  /**
   * What follows from the whole workspace, worked out once: what was read for this key before, where it was.
   * @param meanwhile the answer to whoever asks while it is being read
   */
  gather<T>(key: unknown, meanwhile: T, read: (sources: readonly Expr[]) => T): T;
  /** The result of a function with these arguments, where it returns one expression. */
  apply(fn: Expr, args: readonly Expr[]): Expr | null;
  /** What callers hand a parameter, or a property of one; null for any other expression, and where nobody calls. */
  given(expr: Expr): Expr | null;
  /** The classes of the workspace that extend a class, directly or through others. */
  heirs(expr: Expr): Expr[];
  /** A method of a class of the workspace's, of which an expression is an instance, or which it is. */
  method(of: Expr, name: string): Expr | null;
  /** The service whose folder holds a file; null for nobody's. */
  home(file: string): string | null;
  /** The client that an expression is, by evidence. */
  client(expr: Expr): string | null;
  /** Chains inside a callback or argument are chains of their own; this says which names the outer one binds. */
  at(expr: Expr): Span;
}
