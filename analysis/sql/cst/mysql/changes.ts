/** What changes rows: INSERT, REPLACE, UPDATE, DELETE, LOAD DATA. */
import type { Operation } from "../../../model.ts";
import { type Cursor, PARAMETER, STRING } from "./cursor.ts";
import { readArguments, readColumns, readExpression, readOrder } from "./expression.ts";
import { readTableOptions, readTables } from "./from.ts";
import { beginsQueryInBrackets, readFileFormat, readItem, readQuery } from "./query.ts";
import { readIndexes } from "./upkeep.ts";

const MODIFIERS = new Set([
  "low_priority",
  "high_priority",
  "delayed",
  "quick",
  "ignore",
  "concurrent",
  "local",
]);

/** INSERT and REPLACE. */
export function readInsert(c: Cursor): void {
  c.index++;
  while (c.acceptOne(MODIFIERS));
  c.accept("into");
  c.table(c.name(), "insert");
  if (c.is("partition", "(")) {
    c.index++;
    c.skipBrackets();
  }
  if (c.is("(") && !beginsQueryInBrackets(c)) readColumns(c);
  if (c.accept("values") || c.accept("value")) {
    c.list(() => {
      c.accept("row");
      readArguments(c);
    });
  } else if (c.accept("set")) readAssignments(c);
  else if (c.is("(") || /^(?:select|with|table)$/.test(c.word())) readQuery(c);
  else c.refuse();
  if (c.accept("as")) {
    // MySQL's name for the new row.
    c.identifier();
    if (c.is("(")) readColumns(c);
  }
  if (c.accept("on", "duplicate", "key", "update")) readAssignments(c);
  readReturning(c);
}

/** UPDATE; a WITH before it has been read. */
export function readUpdate(c: Cursor): void {
  c.expect("update");
  while (c.acceptOne(MODIFIERS));
  c.factors = [];
  readTables(c);
  readPortion(c);
  c.expect("set");
  markTargets(c, readAssignments(c), "update");
  readRest(c);
}

/** DELETE; a WITH before it has been read. */
export function readDelete(c: Cursor): void {
  c.expect("delete");
  while (c.acceptOne(MODIFIERS));
  c.factors = [];
  let targets: string[] = [];
  if (c.accept("history", "from")) {
    readHistory(c);
    return;
  }
  if (c.accept("from")) {
    const start = c.index;
    targets = readTargets(c);
    if (c.accept("using")) readTables(c);
    else {
      c.index = start;
      c.table(c.name(), "delete");
      readTableOptions(c);
      readPortion(c);
      readRest(c);
      return;
    }
  } else {
    targets = readTargets(c);
    c.expect("from");
    readTables(c);
  }
  markTargets(c, targets, "delete");
  readRest(c);
}

/** MariaDB: old versions of rows. */
function readHistory(c: Cursor): void {
  c.table(c.name(), "delete");
  if (c.accept("partition")) c.skipBrackets();
  if (!c.accept("before", "system_time")) return;
  if (!c.accept("timestamp") || c.is("'")) c.accept("transaction");
  readExpression(c);
}

/** Names or aliases, each perhaps with `.*` behind it. */
function readTargets(c: Cursor): string[] {
  const targets: string[] = [];
  c.list(() => {
    c.name();
    targets.push(c.previous().toLowerCase());
    c.accept(".", "*");
  });
  return targets;
}

/**
 * Gives the joined tables that a statement changes its operation; the others are read. A column without
 * a table may be any table's, so that all of them count as changed: only the schema could tell.
 *
 * @param targets names or aliases; the empty string for a column without one
 */
function markTargets(c: Cursor, targets: readonly string[], operation: Operation): void {
  for (const { name, index } of c.factors) {
    const item = index === null ? undefined : c.found[index];
    if (item?.kind !== "table") continue;
    if (targets.includes(name) || targets.includes("")) item.operation = operation;
  }
}

/** `column = value` with commas. Returns the table of each column, as written, or the empty string. */
function readAssignments(c: Cursor): string[] {
  const tables: string[] = [];
  c.list(() => {
    const from = c.index;
    if (c.kind() === PARAMETER) c.index++;
    else c.name();
    const parts = (c.index - from + 1) / 2;
    if (!c.accept("=")) c.expect(":=");
    const { tokens } = c;
    const qualifier = from + 2 * (parts - 2);
    tables.push(
      parts < 2
        ? ""
        : tokens.text
            .slice(tokens.starts[qualifier], tokens.ends[qualifier])
            .replaceAll("`", "")
            .toLowerCase(),
    );
    readExpression(c);
  });
  return tables;
}

function readRest(c: Cursor): void {
  if (c.accept("where")) readExpression(c);
  if (c.accept("order", "by")) readOrder(c);
  if (c.accept("limit")) {
    readExpression(c);
    if (c.accept(",") || c.accept("offset")) readExpression(c);
    if (c.accept("rows", "examined")) readExpression(c);
  }
  readReturning(c);
}

function readReturning(c: Cursor): void {
  if (c.accept("returning")) c.list(() => readItem(c));
}

/** MariaDB: FOR PORTION OF period FROM … TO … */
function readPortion(c: Cursor): void {
  if (!c.accept("for", "portion", "of")) return;
  c.identifier();
  c.expect("from");
  readExpression(c);
  c.expect("to");
  readExpression(c);
}

/** LOAD DATA and LOAD XML. */
export function readLoad(c: Cursor): void {
  c.expect("load");
  if (c.accept("index", "into", "cache")) {
    c.list(() => readIndexes(c));
    return;
  }
  if (!c.accept("data")) c.expect("xml");
  while (c.acceptOne(MODIFIERS));
  c.expect("infile");
  if (c.kind() !== STRING && c.kind() !== PARAMETER) c.refuse();
  c.index++;
  if (!c.accept("replace")) c.accept("ignore");
  c.expect("into", "table");
  c.table(c.name(), "copy-from");
  if (c.accept("partition")) c.skipBrackets();
  readFileFormat(c);
  if (c.accept("rows", "identified", "by")) c.index++;
  if (c.accept("ignore")) {
    readExpression(c);
    if (!c.accept("lines")) c.expect("rows");
  }
  if (c.is("(")) readColumns(c);
  if (c.accept("set")) readAssignments(c);
}
