/** CREATE, ALTER, DROP and RENAME of tables, views and what hangs on them. */
import type { AlterTableCmd, Node, ObjectType, RangeVar } from "libpg-query";
import type { Operation, TableId, TableKind } from "../../model.ts";
import { nameAt } from "../names.ts";
import { last } from "../text.ts";
import { renamesBig } from "./acts.ts";
import { columnsFrom, columnsOf, idOf, queryColumns } from "./columns.ts";
import { keysOf, makes } from "./indexes.ts";
import {
  act,
  changed,
  type Handlers,
  isTemporary,
  namedTable,
  placeOf,
  type Reading,
  refer,
  referIndexOf,
  walk,
  walkAll,
  within,
} from "./reading.ts";
import { readColumn, readColumnTypes } from "./types.ts";

const KINDS: Partial<Record<ObjectType, TableKind>> = {
  OBJECT_TABLE: "table",
  OBJECT_VIEW: "view",
  OBJECT_MATVIEW: "materialized-view",
  OBJECT_FOREIGN_TABLE: "foreign-table",
};

/** The kind of a relation that holds or shows rows; null for indexes, sequences, types. */
export function tableKind(type: ObjectType | undefined): TableKind | null {
  return (type && KINDS[type]) ?? null;
}

/** A new table or view: named as such, noted for the replay, and from now on temporary if it says so. */
export function createTable(
  reading: Reading,
  relation: RangeVar,
  object: TableKind,
  columns: string[],
  ifNotExists: boolean,
  from: (TableId & { tied: boolean })[] = [],
): void {
  const temporary = relation.relpersistence === "t" || relation.schemaname === "pg_temp";
  const name = nameAt(reading.tokens, last(reading.tokens.starts, reading.at(relation.location)));
  const schema = temporary ? null : (relation.schemaname ?? null);
  const known = namedTable(reading, name, schema, relation.relname ?? "");
  if (!temporary) {
    // A permanent table may bear the name of a temporary one: then it is not the one that is made.
    if (known.table !== null) reading.session.temporary.delete(known.table);
    refer(reading, relation, "create-table");
  }
  if (known.table === null) return;
  reading.changes.push({
    kind: "create",
    schema: known.schema,
    name: known.table,
    at: placeOf(reading, relation),
    object,
    temporary,
    ifNotExists: ifNotExists || reading.conditional,
    columns,
    ...(from.length > 0 ? { from } : {}),
  });
  if (temporary) reading.session.temporary.add(known.table);
}

/** Commands of ALTER TABLE that tie a table to another one: the relation named in the command, and the altered one. */
const TIES: Record<string, { named: Operation; altered: Operation }> = {
  AT_AttachPartition: { named: "partition", altered: "partition" },
  AT_DetachPartition: { named: "partition", altered: "partition" },
  AT_DetachPartitionFinalize: { named: "partition", altered: "partition" },
  AT_AddInherit: { named: "inherit", altered: "alter-table" },
  AT_DropInherit: { named: "inherit", altered: "alter-table" },
};

/** @param altered what is altered; `relation` is the same where that is a table */
function alterCommand(
  reading: Reading,
  relation: RangeVar | undefined,
  command: AlterTableCmd,
  altered: RangeVar | undefined,
): void {
  const about = changed(reading, relation);
  const { subtype, def, name } = command;
  if (about && subtype === "AT_AddColumn" && def && "ColumnDef" in def) {
    reading.changes.push({ ...about, kind: "add-column", column: def.ColumnDef.colname ?? "" });
  } else if (about && subtype === "AT_DropColumn") {
    reading.changes.push({ ...about, kind: "drop-column", column: name ?? "" });
  }
  const tie = subtype ? TIES[subtype] : undefined;
  // ALTER INDEX … ATTACH PARTITION ties two indexes.
  if (tie && !relation) {
    if (def && "PartitionCmd" in def && def.PartitionCmd.name) referIndexOf(reading, def.PartitionCmd.name);
    return;
  }
  if (relation && def && subtype === "AT_AddConstraint") {
    makes(reading, relation, 0, keysOf(relation.relname ?? "", [def]));
  } else if (relation && def && subtype === "AT_AddColumn") {
    makes(reading, relation, 0, keysOf(relation.relname ?? "", [def]));
  }
  if (tie && def) {
    const other =
      "PartitionCmd" in def ? def.PartitionCmd.name : "RangeVar" in def ? def.RangeVar : undefined;
    const kind = tie.named === "inherit" ? "inheritance" : "partition";
    const [child, parent] = tie.named === "inherit" ? [relation, other] : [other, relation];
    const place = changed(reading, child);
    if (place && parent) {
      const to = idOf(reading, parent);
      reading.changes.push(
        /^AT_(?:Attach|Add)/.test(subtype ?? "")
          ? { ...place, kind: "tie", to }
          : { ...place, kind: "untie", from: to },
      );
    }
    within(reading, { operation: tie.named, kind, name: relation?.relname ?? "" }, () =>
      refer(reading, other, tie.named),
    );
    return;
  }
  if (def && "ColumnDef" in def && relation) {
    const column = { ...def.ColumnDef, colname: def.ColumnDef.colname ?? name ?? "" };
    readColumnTypes(reading, relation.relname ?? "", [{ ColumnDef: column }]);
  } else if (def && "ColumnDef" in def) {
    // ALTER TYPE … ADD ATTRIBUTE
    readColumn(reading, def.ColumnDef, { kind: "type", name: altered?.relname ?? "" });
  }
  walk(reading, { def }, null);
}

export const tableHandlers: Handlers = {
  CreateStmt(reading, statement, scope) {
    const { relation, tableElts, inhRelations, partbound, partspec, constraints } = statement;
    if (!relation) return;
    const from = reading.references.length;
    createTable(
      reading,
      relation,
      "table",
      columnsOf(tableElts),
      statement.if_not_exists ?? false,
      columnsFrom(reading, tableElts, inhRelations),
    );
    makes(reading, relation, from, keysOf(relation.relname ?? "", tableElts));
    readParents(reading, relation, inhRelations, partbound !== undefined);
    readColumnTypes(reading, relation.relname ?? "", tableElts);
    walkAll(reading, [tableElts, constraints, partbound, partspec], scope);
  },
  CreateForeignTableStmt(reading, statement, scope) {
    const base = statement.base;
    if (!base?.relation) return;
    createTable(
      reading,
      base.relation,
      "foreign-table",
      columnsOf(base.tableElts),
      base.if_not_exists ?? false,
      columnsFrom(reading, base.tableElts, base.inhRelations),
    );
    readParents(reading, base.relation, base.inhRelations, base.partbound !== undefined);
    readColumnTypes(reading, base.relation.relname ?? "", base.tableElts);
    walkAll(reading, [base.tableElts, base.constraints], scope);
  },
  CreateTableAsStmt(reading, statement, scope) {
    const { into, query, objtype } = statement;
    if (!into?.rel) return;
    const named = (into.colNames ?? []).flatMap((node) => ("String" in node ? [node.String.sval ?? ""] : []));
    const columns = named.length > 0 ? named : queryColumns(query);
    const kind = tableKind(objtype) ?? "table";
    // The query is read first: a temporary table of the same name does not exist for it yet.
    if (kind === "materialized-view") {
      const stored = { operation: "view", kind: "materialized view", name: into.rel.relname ?? "" } as const;
      within(reading, stored, () => walk(reading, { query }, scope));
    } else {
      walk(reading, { query }, scope);
    }
    createTable(reading, into.rel, kind, columns, statement.if_not_exists ?? false);
  },
  ViewStmt(reading, statement, scope) {
    const { view, query, aliases } = statement;
    if (!view) return;
    const named = (aliases ?? []).flatMap((node) => ("String" in node ? [node.String.sval ?? ""] : []));
    within(reading, { operation: "view", kind: "view", name: view.relname ?? "" }, () =>
      walk(reading, { query }, scope),
    );
    const columns = named.length > 0 ? named : queryColumns(query);
    createTable(reading, view, "view", columns, false);
  },
  Constraint(reading, constraint, scope) {
    refer(reading, constraint.pktable, "references");
    walkAll(reading, [constraint.raw_expr, constraint.exclusions, constraint.where_clause], scope);
  },
  TableLikeClause(reading, clause) {
    refer(reading, clause.relation, "select");
  },
  AlterTableStmt(reading, statement) {
    const { relation, objtype, cmds } = statement;
    if (objtype === "OBJECT_INDEX" && relation)
      referIndexOf(reading, relation, { perhaps: statement.missing_ok ?? false });
    const commands = (cmds ?? []).flatMap((node) => ("AlterTableCmd" in node ? [node.AlterTableCmd] : []));
    if (tableKind(objtype)) {
      const tie = TIES[commands[0]?.subtype ?? ""];
      if (tie?.altered === "partition") {
        const def = commands[0]?.def;
        const child = def && "PartitionCmd" in def ? (def.PartitionCmd.name?.relname ?? "") : "";
        within(reading, { operation: "partition", kind: "partition", name: child }, () =>
          refer(reading, relation, "partition"),
        );
      } else {
        refer(reading, relation, "alter-table");
      }
    }
    const table = tableKind(objtype) ? relation : undefined;
    for (const command of commands) alterCommand(reading, table, command, relation);
  },
  RenameStmt(reading, statement) {
    const { renameType, relationType, relation, subname, newname } = statement;
    const type = renameType === "OBJECT_COLUMN" ? relationType : renameType;
    const big = renamesBig(renameType);
    if (big) act(reading, big, subname ?? null);
    if (!relation || !newname) return;
    const place = changed(reading, relation);
    if (renameType === "OBJECT_TRIGGER" || renameType === "OBJECT_POLICY" || renameType === "OBJECT_RULE") {
      const operation =
        renameType === "OBJECT_TRIGGER" ? "trigger" : renameType === "OBJECT_POLICY" ? "policy" : "rule";
      within(reading, { operation, kind: operation, name: subname ?? "" }, () =>
        refer(reading, relation, operation),
      );
      return;
    }
    if (renameType === "OBJECT_INDEX") {
      referIndexOf(reading, relation, { perhaps: statement.missing_ok ?? false, to: newname });
    }
    if (renameType === "OBJECT_TABCONSTRAINT") {
      const from = reading.references.length;
      refer(reading, relation, "alter-table");
      // A key's index bears its name.
      makes(reading, relation, from, [newname]);
    }
    if (!tableKind(type)) return;
    refer(reading, relation, "alter-table");
    if (isTemporary(reading, relation.schemaname ?? null, relation.relname ?? "")) {
      if (renameType !== "OBJECT_COLUMN") {
        reading.session.temporary.delete(relation.relname ?? "");
        reading.session.temporary.add(newname);
      }
      return;
    }
    if (!place) return;
    if (renameType === "OBJECT_COLUMN") {
      reading.changes.push({ ...place, kind: "rename-column", column: subname ?? "", to: newname });
    } else {
      reading.changes.push({ ...place, kind: "rename", to: newname });
    }
  },
  AlterObjectSchemaStmt(reading, statement) {
    if (!tableKind(statement.objectType)) return;
    refer(reading, statement.relation, "alter-table");
    const place = changed(reading, statement.relation);
    if (place) reading.changes.push({ ...place, kind: "set-schema", to: statement.newschema ?? "" });
  },
};

function readParents(
  reading: Reading,
  child: RangeVar,
  parents: readonly Node[] | undefined,
  partition: boolean,
): void {
  const operation = partition ? "partition" : "inherit";
  for (const node of parents ?? []) {
    if (!("RangeVar" in node)) continue;
    within(
      reading,
      { operation, kind: partition ? "partition" : "inheritance", name: child.relname ?? "" },
      () => refer(reading, node.RangeVar, operation),
    );
  }
}
