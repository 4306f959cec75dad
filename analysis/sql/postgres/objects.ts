/** What hangs on tables: indexes, triggers, policies, rules, grants, comments, maintenance. */

import type { CommentStmt, Node, ObjectType, RangeVar } from "libpg-query";
import type { Operation } from "../../model.ts";
import { isToken } from "../lexer.ts";
import { find, nameAt, namesAt, withoutLast } from "../names.ts";
import { opened } from "../scope.ts";
import { indexName, makes } from "./indexes.ts";
import {
  act,
  type Handlers,
  isTemporary,
  type Reading,
  refer,
  referEvery,
  referIndex,
  referName,
  strings,
  walk,
  walkAll,
  within,
} from "./reading.ts";
import { tableKind } from "./tables.ts";

/** Objects that hang on a table and are dropped or described by `name ON table`. */
const ON_TABLE: Partial<Record<ObjectType, Operation>> = {
  OBJECT_TRIGGER: "trigger",
  OBJECT_POLICY: "policy",
  OBJECT_RULE: "rule",
};

/** Objects bigger than a table that DROP takes. */
const BIG: Partial<Record<ObjectType, string>> = {
  OBJECT_EXTENSION: "DROP EXTENSION",
  OBJECT_FOREIGN_SERVER: "DROP SERVER",
  OBJECT_FDW: "DROP FOREIGN DATA WRAPPER",
};

/** How many words name the kind of an object in DROP and COMMENT ON. */
function kindWords(type: ObjectType | undefined): number {
  return type === "OBJECT_MATVIEW" || type === "OBJECT_FOREIGN_TABLE" ? 2 : 1;
}

function listed(node: Node): string[] {
  if ("List" in node) return strings(node.List.items);
  if ("String" in node) return [node.String.sval ?? ""];
  return [];
}

/** Schema and table of a name's strings, the last of which may be a column or a trigger. */
function tableParts(parts: string[]): [schema: string | null, table: string] {
  return [parts.at(-2) ?? null, parts.at(-1) ?? ""];
}

/** `… ON table`: the grammar gives no position, so the name after the last ON is it. */
function referAfterOn(reading: Reading, parts: string[], operation: Operation, from = 0): void {
  const on = find(reading.tokens, "on", from);
  if (on < 0) return;
  referName(reading, nameAt(reading.tokens, on + 1), ...tableParts(parts.slice(0, -1)), operation);
}

function describe(
  reading: Reading,
  statement: Pick<CommentStmt, "objtype" | "object">,
  operation: Operation,
): void {
  const { objtype, object } = statement;
  if (!object) return;
  const { tokens } = reading;
  const on = find(tokens, "on");
  const parts = listed(object);
  const start = on + 1 + kindWords(objtype);
  if (objtype === "OBJECT_INDEX") {
    referIndex(reading, nameAt(tokens, start), ...tableParts(parts), { operation });
  } else if (tableKind(objtype)) {
    referName(reading, nameAt(tokens, start), ...tableParts(parts), operation);
  } else if (objtype === "OBJECT_COLUMN" && parts.length > 1) {
    const name = withoutLast(nameAt(tokens, start), 1);
    referName(reading, name, ...tableParts(parts.slice(0, -1)), operation);
  } else if (objtype === "OBJECT_TABCONSTRAINT" || (objtype && ON_TABLE[objtype])) {
    referAfterOn(reading, parts, operation, on + 1);
  }
}

function onTable(
  reading: Reading,
  relation: RangeVar | undefined,
  kind: "trigger" | "policy" | "rule",
  name: string,
  read: () => void,
): void {
  within(reading, { operation: kind, kind, name }, () => {
    refer(reading, relation, kind);
    read();
  });
}

export const objectHandlers: Handlers = {
  IndexStmt(reading, statement, scope) {
    const { relation, idxname, indexParams } = statement;
    const from = reading.references.length;
    refer(reading, relation, "create-index");
    makes(reading, relation, from, [indexName(relation?.relname ?? "", idxname, indexParams ?? [])]);
    walkAll(reading, [statement.indexParams, statement.whereClause], scope);
  },
  CreateTrigStmt(reading, statement, scope) {
    const names = (statement.transitionRels ?? []).flatMap((node) =>
      "TriggerTransition" in node ? [node.TriggerTransition.name ?? ""] : [],
    );
    const routine = strings(statement.funcname).at(-1) ?? "";
    if (names.length > 0) {
      const { transitions } = reading.session;
      transitions.set(routine, new Set([...(transitions.get(routine) ?? []), ...names]));
    }
    onTable(reading, statement.relation, "trigger", statement.trigname ?? "", () => {
      refer(reading, statement.constrrel, "trigger");
      walkAll(reading, [statement.whenClause], scope);
    });
  },
  CreatePolicyStmt(reading, statement, scope) {
    onTable(reading, statement.table, "policy", statement.policy_name ?? "", () =>
      walkAll(reading, [statement.qual, statement.with_check], scope),
    );
  },
  AlterPolicyStmt(reading, statement, scope) {
    onTable(reading, statement.table, "policy", statement.policy_name ?? "", () =>
      walkAll(reading, [statement.qual, statement.with_check], scope),
    );
  },
  RuleStmt(reading, statement, scope) {
    onTable(reading, statement.relation, "rule", statement.rulename ?? "", () => {
      // OLD and NEW are the row, not tables.
      const rows = opened(scope, ["new", "old"]);
      walkAll(reading, [statement.whereClause, statement.actions], rows);
    });
  },
  DropStmt(reading, statement) {
    const { removeType, objects } = statement;
    const { tokens } = reading;
    const big = removeType && BIG[removeType];
    if (big) {
      for (const node of objects ?? []) act(reading, big, listed(node)[0] ?? null);
      return;
    }
    const names = namesAt(tokens, 1 + kindWords(removeType) + (statement.missing_ok ? 2 : 0));
    if (removeType === "OBJECT_SCHEMA") {
      (objects ?? []).forEach((node, i) => {
        const place = names[i];
        if (!place) return;
        const name = listed(node)[0] ?? "";
        reading.changes.push({
          kind: "drop-schema",
          schema: null,
          name,
          at: reading.source.span(place.start, place.end),
        });
        // RESTRICT, the default, takes empty schemas alone.
        if (statement.behavior === "DROP_CASCADE") {
          referEvery(reading, place, name, "drop-table");
          const every = reading.references.at(-1);
          if (every && every.schema !== null) every.perhaps = true;
        }
      });
      return;
    }
    const hanging = removeType && ON_TABLE[removeType];
    if (hanging) {
      for (const node of objects ?? []) {
        const parts = listed(node);
        within(reading, { operation: hanging, kind: hanging, name: parts.at(-1) ?? "" }, () =>
          referAfterOn(reading, parts, hanging),
        );
      }
      return;
    }
    const ifExists = statement.missing_ok ?? false;
    if (removeType === "OBJECT_INDEX") {
      // DROP INDEX CONCURRENTLY
      const places = namesAt(tokens, (isToken(tokens, 2, "concurrently") ? 3 : 2) + (ifExists ? 2 : 0));
      (objects ?? []).forEach((node, i) => {
        const place = places[i];
        if (place) referIndex(reading, place, ...tableParts(listed(node)), { perhaps: ifExists });
      });
      return;
    }
    const object = tableKind(removeType);
    if (!object) return;
    (objects ?? []).forEach((node, i) => {
      const place = names[i];
      if (!place) return;
      const [schema, table] = tableParts(listed(node));
      const temporary = isTemporary(reading, schema, table);
      const before = reading.references.length;
      referName(reading, place, schema, table, "drop-table");
      if (temporary) reading.session.temporary.delete(table);
      const reference = reading.references[before];
      if (!reference || reference.table === null) return;
      reading.changes.push({
        kind: "drop",
        schema: reference.schema,
        name: reference.table,
        at: reference.at,
        object,
        ifExists: reading.conditional || ifExists,
      });
    });
  },
  AlterExtensionContentsStmt(reading, { extname, objtype, object }) {
    act(reading, "ALTER EXTENSION", extname ?? null);
    if (!object || !tableKind(objtype)) return;
    // ALTER EXTENSION name ADD | DROP kind table
    const place = nameAt(reading.tokens, 4 + kindWords(objtype));
    referName(reading, place, ...tableParts(listed(object)), "alter-table");
  },
  CommentStmt(reading, statement) {
    describe(reading, statement, "comment");
  },
  SecLabelStmt(reading, statement) {
    describe(reading, statement, "comment");
  },
  CreateSchemaStmt(reading, statement) {
    const { schemaname, authrole, schemaElts, if_not_exists } = statement;
    const { tokens, source } = reading;
    // CREATE SCHEMA AUTHORIZATION CURRENT_USER has a name that only the session knows.
    const name = schemaname ?? authrole?.rolename ?? null;
    if (name !== null) {
      const named = schemaname === undefined ? 3 : 2;
      const place = nameAt(tokens, named + (if_not_exists ? 3 : 0));
      const at = source.span(place.start, place.end);
      reading.changes.push({ kind: "create-schema", schema: null, name, at });
    }
    const tables = (schemaElts ?? []).flatMap((node) => {
      if ("CreateStmt" in node) return [node.CreateStmt.relation?.relname ?? ""];
      if ("ViewStmt" in node) return [node.ViewStmt.view?.relname ?? ""];
      return [];
    });
    const outer = reading.made;
    reading.made = name === null ? null : { schema: name, tables: new Set(tables) };
    walk(reading, schemaElts, null);
    reading.made = outer;
  },
};
