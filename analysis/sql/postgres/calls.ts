/** Tables named inside expressions: `'t'::regclass`, `null::t`, and dblink's road to another database. */

import type { A_Const, FuncCall, Node, TypeCast } from "libpg-query";
import { tokenize } from "../lexer.ts";
import { nameAt, storedName } from "../names.ts";
import type { Scope } from "../scope.ts";
import { last, nested } from "../text.ts";
import { decode } from "./literal.ts";
import { type Handlers, type Reading, readInside, referName, strings, walkAll } from "./reading.ts";
import { referRowType } from "./row-types.ts";

/** Functions whose first argument is a sequence, though it is cast like a table's name. */
const OF_SEQUENCES = new Set([
  "nextval",
  "currval",
  "setval",
  "pg_get_serial_sequence",
  "pg_sequence_last_value",
]);

/** Functions that take a table's name as a text, with the place of that argument, counted from the end where it is negative. */
const OF_TABLES = new Map([
  ["to_regclass", 0],
  ["pg_relation_size", 0],
  ["pg_table_size", 0],
  ["pg_indexes_size", 0],
  ["pg_total_relation_size", 0],
  ["pg_relation_filepath", 0],
  ["has_table_privilege", -2],
  ["has_any_column_privilege", -2],
  ["has_column_privilege", -3],
  ["table_to_xml", 0],
  ["table_to_xmlschema", 0],
  ["table_to_xml_and_xmlschema", 0],
  ["pg_prewarm", 0],
  ["pgstattuple", 0],
  ["create_hypertable", 0],
]);

/** Functions that run a text as a query, with the places of such arguments. */
const OF_QUERIES = new Map([
  ["query_to_xml", [0]],
  ["query_to_xmlschema", [0]],
  ["query_to_xml_and_xmlschema", [0]],
  ["ts_stat", [0]],
  ["ts_rewrite", [1]],
  ["crosstab", [0, 1]],
  ["crosstab2", [0]],
  ["crosstab3", [0]],
  ["crosstab4", [0]],
]);

const DBLINK_WRITES = new Set(["dblink_exec", "dblink_send_query"]);
const DBLINK_READS = new Set(["dblink", "dblink_open", "dblink_connect", "dblink_connect_u"]);

function readCall(reading: Reading, call: FuncCall, scope: Scope): void {
  const name = strings(call.funcname).at(-1) ?? "";
  const args = OF_SEQUENCES.has(name) ? call.args?.filter((arg) => !isRegclass(arg)) : call.args;
  if (DBLINK_READS.has(name) || DBLINK_WRITES.has(name)) {
    const { tokens, source, stored } = reading;
    const place = nameAt(tokens, last(tokens.starts, reading.at(call.location)));
    reading.references.push({
      schema: null,
      table: null,
      reason: `${name} reaches another database`,
      operation: stored?.operation ?? (DBLINK_WRITES.has(name) ? "update" : "select"),
      access: DBLINK_WRITES.has(name) ? "write" : "read",
      at: source.span(place.start, place.end),
      dependency: stored ? { kind: stored.kind, name: stored.name } : null,
    });
  }
  if (name === "set_config") setConfig(reading, call);
  const place = OF_TABLES.get(name);
  const text = place === undefined ? undefined : call.args?.at(place);
  if (text && "A_Const" in text && text.A_Const.sval) readRegclass(reading, text.A_Const);
  for (const index of OF_QUERIES.get(name) ?? []) readQueryText(reading, name, call, index);
  walkAll(reading, [args, call.agg_filter, call.agg_order, call.over], scope);
}

/** `set_config('search_path', …)` is SET search_path in a query's clothes: pg_dump writes it so. */
function setConfig(reading: Reading, { args }: FuncCall): void {
  const [variable, value] = (args ?? []).map((node) => ("A_Const" in node ? node.A_Const : undefined));
  if (variable?.sval?.sval?.toLowerCase() !== "search_path" || !value?.sval) return;
  const path = (value.sval.sval ?? "")
    .split(",")
    .map((entry) => storedName(entry.trim()))
    .filter((entry) => entry !== "");
  const { tokens, source } = reading;
  const token = last(tokens.starts, reading.at(value.location));
  const at = source.span(tokens.starts[token] ?? 0, tokens.ends[token] ?? 0);
  reading.changes.push({ kind: "search-path", schema: null, name: path[0] ?? "", at, path });
}

/** `crosstab('select …')`: a constant text is read where it stands, any other is said not to be known. */
function readQueryText(reading: Reading, name: string, call: FuncCall, index: number): void {
  const { tokens, source, stored } = reading;
  const node = call.args?.[index];
  // Numbers of columns stand in the second place, too; ts_rewrite has a form with three terms.
  if (!node || (name === "ts_rewrite" && call.args?.length !== 2)) return;
  const constant = "A_Const" in node ? node.A_Const : undefined;
  if (constant && !constant.sval) return;
  const literal = constant && decode(tokens, last(tokens.starts, reading.at(constant.location)));
  if (literal) {
    readInside(reading, nested(source, literal.text, literal.runs));
    return;
  }
  const place = nameAt(tokens, last(tokens.starts, reading.at(call.location)));
  reading.references.push({
    schema: null,
    table: null,
    reason: `${name} runs a text that is put together when it runs`,
    operation: stored?.operation ?? "select",
    access: "read",
    at: source.span(place.start, place.end),
    dependency: stored ? { kind: stored.kind, name: stored.name } : null,
  });
}

function isRegclass(node: Node): boolean {
  return "TypeCast" in node && strings(node.TypeCast.typeName?.names).at(-1) === "regclass";
}

function readCast(reading: Reading, cast: TypeCast, scope: Scope): void {
  const constant = cast.arg && "A_Const" in cast.arg ? cast.arg.A_Const : undefined;
  if (constant?.sval && strings(cast.typeName?.names).at(-1) === "regclass") readRegclass(reading, constant);
  else walkAll(reading, [cast.arg], scope);
  // A text that is cast is an enumeration's value far oftener than a row.
  if (constant?.isnull || (cast.arg && "RowExpr" in cast.arg)) referRowType(reading, cast.typeName, "select");
}

function readRegclass(reading: Reading, constant: A_Const): void {
  const literal = decode(reading.tokens, last(reading.tokens.starts, reading.at(constant.location)));
  if (!literal) return;
  const inner = nested(reading.source, literal.text, literal.runs);
  const tokens = tokenize(inner.text);
  const name = nameAt(tokens, 0);
  // A number is an object's id.
  if (tokens.kinds.length === 0 || /^\d/.test(inner.text)) return;
  const parts = name.parts.map(({ start, end }) => storedName(inner.text.slice(start, end)));
  const place = { ...reading, source: inner, tokens };
  const before = reading.references.length;
  referName(place, name, parts.at(-2) ?? null, parts.at(-1)!, "select");
  const reference = reading.references[before];
  // An index or a sequence may bear the name as well as a table.
  if (reference) reference.perhaps = true;
}

export const callHandlers: Handlers = { FuncCall: readCall, TypeCast: readCast };
