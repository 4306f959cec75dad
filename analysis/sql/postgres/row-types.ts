/** A table's name where a type stands: each table is a type, that of its rows. */
import type { TypeName } from "libpg-query";
import type { Operation } from "../../model.ts";
import { isToken } from "../lexer.ts";
import { type Name, nameAt, withoutLast } from "../names.ts";
import { last } from "../text.ts";
import { type Reading, referName, strings } from "./reading.ts";

/**
 * The table that a type names, if it is one: of `t.column%TYPE` the table, of any other name one that
 * counts where somebody owns a table of that name and the service makes no type of it.
 */
export function referRowType(reading: Reading, type: TypeName | undefined, operation: Operation): void {
  if (!type?.names) return;
  const parts = strings(type.names);
  const { tokens } = reading;
  const at = last(tokens.starts, reading.at(type.location));
  if (type.pct_type) {
    const name = withoutLast(nameAt(tokens, at), 1);
    if (parts.length > 1) referName(reading, name, parts.at(-3) ?? null, parts.at(-2)!, operation);
    return;
  }
  // SETOF stands before the name, and the position may be its.
  const name = nameAt(tokens, isToken(tokens, at, "setof") ? at + 1 : at);
  referRow(reading, name, parts.at(-2) ?? null, parts.at(-1) ?? "", operation);
}

/** As {@link referRowType}, for a type that is named by these tokens. */
export function referRow(
  reading: Reading,
  name: Name,
  schema: string | null,
  table: string,
  operation: Operation,
): void {
  if (schema === "pg_catalog" || reading.session.types.has(table)) return;
  if (table === "" || (schema === null && BUILT_IN.test(table))) return;
  const before = reading.references.length;
  referName(reading, name, schema, table, operation);
  const reference = reading.references[before];
  if (!reference) return;
  reference.perhaps = true;
  // Of a name that is not known nothing is said: most types are no tables.
  if (reference.table === null) reading.references.length = before;
  else reference.rowType = true;
}

const BUILT_IN =
  /^(?:any.*|_.*|text|uuid|jsonb?|jsonpath|xml|bytea|date|record|void|trigger|event_trigger|name|oid|reg.*|money|inet|cidr|macaddr8?|citext|hstore|[lm]?tsvector|tsquery|point|line|lseg|box|path|polygon|circle|geometry|geography|ltree|lquery|vector|halfvec|refcursor|pg_lsn|txid_snapshot|.*range|int[248]?|integer|bigint|smallint|numeric|decimal|dec|real|double|float[48]?|bool|boolean|bit|varbit|time|timetz|timestamp|timestamptz|interval|n?char|character|national|varchar|bpchar|serial[248]?|bigserial|smallserial|cstring|internal|cursor|alias|setof)$/;
