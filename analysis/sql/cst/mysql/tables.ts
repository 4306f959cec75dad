/** CREATE, ALTER, DROP and RENAME of tables and indexes. */
import { creates } from "../found.ts";
import type { Cursor } from "./cursor.ts";
import { readAttributes, readElement, readElements, readOptions, readPartitions } from "./definitions.ts";
import { readColumns } from "./expression.ts";
import { beginsQueryInBrackets, readQuery } from "./query.ts";

/** Reads IF EXISTS, where it stands there. */
export function ifExists(c: Cursor): boolean {
  return c.accept("if", "exists");
}

/** Reads IF NOT EXISTS, where it stands there. */
export function ifNotExists(c: Cursor): boolean {
  return c.accept("if", "not", "exists");
}

/** CREATE [OR REPLACE] [TEMPORARY] TABLE; the words up to TABLE have been read. */
export function readCreateTable(c: Cursor, temporary: boolean, replace: boolean): void {
  const exists = ifNotExists(c) || replace;
  const at = c.name();
  const name = c.previous();
  let columns: string[] = [];
  const create = c.found.length;
  if (!temporary) c.table(at, "create-table");
  if (c.accept("like")) c.table(c.name(), "select");
  else if (c.accept("(", "like")) {
    c.table(c.name(), "select");
    c.expect(")");
  } else {
    if (c.is("(") && !beginsQueryInBrackets(c)) columns = readElements(c);
    readOptions(c, name);
    readPartitions(c);
    if (!c.accept("ignore")) c.accept("replace");
    const as = c.accept("as");
    if (c.is("(") || /^(?:select|with|values|table)$/.test(c.word())) readQuery(c);
    else if (as) c.refuse();
  }
  // A temporary table of the same name does not exist yet for its own query: the change comes last.
  const change = creates("table", { temporary, ifNotExists: exists, columns });
  if (temporary) c.change(at, change);
  else c.found.splice(create + 1, 0, { kind: "change", at, change, stored: c.stored });
}

/** DROP [TEMPORARY] TABLE | VIEW | SEQUENCE; the words up to that one have been read. */
export function readDropTables(c: Cursor, object: "table" | "view", temporary: boolean): void {
  const exists = ifExists(c);
  c.list(() => {
    const at = c.name();
    if (temporary) c.found.push({ kind: "forget", at });
    else {
      c.table(at, "drop-table");
      c.change(at, { kind: "drop", object, ifExists: exists });
    }
  });
  if (!c.accept("restrict")) c.accept("cascade");
  readWait(c);
}

/** RENAME TABLE a TO b, c TO d; the words up to TABLE have been read. */
export function readRenameTables(c: Cursor): void {
  ifExists(c);
  c.list(() => {
    const at = c.name();
    c.table(at, "alter-table");
    readWait(c);
    c.expect("to");
    c.found.push({ kind: "rename", at, to: c.name(), stored: c.stored });
  });
}

/** MariaDB: WAIT n and NOWAIT. */
export function readWait(c: Cursor): void {
  if (c.accept("wait")) c.index++;
  else c.accept("nowait");
}

/** CREATE INDEX; the words up to INDEX have been read. */
export function readCreateIndex(c: Cursor): void {
  ifNotExists(c);
  const makes = c.name();
  if (c.accept("using")) c.index++;
  c.expect("on");
  c.table(c.name(), "create-index");
  const made = c.found.at(-1);
  if (made?.kind === "table") made.makes = makes;
  readWait(c);
  readColumns(c);
  readAttributes(c);
}

/** DROP INDEX; the words up to INDEX have been read. */
export function readDropIndex(c: Cursor): void {
  ifExists(c);
  c.name();
  c.expect("on");
  c.table(c.name(), "alter-table");
  readAttributes(c);
}

/** ALTER TABLE; the words up to TABLE have been read. */
export function readAlterTable(c: Cursor): void {
  ifExists(c);
  const at = c.name();
  const name = c.previous();
  c.table(at, "alter-table");
  readWait(c);
  if (c.atEnd()) return;
  c.list(() => readAction(c, at, name));
}

function readAction(c: Cursor, at: number, name: string): void {
  if (c.is("partition", "by")) readPartitions(c);
  else if (c.accept("exchange", "partition")) {
    c.index++;
    c.expect("with", "table");
    readPartner(c, name);
    readUpkeep(c);
  } else if (c.accept("convert", "table")) {
    readPartner(c, name);
    readUpkeep(c);
  } else if (c.accept("convert", "partition")) {
    c.index++;
    c.expect("to", "table");
    const other = c.name();
    c.table(other, "create-table");
    c.change(other, creates("table"));
  } else if (c.word(1) === "partition") {
    // Partitions are listed with commas; no other action may stand beside.
    while (!c.atEnd()) if (!readUpkeep(c)) c.index++;
  } else if (c.accept("add")) readAdd(c, at);
  else if (c.is("modify") || c.is("change")) readChange(c, at);
  else if (c.accept("drop")) readDrop(c, at);
  else if (c.accept("rename")) readRename(c, at);
  else if (c.accept("order", "by")) c.list(() => void readUpkeep(c));
  else if (c.is("union") || c.is("connection")) readOptions(c, name);
  else if (c.isOne(UPKEEP) || c.word(1) === "=") readUpkeep(c);
  else c.refuse();
}

/** Actions and options that name columns, files and values at most. */
const UPKEEP = new Set(
  `alter convert disable enable discard import force algorithm lock truncate coalesce analyze check optimize
  rebuild repair remove with without engine auto_increment default character charset collate comment row_format
  checksum max_rows min_rows avg_row_length pack_keys delay_key_write insert_method key_block_size tablespace
  stats_persistent stats_auto_recalc stats_sample_pages compression encryption data index type secondary_load
  secondary_unload storage autoextend_size upgrade`.split(/\s+/),
);

/** Steps to the next comma. False where it stands on one already. */
function readUpkeep(c: Cursor): boolean {
  let moved = false;
  for (; !c.atEnd() && !c.is(","); moved = true) {
    if (c.is("(")) c.skipBrackets();
    else if (c.is(")")) c.refuse();
    else c.index++;
  }
  return moved;
}

function readChange(c: Cursor, at: number): void {
  const renames = c.word() === "change";
  c.index++;
  c.accept("column");
  ifExists(c);
  const column = c.identifier();
  const to = renames ? c.identifier() : column;
  if (column !== to) c.change(at, { kind: "rename-column", column, to });
  readAttributes(c);
  readPosition(c);
}

/** A table that becomes a partition, or changes places with one. */
function readPartner(c: Cursor, name: string): void {
  c.within({ operation: "partition", kind: "partition", name }, () => c.table(c.name(), "partition"));
}

function readAdd(c: Cursor, at: number): void {
  if (c.accept("system", "versioning")) return;
  c.accept("column");
  ifNotExists(c);
  const one = () => {
    const added = readElement(c);
    if (added !== null) c.change(at, { kind: "add-column", column: added });
    readPosition(c);
  };
  if (c.accept("(")) {
    c.list(one);
    c.expect(")");
  } else one();
}

/** FIRST, or AFTER column. */
function readPosition(c: Cursor): void {
  if (!c.accept("first") && c.accept("after")) c.identifier();
}

const NO_COLUMNS =
  /^(?:index|key|primary|foreign|constraint|check|partition|period|system|unique|fulltext|spatial)$/;

function readDrop(c: Cursor, at: number): void {
  const column = c.accept("column");
  if (!column && NO_COLUMNS.test(c.word())) {
    readUpkeep(c);
    return;
  }
  ifExists(c);
  c.change(at, { kind: "drop-column", column: c.identifier() });
  if (!c.accept("restrict")) c.accept("cascade");
}

function readRename(c: Cursor, at: number): void {
  if (c.accept("column")) {
    ifExists(c);
    const column = c.identifier();
    c.expect("to");
    c.change(at, { kind: "rename-column", column, to: c.identifier() });
  } else if (c.is("index") || c.is("key")) readUpkeep(c);
  else {
    if (!c.accept("to") && !c.accept("as")) c.accept("=");
    c.found.push({ kind: "rename", at, to: c.name(), stored: c.stored });
  }
}
