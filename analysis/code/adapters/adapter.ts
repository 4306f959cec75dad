/**
 * What a client adapter is: data about one database client, and one function that says what a use
 * of it means. The walk, names, scopes and evidence are the core's; an adapter never sees them.
 */
import type { Dialect } from "../../../manifest/model.ts";
import type { Expr, HoleType, Operation } from "../../model.ts";

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
  /** SQL text that reaches the database, or a fragment of such. */
  | { kind: "query"; text: Expr }
  /** A piece of SQL made for another query's hole: an identifier, values, a fragment. */
  | { kind: "piece"; hole: HoleType; of: Expr[] }
  /** A table named without SQL. */
  | { kind: "table"; table: Expr; schema: Expr | null; operation: Operation }
  /** A file that holds the SQL. */
  | { kind: "file"; path: Expr }
  /** Something of the client's that names no table. */
  | { kind: "nothing" };

export interface Opener {
  /** Boils the arguments down to the expression that says where the database is; null: the driver's own variables. */
  address(args: Expr[]): Expr | null;
}

export interface Adapter {
  name: string;
  /** Import specifiers by which a file shows that it uses this client. */
  packages: readonly string[];
  dialect: Dialect | null;
  /** Exports that open a connection when called or constructed. */
  opens: Readonly<Record<string, Opener>>;
  /** Exports that are open clients already; they use the driver's own variables. */
  ready: readonly string[];
  /** Exported types whose values are clients. */
  types: readonly string[];
  /** Variables that the driver reads by itself when it is given no address. */
  variables: readonly string[];
  /** Methods that hand a client on: to a callback's first parameter, or as their result. */
  begets: Readonly<Record<string, "callback" | "result">>;
  /** What this use means; null where it is none of this client's. */
  read(use: ClientUse): Answer | null;
}
