/** What the readers of expressions hand each other: one file, and where they are in it. */
import type { Expr, ImportEdge, Span } from "../model.ts";
import type { Binding, FileScopes, Scope } from "./scope.ts";
import type { Node } from "./syntax.ts";

export interface Reading {
  file: string;
  source: string;
  scopes: FileScopes;
  /** What the parameters of a function that is being applied are given. */
  given: Map<Binding, Expr>;
  /** The SQL files that were loaded by what has been read. */
  loads: ImportEdge[];
  at(node: Node): Span;
  unknown(node: Node, reason?: string): Expr;
  /** @param along along a chain of calls: however many there are, they are one expression */
  read(node: Node, scope: Scope, along?: boolean): Expr;
}
