/** Upkeep of tables, and objects that list tables: sequences, publications, statistics. */
import type { Node } from "libpg-query";
import { find, nameAt, namesAt, withoutLast } from "../names.ts";
import {
  act,
  type Handlers,
  type Reading,
  refer,
  referEvery,
  referIndexOf,
  referName,
  strings,
  walk,
  walkAll,
} from "./reading.ts";

/** `OWNED BY table.column` of a sequence. */
function ownedBy(reading: Reading, options: readonly Node[] | undefined): void {
  for (const node of options ?? []) {
    if (!("DefElem" in node) || node.DefElem.defname !== "owned_by") continue;
    const { arg } = node.DefElem;
    const parts = arg && "List" in arg ? strings(arg.List.items) : [];
    if (parts.length < 2) continue;
    const at = find(reading.tokens, "by", find(reading.tokens, "owned"));
    const name = withoutLast(nameAt(reading.tokens, at + 1), 1);
    referName(reading, name, parts.at(-3) ?? null, parts.at(-2)!, "alter-table");
  }
}

/** A statement that names no table and is about all of them, by the word that says so. */
function referAll(reading: Reading, token: number): void {
  referEvery(reading, nameAt(reading.tokens, token), null, "alter-table");
}

/** REINDEX, VACUUM and the like need the owner's rights: they count as changes of the table. */
export const maintenanceHandlers: Handlers = {
  VacuumStmt(reading, { rels, is_vacuumcmd }, scope) {
    if (rels) walkAll(reading, [rels], scope);
    // Whatever the role owns is swept or counted, and nothing changes for anyone.
    else act(reading, is_vacuumcmd ? "VACUUM" : "ANALYZE", null);
  },
  VacuumRelation: (reading, { relation }) => refer(reading, relation, "alter-table"),
  ClusterStmt(reading, { relation }) {
    if (relation) refer(reading, relation, "alter-table");
    else referAll(reading, 0);
  },
  AlterTableMoveAllStmt: (reading) => referAll(reading, find(reading.tokens, "all")),
  ReindexStmt(reading, { kind, relation, name }) {
    if (kind === "REINDEX_OBJECT_TABLE") refer(reading, relation, "alter-table");
    else if (kind === "REINDEX_OBJECT_INDEX" && relation) referIndexOf(reading, relation);
    else if (kind === "REINDEX_OBJECT_SYSTEM") act(reading, "REINDEX SYSTEM", name ?? null);
    else if (kind === "REINDEX_OBJECT_SCHEMA" || kind === "REINDEX_OBJECT_DATABASE") {
      const schema = kind === "REINDEX_OBJECT_SCHEMA";
      // The database's name may be left out.
      const last = reading.tokens.kinds.length - 1;
      referEvery(reading, nameAt(reading.tokens, last), schema ? (name ?? null) : null, "alter-table");
    }
  },
  RefreshMatViewStmt: (reading, { relation }) => refer(reading, relation, "update"),
  CreateSeqStmt: (reading, { options }) => ownedBy(reading, options),
  AlterSeqStmt: (reading, { options }) => ownedBy(reading, options),
  CreateStatsStmt(reading, { relations, exprs }, scope) {
    for (const node of relations ?? []) {
      if ("RangeVar" in node) refer(reading, node.RangeVar, "create-index");
    }
    walkAll(reading, [exprs], scope);
  },
  PublicationObjSpec(reading, { pubtable, pubobjtype, name, location }, scope) {
    if (pubtable) {
      refer(reading, pubtable.relation, "alter-table");
      walkAll(reading, [pubtable.whereClause], scope);
    } else if (pubobjtype === "PUBLICATIONOBJ_TABLES_IN_SCHEMA") {
      const start = reading.at(location);
      const place = reading.tokens.starts.indexOf(start);
      referEvery(reading, nameAt(reading.tokens, Math.max(place, 0)), name ?? null, "alter-table");
    } else if (pubobjtype === "PUBLICATIONOBJ_TABLES_IN_CUR_SCHEMA") {
      const place = nameAt(reading.tokens, find(reading.tokens, "current_schema"));
      referEvery(reading, place, null, "alter-table", "every table of the current schema");
    }
  },
  CreatePublicationStmt(reading, { for_all_tables, pubobjects }, scope) {
    if (for_all_tables) {
      const all = find(reading.tokens, "all");
      const place = nameAt(reading.tokens, all);
      referEvery(reading, { ...place, end: reading.tokens.ends[all + 1] ?? place.end }, null, "alter-table");
    }
    walk(reading, pubobjects, scope);
  },
  GrantStmt(reading, { objtype, targtype, objects }) {
    if (objtype !== "OBJECT_TABLE") return;
    if (targtype === "ACL_TARGET_ALL_IN_SCHEMA") {
      const names = namesAt(reading.tokens, find(reading.tokens, "schema") + 1);
      (objects ?? []).forEach((node, i) => {
        const place = names[i];
        if (place) referEvery(reading, place, "String" in node ? (node.String.sval ?? null) : null, "grant");
      });
    } else if (targtype === "ACL_TARGET_OBJECT") {
      for (const node of objects ?? []) {
        if ("RangeVar" in node) refer(reading, node.RangeVar, "grant");
      }
    }
  },
  AlterObjectDependsStmt(reading, { objectType, relation }) {
    if (objectType === "OBJECT_MATVIEW") refer(reading, relation, "alter-table");
    else if (objectType === "OBJECT_INDEX" && relation) referIndexOf(reading, relation);
    else if (objectType === "OBJECT_TRIGGER") refer(reading, relation, "trigger");
  },
};
