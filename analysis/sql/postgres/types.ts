/** Types and domains: no tables, but they may stand where a table's row type can, and that may stand in them. */
import type { ColumnDef, Node } from "libpg-query";
import { type Handlers, type Reading, strings, walkAll, within } from "./reading.ts";
import { referRowType } from "./row-types.ts";

function note(reading: Reading, name: string | undefined): void {
  if (name === undefined) return;
  reading.session.types.add(name);
  reading.types.push(name);
}

/** A column's row type is a dependency of what has the column. */
export function readColumn(
  reading: Reading,
  column: ColumnDef,
  holder: { kind: string; name: string },
): void {
  within(reading, { operation: "inherit", ...holder }, () =>
    referRowType(reading, column.typeName, "inherit"),
  );
}

/** The types of a table's columns; what else stands in their definitions is the caller's. */
export function readColumnTypes(
  reading: Reading,
  table: string,
  elements: readonly Node[] | undefined,
): void {
  for (const node of elements ?? []) {
    if (!("ColumnDef" in node)) continue;
    const name = `${table}.${node.ColumnDef.colname ?? ""}`;
    readColumn(reading, node.ColumnDef, { kind: "column", name });
  }
}

export const typeHandlers: Handlers = {
  CompositeTypeStmt(reading, { typevar, coldeflist }) {
    note(reading, typevar?.relname);
    for (const node of coldeflist ?? []) {
      const holder = { kind: "type", name: typevar?.relname ?? "" };
      if ("ColumnDef" in node) readColumn(reading, node.ColumnDef, holder);
    }
  },
  CreateEnumStmt: (reading, { typeName }) => note(reading, strings(typeName).at(-1)),
  CreateRangeStmt: (reading, { typeName }) => note(reading, strings(typeName).at(-1)),
  CreateDomainStmt(reading, { domainname, typeName, constraints }, scope) {
    const name = strings(domainname).at(-1) ?? "";
    note(reading, name);
    within(reading, { operation: "inherit", kind: "domain", name }, () =>
      referRowType(reading, typeName, "inherit"),
    );
    walkAll(reading, [constraints], scope);
  },
  DefineStmt(reading, { kind, defnames }) {
    if (kind === "OBJECT_TYPE") note(reading, strings(defnames).at(-1));
  },
};
