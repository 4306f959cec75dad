/** Columns, keys, options and partitions of a table: most of it names no table, and the words in it are known. */
import { type Cursor, STRING, WORD } from "./cursor.ts";
import { readBrackets, readColumns, readExpression } from "./expression.ts";

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}

/** First words of an element that is no column. */
const KEYS = words("constraint primary key index unique fulltext spatial foreign check period vector");

/** Words of types and of what may follow one. */
const ATTRIBUTES = words(
  `tinyint smallint mediumint int integer bigint int1 int2 int3 int4 int8 middleint bool boolean bit decimal dec
  numeric fixed number float float4 float8 double real precision date time datetime timestamp year char character
  varchar varchar2 varcharacter nchar nvarchar national varying binary varbinary raw blob tinyblob mediumblob
  longblob clob text tinytext mediumtext longtext long enum set json serial uuid inet4 inet6 geometry point
  linestring polygon multipoint multilinestring multipolygon geometrycollection geomcollection vector xmltype
  unsigned signed zerofill ascii unicode byte charset null not primary key unique index auto_increment invisible
  visible virtual stored persistent always generated as column_format fixed dynamic storage disk memory
  compressed engine_attribute secondary_engine_attribute row start end hidden first with without system versioning
  srid ref_system_id not_secondary enforced using btree hash rtree parser clustering ignored nulls distinct key_block_size
  overlaps`,
);

/** Words behind which any name or value stands. */
const BEFORE_VALUE = words(
  "algorithm lock collate set charset comment parser key_block_size engine_attribute secondary_engine_attribute srid ref_system_id after",
);

const BEHIND_OPTIONS = words("partition as select with values ignore replace table");

/** Words of options that take no value themselves: DEFAULT CHARSET, DATA DIRECTORY, START TRANSACTION. */
const WITHOUT_VALUE = words("default data index start transaction");

/** `(element, …)` of CREATE TABLE. Returns the columns' names. */
export function readElements(c: Cursor): string[] {
  const columns: string[] = [];
  c.expect("(");
  c.list(() => {
    const column = readElement(c);
    if (column !== null) columns.push(column);
  });
  c.expect(")");
  return columns;
}

/** A column, a key or a constraint. Returns the column's name. */
export function readElement(c: Cursor): string | null {
  if (c.isOne(KEYS) && !(c.is("period") && c.word(1) !== "for" && c.word(1) !== "if") && !isColumn(c)) {
    readKey(c);
    return null;
  }
  c.name();
  const name = c.previous();
  readAttributes(c);
  return name;
}

/** VECTOR and PERIOD are names, too, where a type follows. */
function isColumn(c: Cursor): boolean {
  return c.is("vector") && !/^(?:key|index|\()$/.test(c.word(1));
}

function readKey(c: Cursor): void {
  if (c.accept("constraint") && !/^(?:primary|unique|foreign|check)$/.test(c.word())) {
    c.accept("if", "not", "exists");
    c.identifier();
  }
  if (c.accept("period")) {
    c.accept("if", "not", "exists");
    c.expect("for");
    c.identifier();
    readColumns(c);
    return;
  }
  if (c.is("check")) {
    readAttributes(c);
    return;
  }
  const foreign = c.is("foreign");
  while (c.acceptOne(KEYS));
  c.accept("if", "not", "exists");
  if (c.isName() && !c.is("using")) c.index++;
  if (c.accept("using")) c.index++;
  readColumns(c);
  if (foreign && !c.is("references")) c.refuse();
  readAttributes(c);
}

/** A column's type and all that follows it, up to a word that is no attribute. */
export function readAttributes(c: Cursor): void {
  for (;;) {
    if (c.accept("references")) readReferences(c);
    else if (c.accept("default") || c.accept("on", "update")) readExpression(c);
    else if (c.accept("check")) readBrackets(c);
    else if (c.is("as", "(") || c.is("as", "row")) {
      c.index++;
      if (!c.accept("row")) readBrackets(c);
    } else if (c.acceptOne(BEFORE_VALUE)) {
      c.accept("=");
      if (c.is("(")) c.skipBrackets();
      else c.index++;
    } else if (c.accept("constraint")) c.identifier();
    else if (c.kind() === WORD && (c.isOne(ATTRIBUTES) || c.word(1) === "=")) {
      c.index++;
      // MariaDB's engines bring options of their own: name=value.
      if (c.accept("=")) c.index++;
      else if (c.is("(")) c.skipBrackets();
    } else return;
  }
}

/** A foreign key's target; REFERENCES has been read. */
function readReferences(c: Cursor): void {
  c.table(c.name(), "references");
  if (c.is("(")) readColumns(c);
  if (c.accept("match")) c.index++;
  while (c.accept("on", "delete") || c.accept("on", "update")) {
    if (c.accept("set")) c.index++;
    else if (!c.accept("no", "action") && !c.accept("cascade")) c.expect("restrict");
  }
}

/** `NAME [=] value` with or without commas, up to PARTITION, a query or the end. `table` is whose they are. */
export function readOptions(c: Cursor, table: string): void {
  for (;;) {
    if (c.accept("with", "system", "versioning") || c.accept("without", "system", "versioning")) continue;
    if (c.kind() !== WORD || c.isOne(BEHIND_OPTIONS)) return;
    const word = c.word();
    c.index++;
    if (WITHOUT_VALUE.has(word)) continue;
    if (word === "character" || word === "char") c.expect("set");
    c.accept("=");
    if (word === "union") readMerged(c, table);
    else if (word === "connection" && c.kind() === STRING) readConnection(c);
    else if (c.is("(")) c.skipBrackets();
    else if (!c.is(",") && !c.atEnd()) c.index++;
    c.accept(",");
  }
}

/** UNION=(a, b): the tables that a MERGE table is made of. */
function readMerged(c: Cursor, name: string): void {
  c.expect("(");
  c.within({ operation: "inherit", kind: "merge table", name }, () => {
    if (!c.is(")")) c.list(() => c.table(c.name(), "inherit"));
  });
  c.expect(")");
}

/** CONNECTION='…' of a FEDERATED table. */
function readConnection(c: Cursor): void {
  c.found.push({
    kind: "unknown",
    start: c.at(),
    end: c.tokens.ends[c.index] ?? c.at(),
    reason: "CONNECTION reaches another database",
    operation: "select",
    stored: c.stored,
  });
  c.index++;
}

/** PARTITION BY and its partitions: expressions over columns, names and bounds, never a table. */
export function readPartitions(c: Cursor): void {
  if (!c.accept("partition", "by")) return;
  while (!c.atEnd() && !/^(?:as|select|ignore|replace|with)$/.test(c.word())) {
    if (c.is("(")) c.skipBrackets();
    else if (c.is(",") || c.is(")")) c.refuse();
    else c.index++;
  }
}
