/** The columns of a table or view as its making says them: written down, out of a query, and whose columns come along. */
import type { Node, RangeVar, SelectStmt } from "libpg-query";
import type { TableId } from "../../model.ts";
import { nameAt } from "../names.ts";
import { last } from "../text.ts";
import { namedTable, type Reading } from "./reading.ts";

/** Columns that are written down. */
export function columnsOf(elements: readonly Node[] | undefined): string[] {
  return (elements ?? []).flatMap((node) => ("ColumnDef" in node ? [node.ColumnDef.colname ?? ""] : []));
}

/** The tables whose columns come along: what it is a partition or an heir of, and what it is made like. */
export function columnsFrom(
  reading: Reading,
  elements: readonly Node[] | undefined,
  parents: readonly Node[] | undefined,
): (TableId & { tied: boolean })[] {
  const tied = (parents ?? []).flatMap((node) => ("RangeVar" in node ? [node.RangeVar] : []));
  const liked = (elements ?? []).flatMap((node) =>
    "TableLikeClause" in node && node.TableLikeClause.relation ? [node.TableLikeClause.relation] : [],
  );
  return [...tied, ...liked].map((relation, index) => ({
    ...idOf(reading, relation),
    tied: index < tied.length,
  }));
}

/** The table as the replay knows it; one that is not known by its name is none that anybody made. */
export function idOf(reading: Reading, relation: RangeVar): TableId {
  const name = nameAt(reading.tokens, last(reading.tokens.starts, reading.at(relation.location)));
  const known = namedTable(reading, name, relation.schemaname ?? null, relation.relname ?? "");
  return { schema: known.schema, name: known.table ?? "" };
}

/** Column names of a query as far as they are written down; empty where a `*` or an expression leaves one open. */
export function queryColumns(query: Node | undefined): string[] {
  if (!query || !("SelectStmt" in query)) return [];
  let first: SelectStmt = query.SelectStmt;
  while (first.larg) first = first.larg;
  const names: string[] = [];
  for (const node of first.targetList ?? []) {
    if (!("ResTarget" in node)) return [];
    const { name, val } = node.ResTarget;
    const field = val && "ColumnRef" in val ? val.ColumnRef.fields?.at(-1) : undefined;
    const column = name ?? (field && "String" in field ? field.String.sval : undefined);
    if (column === undefined) return [];
    names.push(column);
  }
  return names;
}
