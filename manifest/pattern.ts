/**
 * Table names with `*`: matching and inclusion, in time linear in the name for each star, whatever a
 * stranger's manifest holds.
 */

/** A table as the manifest names it. `schema` is null where it named none; `*` matches any run of characters. */
export interface TableName {
  schema: string | null;
  table: string;
}

/** `orders` or `sales.orders`, as the manifest writes it. */
export function tableText({ schema, table }: TableName): string {
  return schema === null ? table : `${schema}.${table}`;
}

/** Splits `table` or `schema.table`. */
export function parseTableName(text: string): TableName {
  const dot = text.indexOf(".");
  return dot === -1
    ? { schema: null, table: text }
    : { schema: text.slice(0, dot), table: text.slice(dot + 1) };
}

/** Whether a name of the manifest stands for several. */
export function hasStar({ schema, table }: TableName): boolean {
  return table.includes("*") || (schema?.includes("*") ?? false);
}

/** Whether a pattern in which `*` stands for any run of characters covers the whole of `text`. */
export function matchName(pattern: string, text: string): boolean {
  let [p, t, star, resume] = [0, 0, -1, 0];
  while (t < text.length) {
    if (pattern[p] === "*") [star, resume, p] = [p, t, p + 1];
    else if (p < pattern.length && pattern[p] === text[t]) [p, t] = [p + 1, t + 1];
    else if (star !== -1) [p, t, resume] = [star + 1, resume + 1, resume + 1];
    else return false;
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}

/**
 * Whether the pattern names the table.
 *
 * @param schema the schema in which the table stands
 * @param schemas the schemas in which the pattern stands where it names none
 */
export function matchTable(
  pattern: TableName,
  schema: string,
  table: string,
  schemas: readonly string[],
): boolean {
  const inSchema = pattern.schema === null ? schemas.includes(schema) : matchName(pattern.schema, schema);
  return inSchema && matchName(pattern.table, table);
}

/**
 * Whether everything that `inner` names, `outer` names, too; a star in `inner` is a letter that only a
 * star in `outer` covers. Both stand in `schemas` where they name no schema.
 */
export function includesPattern(outer: TableName, inner: TableName, schemas: readonly string[]): boolean {
  if (inner.schema === null && outer.schema === null) return matchName(outer.table, inner.table);
  const stands = inner.schema === null ? schemas : [inner.schema];
  return stands.some((schema) => matchTable(outer, schema, inner.table, schemas));
}
