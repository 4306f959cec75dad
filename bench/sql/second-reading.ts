/**
 * The second opinion itself: which tables a statement names, and what for, read off sql-parser-cst's
 * tree. It shares nothing with the engine but the meaning of the three kinds of access and where
 * PostgreSQL cuts a name, and is as plain as it can be: identifiers count only where the tables below
 * say that a table stands. One file, since an opinion is of use only if it can be read through.
 */

import type { Access } from "../../analysis/model.ts";
import { cutName } from "../../analysis/sql/names.ts";
import { type CstNode, isNode } from "./cst.ts";

/** A table that the second reading finds. Offsets are the statement's. */
export interface Named {
  schema: string | null;
  table: string;
  access: Access;
  start: number;
  end: number;
  /** It is made here: a temporary table of the same name is another one. */
  made?: true;
}

/** A routine's body or a DO block, still a string. */
export interface Body {
  /** The routine's, without its schema; empty for a DO block. */
  name: string;
  language: string;
  start: number;
  end: number;
}

export interface SecondReading {
  named: Named[];
  /** Names that are temporary tables from here on. */
  temporary: { table: string; start: number }[];
  /** Names that are temporary tables no longer. */
  dropped: string[];
  renamed: { from: string; to: string }[];
  /** String constants: what they quote is not read here. */
  strings: { start: number; end: number }[];
  bodies: Body[];
  /** What a trigger's function sees as tables: the transition tables that the trigger names. */
  transitions: { routine: string; names: string[] }[];
  /** Places where a type's name stands, which may be a table's row type. */
  types: { start: number; end: number }[];
}

type Scope = { names: ReadonlySet<string>; outer: Scope } | null;

/** Node type → fields that hold a table (or a list of them), and what is done to it. */
const TABLES: Record<string, Record<string, Access>> = {
  truncate_stmt: { tables: "write" },
  insert_clause: { table: "write" },
  update_clause: { tables: "write" },
  delete_clause: { tables: "write" },
  refresh_materialized_view_stmt: { name: "write" },
  drop_table_stmt: { tables: "schema" },
  drop_view_stmt: { views: "schema" },
  alter_table_stmt: { table: "schema" },
  alter_view_stmt: { name: "schema" },
  alter_action_inherit: { table: "schema" },
  alter_action_no_inherit: { table: "schema" },
  create_index_stmt: { table: "schema" },
  create_table_partition_of_clause: { table: "schema" },
  create_table_inherits_clause: { tables: "schema" },
  create_table_like_clause: { name: "read" },
  references_specification: { table: "schema" },
  trigger_target: { table: "schema" },
  from_referenced_table_clause: { table: "schema" },
  create_policy_stmt: { table: "schema" },
  alter_policy_stmt: { table: "schema" },
  drop_policy_stmt: { table: "schema" },
  analyze_stmt: { tables: "schema" },
  publication_object_table: { table: "schema" },
  grant_resource_table: { tables: "schema" },
  grant_resource_view: { views: "schema" },
  comment_target_table: { name: "schema" },
  comment_target_view: { name: "schema" },
  comment_target_materialized_view: { name: "schema" },
  comment_target_foreign_table: { name: "schema" },
  comment_target_table_constraint: { tableName: "schema" },
  comment_target_trigger: { tableName: "schema" },
  comment_target_rule: { tableName: "schema" },
  comment_target_policy: { tableName: "schema" },
};

/** Node type → field that holds a column's name: the table is what stands before the last dot. */
const COLUMNS: Record<string, string> = {
  comment_target_column: "name",
  sequence_option_owned_by: "owner",
};

/** Reads one statement's tree. */
export function secondReading(tree: CstNode): SecondReading {
  const out: SecondReading = {
    named: [],
    temporary: [],
    dropped: [],
    renamed: [],
    strings: [],
    bodies: [],
    transitions: [],
    types: [],
  };
  visit(tree, null, out);
  return out;
}

function visit(value: unknown, scope: Scope, out: SecondReading): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, scope, out);
    return;
  }
  if (!isNode(value)) return;
  const handler = HANDLERS[value.type];
  if (handler) handler(value, scope, out);
  else visitFields(value, scope, out);
}

/** All fields of a node; those of {@link TABLES} as tables. */
function visitFields(node: CstNode, scope: Scope, out: SecondReading, but: readonly string[] = []): void {
  const tables = TABLES[node.type];
  const column = COLUMNS[node.type];
  for (const [field, value] of Object.entries(node)) {
    if (but.includes(field) || typeof value !== "object") continue;
    if (tables?.[field]) tableList(value, tables[field], null, out);
    else if (field === column) ownerOf(value as CstNode, out);
    else visit(value, scope, out);
  }
}

/** A table, a list of them, or what stands around one. `scope` holds the names that are no tables there. */
function tableList(value: unknown, access: Access, scope: Scope, out: SecondReading): void {
  if (!isNode(value)) return;
  switch (value.type) {
    case "list_expr":
      for (const item of value["items"] as unknown[]) tableList(item, access, scope, out);
      return;
    case "identifier":
    case "member_expr":
      name(value, access, scope, out);
      return;
    case "alias":
    case "paren_expr":
      tableList(value["expr"], access, scope, out);
      return;
    case "table_with_inheritance":
    case "table_without_inheritance":
      tableList(value["table"], access, scope, out);
      return;
    case "join_expr":
      tableList(value["left"], access, scope, out);
      tableList(value["right"], access, scope, out);
      visit(value["specification"], scope, out);
      return;
    case "tablesample_expr":
      tableList(value["left"], access, scope, out);
      visit(value["args"], scope, out);
      return;
    default:
      visit(value, scope, out);
  }
}

function name(node: CstNode, access: Access, scope: Scope, out: SecondReading): void {
  const parts = nameParts(node);
  const table = cutName(parts.at(-1) ?? "");
  if (table === "" || !node.range) return;
  if (parts.length === 1 && inScope(scope, table)) return;
  const [start, end] = node.range;
  out.named.push({
    schema: parts.length > 1 ? cutName(parts.at(-2) ?? "") : null,
    table,
    access,
    start,
    end,
  });
}

function ownerOf(column: CstNode, out: SecondReading): void {
  if (column.type === "member_expr" && isNode(column["object"])) name(column["object"], "schema", null, out);
}

/** The parts of a dotted name, as the database stores them. */
function nameParts(node: CstNode): string[] {
  if (node.type === "identifier") {
    const text = String(node["text"]);
    return [/^["uU]/.test(text) && text.includes('"') ? String(node["name"]) : fold(text)];
  }
  if (node.type === "member_expr" && isNode(node["object"]) && isNode(node["property"])) {
    return [...nameParts(node["object"]), ...nameParts(node["property"])];
  }
  return [];
}

function fold(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function inScope(scope: Scope, table: string): boolean {
  for (let level = scope; level; level = level.outer) if (level.names.has(table)) return true;
  return false;
}

// ── Nodes that need more than their fields visited ─────────────────────────────────────────────────

type Handler = (node: CstNode, scope: Scope, out: SecondReading) => void;

/** A statement made of clauses, the WITH among which counts for all of them. */
function clauses(node: CstNode, scope: Scope, out: SecondReading): void {
  const list = node["clauses"] as CstNode[];
  const inner = bind(
    list.find(({ type }) => type === "with_clause"),
    scope,
    out,
  );
  for (const clause of list) if (clause.type !== "with_clause") visit(clause, inner, out);
}

/** Reads the WITH list, and returns the scope of what it is for. */
function bind(clause: CstNode | undefined, scope: Scope, out: SecondReading): Scope {
  if (!clause) return scope;
  const tables = (clause["tables"] as { items: CstNode[] }).items;
  const known = tables.map((table) => nameParts(table["table"] as CstNode)[0] ?? "");
  const recursive = clause["recursiveKw"] !== undefined;
  tables.forEach((table, i) => {
    const names = new Set(recursive ? known : known.slice(0, i));
    visit(table["expr"], { names, outer: scope }, out);
  });
  return { names: new Set(known), outer: scope };
}

/** The tree hangs the WITH of a UNION on its first SELECT, though it counts for all of them. */
function compound(node: CstNode, scope: Scope, out: SecondReading): void {
  let first = node;
  while (first.type === "compound_select_stmt") first = first["left"] as CstNode;
  const list = (first.type === "select_stmt" ? first["clauses"] : []) as CstNode[];
  const inner = bind(
    list.find(({ type }) => type === "with_clause"),
    scope,
    out,
  );
  const read = (side: CstNode): void => {
    if (side.type === "compound_select_stmt") {
      read(side["left"] as CstNode);
      read(side["right"] as CstNode);
    } else if (side === first && side.type === "select_stmt") {
      for (const clause of list) if (clause.type !== "with_clause") visit(clause, inner, out);
    } else visit(side, inner, out);
  };
  read(node);
}

function create(node: CstNode, scope: Scope, out: SecondReading): void {
  const target = node["name"] as CstNode;
  const kinds = [node["kind"], ...((node["kinds"] as unknown[]) ?? [])].filter(isNode);
  const words = kinds.flatMap(({ kindKw }) => (Array.isArray(kindKw) ? kindKw : [kindKw])) as CstNode[];
  const is = (word: string) => words.some((keyword) => keyword["name"] === word);
  const parts = nameParts(target);
  const temporary = is("TEMP") || is("TEMPORARY") || parts.at(-2) === "pg_temp";
  if (!temporary) {
    name(target, "schema", null, out);
    const made = out.named.at(-1);
    if (made) made.made = true;
  }
  const before = out.named.length;
  const inner = is("RECURSIVE") ? { names: new Set(parts), outer: scope } : scope;
  visitFields(node, inner, out, ["name", "kind", "kinds"]);
  if (!temporary) return;
  const table = parts.at(-1) ?? "";
  out.temporary.push({ table, start: node.range?.[0] ?? 0 });
  // Its constraints may name the table itself; a query that fills it cannot.
  if (node.type === "create_table_stmt" && node["columns"]) {
    out.named = out.named.filter((one, i) => i < before || one.schema !== null || one.table !== table);
  }
}

/** What CREATE SCHEMA makes stands in the new schema; names that it does not make may stand elsewhere. */
function createSchema(node: CstNode, scope: Scope, out: SecondReading): void {
  const owner = (node["clauses"] as CstNode[] | undefined)?.find(({ type }) =>
    type.includes("authorization"),
  );
  const role = owner && Object.values(owner).find((value) => isNode(value) && value.type === "identifier");
  const given = isNode(node["name"]) ? node["name"] : role;
  const schema = isNode(given) ? (nameParts(given).at(-1) ?? null) : null;
  const before = out.named.length;
  visitFields(node, scope, out, ["name"]);
  const inner = out.named.slice(before);
  const made = new Set(inner.flatMap((one) => (one.made && one.schema === null ? [one.table] : [])));
  for (const one of inner) if (one.schema === null && made.has(one.table)) one.schema = schema;
}

/** A temporary table keeps being one under its new name. */
function alterTable(node: CstNode, scope: Scope, out: SecondReading): void {
  visitFields(node, scope, out);
  const actions = (node["actions"] as { items?: CstNode[] }).items ?? [];
  const rename = actions.find(({ type }) => type === "alter_action_rename");
  const from = isNode(node["table"]) ? nameParts(node["table"]) : [];
  const to = rename && isNode(rename["newName"]) ? nameParts(rename["newName"])[0] : undefined;
  if (to !== undefined && from.length === 1) out.renamed.push({ from: from[0]!, to });
}

function routine(node: CstNode, scope: Scope, out: SecondReading): void {
  visitFields(node, scope, out, ["name"]);
  const list = [...((node["clauses"] as CstNode[]) ?? []), node];
  const language = list.find(({ type }) => type === "language_clause")?.["name"];
  const body = list.map((clause) => clause["expr"] ?? clause["body"]).find(isString);
  if (!body?.range) return;
  const named = isNode(language) ? (nameParts(language)[0] ?? "") : "";
  const [start, end] = body.range;
  out.bodies.push({
    name: isNode(node["name"]) ? (nameParts(node["name"]).at(-1) ?? "") : "",
    language: named || (node.type === "do_stmt" ? "plpgsql" : "sql"),
    start,
    end,
  });
}

function isString(value: unknown): value is CstNode {
  return isNode(value) && value.type === "string_literal";
}

function from(node: CstNode, scope: Scope, out: SecondReading): void {
  tableList(node["expr"] ?? node["table"], "read", scope, out);
}

const HANDLERS: Record<string, Handler> = {
  select_stmt: clauses,
  insert_stmt: clauses,
  update_stmt: clauses,
  delete_stmt: clauses,
  merge_stmt: clauses,
  compound_select_stmt: compound,
  from_clause: from,
  table_clause: from,
  merge_clause(node, scope, out) {
    tableList(node["target"], "write", null, out);
    tableList(node["source"], "read", scope, out);
    visit(node["condition"], scope, out);
  },
  create_schema_stmt: createSchema,
  alter_table_stmt: alterTable,
  create_table_stmt: create,
  create_view_stmt: create,
  into_table_clause: create,
  create_function_stmt: routine,
  create_procedure_stmt: routine,
  do_stmt: routine,
  create_trigger_stmt(node, scope, out) {
    visitFields(node, scope, out, ["name", "body"]);
    const body = node["body"] as CstNode;
    const routine = isNode(body["name"]) ? (nameParts(body["name"]).at(-1) ?? "") : "";
    for (const clause of node["clauses"] as CstNode[]) {
      if (clause.type !== "trigger_referencing_clause") continue;
      const transitions = (clause["transitions"] as { items: CstNode[] }).items;
      const names = transitions.flatMap(({ name }) => (isNode(name) ? nameParts(name) : []));
      out.transitions.push({ routine, names });
    }
  },
  drop_table_stmt(node, scope, out) {
    const before = out.named.length;
    visitFields(node, scope, out);
    out.dropped.push(...out.named.slice(before).flatMap(({ schema, table }) => (schema ? [] : [table])));
  },
  reindex_stmt(node, _, out) {
    const target = node["targetKw"] as CstNode | undefined;
    if (target?.["name"] === "TABLE") tableList(node["name"], "schema", null, out);
  },
  string_literal(node, _, out) {
    if (node.range) out.strings.push({ start: node.range[0], end: node.range[1] });
  },
  returns_clause(node, _, out) {
    if (node.range) out.types.push({ start: node.range[0], end: node.range[1] });
  },
  function_param(node, scope, out) {
    if (node.range) out.types.push({ start: node.range[0], end: node.range[1] });
    visit(node["default"], scope, out);
  },
  declare_stmt(node, scope, out) {
    if (isNode(node["dataType"]) && node["dataType"].range) {
      const [start, end] = node["dataType"].range;
      out.types.push({ start, end });
    }
    visit(node["init"], scope, out);
  },
  // FOR UPDATE OF names aliases.
  for_clause_tables() {},
};
