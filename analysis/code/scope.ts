/**
 * Scopes, and what one walk over a file's tree finds: who declares which name, and which nodes the adapters want to see.
 *
 * Scopes are lexical blocks. A name's binding keeps the nodes that give it its value (initialiser,
 * destructuring path, later assignments), so that an expression can be followed without a checker.
 */
import type { Node } from "./syntax.ts";

export interface Binding {
  kind: "constant" | "variable" | "parameter" | "import" | "function" | "class" | "enum" | "other";
  name: string;
  /** What it is given at its declaration. */
  init: Node | null;
  /** Property names from `init` to the value, for `const { a: { b } } = init`; null where they are not literal. */
  path: string[] | null;
  type: Node | null;
  /** Where `init` is to be read. */
  scope: Scope;
  /** Later assignments, in source order. */
  writes: { operator: string; value: Node; scope: Scope }[];
  /** Assignments to what it holds (`options.where = …`) and objects pushed into it, in source order. */
  parts: { path: string[]; key: Node; value: Node; scope: Scope; pushed: boolean }[];
  imported: { specifier: string; name: string } | null;
  /** It takes each item of `init` in turn: `for (const x of init)`. */
  each: boolean;
  /** What stands in for it where the value that is taken apart has none: `const { a = 1 } = init`. */
  fallback: Node | null;
  /** A parameter's function and index, and the list whose items a method hands to the function one by one. */
  parameter: {
    owner: Node;
    name: string;
    index: number;
    list: { node: Node; scope: Scope } | null;
    /** The annotation of the whole, for what a pattern takes out of it. */
    type: Node | null;
  } | null;
}

/** What a class says of its fields: initialisers, types, and what the constructor assigns. */
export interface Field {
  init: Node | null;
  type: Node | null;
  scope: Scope;
  /** The constructor's parameter that it is. */
  given?: { node: Node; scope: Scope };
  /** What a method fills it with; null where several do, or one does so more than once. */
  filled?: { node: Node; scope: Scope } | null;
}

export interface Scope {
  parent: Scope | null;
  bindings: Map<string, Binding>;
  /** Name of the function it stands in, as `Class.method` in classes. */
  enclosing: string | null;
  fields: Map<string, Field> | null;
}

export interface Candidate {
  node: Node;
  scope: Scope;
}

/** Members of types, by the types' names. */
export type Shapes = Map<string, readonly Node[]>;

export interface FileScopes {
  root: Scope;
  /** Calls, constructions, tagged templates and environment reads, in source order. */
  candidates: Candidate[];
  /** String literals and templates that may be connection addresses, and keys that may name variables. */
  strings: Candidate[];
  parents: Map<Node, Node>;
  /** Scopes of functions (their parameters) and of their bodies, by node. */
  functions: Map<Node, Scope>;
  /** Types that the module declares: aliases, and what interfaces extend. */
  types: Map<string, Node>;
  /** Interfaces and object types that the module declares, by name. */
  shapes: Shapes;
  /** The scope that a node opens for what it holds. */
  inner: Map<Node, Scope>;
  /** What a function returns, wherever in its body. */
  returns: Map<Node, Node[]>;
  /** It holds decorators, which may make values of types. */
  decorated: boolean;
  /** Names that stand where values do: an import that is not among them is one of types. */
  used: Set<string>;
}

/** What a name stands for in a scope; null where nothing in the file declares it. */
export function lookup(scope: Scope, name: string): Binding | null {
  for (let at: Scope | null = scope; at; at = at.parent) {
    const found = at.bindings.get(name);
    if (found) return found;
  }
  return null;
}

/** The scope in which a node stands. */
export function scopeAt(node: Node, { inner, parents, root }: FileScopes): Scope {
  for (let at = parents.get(node); at; at = parents.get(at)) {
    const scope = inner.get(at);
    if (scope) return scope;
  }
  return root;
}

/** The field `this.name` of the class that the scope stands in. */
export function lookupField(scope: Scope, name: string): Field | null {
  for (let at: Scope | null = scope; at; at = at.parent) if (at.fields) return at.fields.get(name) ?? null;
  return null;
}

export const EACH_ITEM = /^(?:forEach|map|flatMap|filter|find|some|every)$/;
