/** What schema builders do to a table, as the replay of migrations takes it. */
import type { Expr, SchemaChange } from "../../model.ts";
import type { Ask, TableName } from "./adapter.ts";

/** One change of a table by its kind; the table's name is put in. */
export type Shaping = SchemaChange extends infer Change
  ? Change extends SchemaChange
    ? Omit<Change, "schema" | "name" | "at">
    : never
  : never;

/** Changes of a table that is known; undefined where it is not, or where nobody tells of them. */
export function shaped(
  { schema, table, at }: TableName,
  shapings: readonly Shaping[] | null,
): SchemaChange[] | undefined {
  if (table === null || !shapings) return undefined;
  return shapings.map((shaping) => ({ ...shaping, schema, name: table, at }) as SchemaChange);
}

/** @param columns null where they are not certain: then nothing is compared with them */
export function created(columns: readonly string[] | null, ifNotExists: boolean): Shaping[] {
  return [{ kind: "create", object: "table", temporary: false, ifNotExists, columns: [...(columns ?? [])] }];
}

/** A view: of its columns nothing is known. */
export function createdView(ifNotExists: boolean): Shaping[] {
  return [{ kind: "create", object: "view", temporary: false, ifNotExists, columns: [] }];
}

/** Texts, all of them; null as soon as one is not known. */
export function allTexts(exprs: readonly (Expr | null | undefined)[], ask: Ask): string[] | null {
  const found = exprs.map((expr) => (expr ? ask.text(expr) : null));
  return found.every((text) => text !== null) ? found : null;
}

/** A name, each of those that a loop gives it, or each of a list; null as soon as one is not known. */
export function everyName(expr: Expr | undefined, ask: Ask): string[] | null {
  const inner = expr && ask.follow(expr);
  if (!expr || !inner) return null;
  if (inner.kind === "array") {
    const lists = inner.items.map((item) => everyName(item, ask));
    return lists.every((list) => list !== null) ? lists.flat() : null;
  }
  const names = ask.names(expr).map(({ table }) => table);
  return names.every((name) => name !== null) ? names : null;
}

/** Columns of which it is not known how they change. */
export const OPEN: Shaping[] = [{ kind: "reshape" }];

/** @param names null where they are not known */
export function columnsBy(kind: "add-column" | "drop-column", names: readonly string[] | null): Shaping[] {
  return names?.map((column) => ({ kind, column })) ?? OPEN;
}

/** The keys of an object that has a column by each; null where some of them come from elsewhere. */
export function keysOf(expr: Expr | undefined, ask: Ask): string[] | null {
  const inner = expr && ask.follow(expr);
  if (inner?.kind !== "object" || inner.entries["..."]) return null;
  return Object.keys(inner.entries);
}

/** @param names the old one and the new one; null where one of them is not known */
export function renamed(names: readonly string[] | null): Shaping[] {
  const [column, to] = names ?? [];
  return column === undefined || to === undefined
    ? OPEN
    : column === to
      ? []
      : [{ kind: "rename-column", column, to }];
}

/**
 * What a migration's method does to a table that exists, as db-migrate and Sequelize call them; null where
 * that is not known.
 *
 * @param to the expression of the table's new name, for `renameTable`
 */
export function shapedBy(
  method: string,
  [, second, third]: readonly Expr[],
  ask: Ask,
  to = second,
): Shaping[] | null {
  switch (method) {
    case "dropTable":
      return [{ kind: "drop", object: "table", ifExists: true }];
    case "renameTable": {
      const name = to ? ask.text(to) : null;
      return name === null ? null : [{ kind: "rename", to: name }];
    }
    case "addColumn":
      return columnsBy("add-column", everyName(second, ask));
    case "removeColumn":
      return columnsBy("drop-column", everyName(second, ask));
    case "renameColumn":
      return renamed(allTexts([second, third], ask));
    default:
      return [];
  }
}
