/** Statements about something bigger than a table: databases, roles, extensions, transactions, the session. */
import type { Node, ObjectType, RoleSpec, TransactionStmtKind, VariableSetStmt } from "libpg-query";
import { nameAt } from "../names.ts";
import { act, type Handlers, type Reading } from "./reading.ts";

const TRANSACTIONS: Partial<Record<TransactionStmtKind, string>> = {
  TRANS_STMT_BEGIN: "BEGIN",
  TRANS_STMT_START: "BEGIN",
  TRANS_STMT_COMMIT: "COMMIT",
  TRANS_STMT_ROLLBACK: "ROLLBACK",
  TRANS_STMT_PREPARE: "PREPARE TRANSACTION",
  TRANS_STMT_COMMIT_PREPARED: "COMMIT PREPARED",
  TRANS_STMT_ROLLBACK_PREPARED: "ROLLBACK PREPARED",
};

/** Objects bigger than a schema that RENAME and OWNER TO can be about. */
const BIG: Partial<Record<ObjectType, string>> = {
  OBJECT_DATABASE: "ALTER DATABASE",
  OBJECT_ROLE: "ALTER ROLE",
  OBJECT_TABLESPACE: "ALTER TABLESPACE",
  OBJECT_FOREIGN_SERVER: "ALTER SERVER",
};

/** The statement's first two words in upper case: CREATE USER and CREATE ROLE are one node. */
function words(reading: Reading): string {
  const { tokens } = reading;
  return tokens.text.slice(tokens.starts[0], tokens.ends[1]).replace(/\s+/g, " ").toUpperCase();
}

function roleName(role: RoleSpec | undefined): string | null {
  return role?.rolename ?? null;
}

function text(node: Node | undefined): string | null {
  if (!node || !("A_Const" in node)) return null;
  return node.A_Const.sval?.sval ?? null;
}

function readSet(reading: Reading, statement: VariableSetStmt): void {
  const { name = "", kind, is_local, args } = statement;
  if (name.toLowerCase() === "search_path" && kind === "VAR_SET_VALUE") {
    const path = (args ?? []).map((node) => text(node) ?? "").filter((schema) => schema !== "");
    const { tokens, source } = reading;
    const start = tokens.starts.findIndex((_, i) => i > 0 && /^(=|to)$/i.test(slice(reading, i))) + 1;
    const place = nameAt(tokens, Math.max(start, 1));
    reading.changes.push({
      kind: "search-path",
      schema: null,
      name: path[0] ?? "",
      at: source.span(place.start, place.end),
      path,
    });
  }
  const givenBack = kind === "VAR_SET_DEFAULT" || kind === "VAR_RESET";
  if ((name.toLowerCase() === "search_path" && givenBack) || kind === "VAR_RESET_ALL") {
    const place = nameAt(reading.tokens, 0);
    const at = reading.source.span(place.start, place.end);
    reading.changes.push({ kind: "search-path", schema: null, name: "", at, path: [] });
  }
  // SET LOCAL ends with its transaction, SET TRANSACTION is about the present one alone.
  if (is_local || kind === "VAR_SET_MULTI" || name === "") return;
  const reset = kind === "VAR_RESET" || kind === "VAR_RESET_ALL" || /^reset$/i.test(slice(reading, 0));
  const verb = reset ? "RESET" : "SET";
  if (name === "role") act(reading, `${verb} ROLE`, text(args?.[0]));
  else if (name === "session_authorization") act(reading, `${verb} SESSION AUTHORIZATION`, text(args?.[0]));
  else act(reading, verb, name);
}

function slice(reading: Reading, index: number): string {
  const { tokens } = reading;
  return tokens.text.slice(tokens.starts[index], tokens.ends[index]);
}

export const actHandlers: Handlers = {
  CreatedbStmt: (reading, { dbname }) => act(reading, "CREATE DATABASE", dbname ?? null),
  DropdbStmt: (reading, { dbname }) => act(reading, "DROP DATABASE", dbname ?? null),
  AlterDatabaseStmt: (reading, { dbname }) => act(reading, "ALTER DATABASE", dbname ?? null),
  AlterDatabaseSetStmt: (reading, { dbname }) => act(reading, "ALTER DATABASE", dbname ?? null),
  AlterDatabaseRefreshCollStmt: (reading, { dbname }) => act(reading, "ALTER DATABASE", dbname ?? null),
  CreateRoleStmt: (reading, { role }) => act(reading, words(reading), role ?? null),
  AlterRoleStmt: (reading, { role }) => act(reading, words(reading), roleName(role)),
  AlterRoleSetStmt: (reading, { role }) => act(reading, words(reading), roleName(role)),
  DropRoleStmt(reading, { roles }) {
    for (const node of roles ?? []) {
      if ("RoleSpec" in node) act(reading, words(reading), roleName(node.RoleSpec));
    }
  },
  GrantRoleStmt(reading, { granted_roles, is_grant }) {
    for (const node of granted_roles ?? []) {
      if ("AccessPriv" in node) {
        act(reading, is_grant ? "GRANT ROLE" : "REVOKE ROLE", node.AccessPriv.priv_name ?? null);
      }
    }
  },
  ReassignOwnedStmt: (reading, { newrole }) => act(reading, "REASSIGN OWNED", roleName(newrole)),
  DropOwnedStmt: (reading) => act(reading, "DROP OWNED", null),
  CreateTableSpaceStmt: (reading, node) => act(reading, "CREATE TABLESPACE", node.tablespacename ?? null),
  DropTableSpaceStmt: (reading, node) => act(reading, "DROP TABLESPACE", node.tablespacename ?? null),
  AlterTableSpaceOptionsStmt: (reading, node) =>
    act(reading, "ALTER TABLESPACE", node.tablespacename ?? null),
  CreateExtensionStmt: (reading, { extname }) => act(reading, "CREATE EXTENSION", extname ?? null),
  AlterExtensionStmt: (reading, { extname }) => act(reading, "ALTER EXTENSION", extname ?? null),
  AlterSystemStmt: (reading, { setstmt }) => act(reading, "ALTER SYSTEM", setstmt?.name ?? null),
  CreateFdwStmt: (reading, { fdwname }) => act(reading, "CREATE FOREIGN DATA WRAPPER", fdwname ?? null),
  CreateForeignServerStmt: (reading, node) => act(reading, "CREATE SERVER", node.servername ?? null),
  CreateUserMappingStmt: (reading, node) => act(reading, "CREATE USER MAPPING", node.servername ?? null),
  ImportForeignSchemaStmt: (reading, node) => act(reading, "IMPORT FOREIGN SCHEMA", node.server_name ?? null),
  CreateSubscriptionStmt: (reading, { subname }) => act(reading, "CREATE SUBSCRIPTION", subname ?? null),
  DropSubscriptionStmt: (reading, node) => act(reading, "DROP SUBSCRIPTION", node.subname ?? null),
  LoadStmt: (reading, { filename }) => act(reading, "LOAD", filename ?? null),
  DiscardStmt: (reading, { target }) => act(reading, "DISCARD", target?.replace("DISCARD_", "") ?? null),
  TransactionStmt(reading, { kind }) {
    const name = kind && TRANSACTIONS[kind];
    if (name) act(reading, name, null);
  },
  VariableSetStmt: readSet,
  AlterDefaultPrivilegesStmt: (reading) => act(reading, "ALTER DEFAULT PRIVILEGES", null),
  // Its names are constraints'.
  ConstraintsSetStmt() {},
  AlterOwnerStmt(reading, { objectType, object }) {
    const name = objectType && BIG[objectType];
    if (name) act(reading, name, object && "String" in object ? (object.String.sval ?? null) : null);
  },
};

/** RENAME of a database, role or tablespace. */
export function renamesBig(type: ObjectType | undefined): string | null {
  return (type && BIG[type]) ?? null;
}
