/** Types and domains: no tables, but they may stand where a table's row type can. */
import type { Node } from "libpg-query";
import { type Handlers, type Reading, strings } from "./reading.ts";

function note(reading: Reading, names: readonly Node[] | undefined): void {
  const name = strings(names).at(-1);
  if (name !== undefined) reading.session.types.add(name);
}

export const typeHandlers: Handlers = {
  CompositeTypeStmt: (reading, { typevar }) => void reading.session.types.add(typevar?.relname ?? ""),
  CreateEnumStmt: (reading, { typeName }) => note(reading, typeName),
  CreateRangeStmt: (reading, { typeName }) => note(reading, typeName),
  CreateDomainStmt: (reading, { domainname }) => note(reading, domainname),
  DefineStmt(reading, { kind, defnames }) {
    if (kind === "OBJECT_TYPE") note(reading, defnames);
  },
};
