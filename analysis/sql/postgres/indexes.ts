/** Indexes: which ones a statement makes on a table, under the names that the server chooses where none is given. */
import type { Constraint, IndexElem, Node, RangeVar } from "libpg-query";
import { showHoles } from "../text.ts";
import { isTemporary, type Reading } from "./reading.ts";

/** Notes the indexes that a statement makes on a table which it has just named. Those of a temporary table are temporary, too. */
export function makes(
  reading: Reading,
  relation: RangeVar | undefined,
  from: number,
  names: readonly string[],
): void {
  const known = names.filter((name) => showHoles(name) === name);
  if (known.length === 0 || !relation) return;
  const { schemaname = null, relname = "" } = relation;
  if (isTemporary(reading, schemaname, relname)) {
    for (const name of known) reading.session.temporary.add(name);
    return;
  }
  const reference = reading.references
    .slice(from)
    .find(({ table, access }) => table === relname && access === "schema");
  if (reference) reference.makes = [...(reference.makes ?? []), ...known];
}

/** `table_column_idx`: the server's choice. Longer ones it cuts, in a way of its own. */
function chosen(table: string, parts: readonly string[], ending: string): string {
  return [table, ...parts, ending].join("_");
}

/** Name of the index of a CREATE INDEX. */
export function indexName(table: string, name: string | undefined, elements: readonly Node[]): string {
  if (name !== undefined && name !== "") return name;
  const parts = elements.flatMap((node) => ("IndexElem" in node ? [partOf(node.IndexElem)] : []));
  return chosen(table, parts, "idx");
}

function partOf({ name, expr }: IndexElem): string {
  if (name !== undefined) return name;
  const called = expr && "FuncCall" in expr ? expr.FuncCall.funcname?.at(-1) : undefined;
  return called && "String" in called ? (called.String.sval ?? "expr") : "expr";
}

/** Names of the indexes that stand behind the keys of a table's columns and constraints. */
export function keysOf(table: string, elements: readonly Node[] | undefined): string[] {
  return (elements ?? []).flatMap((node) => {
    if ("Constraint" in node) return keyOf(table, node.Constraint, null);
    if (!("ColumnDef" in node)) return [];
    const { colname = "", constraints } = node.ColumnDef;
    return (constraints ?? []).flatMap((one) =>
      "Constraint" in one ? keyOf(table, one.Constraint, colname) : [],
    );
  });
}

function keyOf(table: string, constraint: Constraint, column: string | null): string[] {
  const { contype, conname, keys, indexname } = constraint;
  const ending = contype && ENDINGS[contype];
  if (!ending) return [];
  if (conname !== undefined) return [conname];
  if (indexname !== undefined) return [indexname];
  if (ending === "pkey") return [chosen(table, [], ending)];
  const columns = (keys ?? []).flatMap((node) => ("String" in node ? [node.String.sval ?? ""] : []));
  return [chosen(table, column === null ? columns : [column], ending)];
}

const ENDINGS: Partial<Record<string, string>> = {
  CONSTR_PRIMARY: "pkey",
  CONSTR_UNIQUE: "key",
};
