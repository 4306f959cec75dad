/** Appends the items to the list. `push(...items)` would put each on the stack, and hostile text holds a million. */
export function append<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}
