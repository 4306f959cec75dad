/** Names of common table expressions in force: a set for each WITH around a place, innermost first. */
export type Scope = { readonly names: Set<string>; readonly outer: Scope } | null;

/** A WITH list around a scope; its names are added as they become known. */
export function opened(outer: Scope, names: Iterable<string> = []): NonNullable<Scope> {
  return { names: new Set(names), outer };
}

/** Whether a name stands for something that the statement itself makes. */
export function inScope(scope: Scope, name: string): boolean {
  for (let entry = scope; entry; entry = entry.outer) if (entry.names.has(name)) return true;
  return false;
}
