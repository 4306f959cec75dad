/** The upkeep of tables, and what holds them: TRUNCATE, ANALYZE and its kin, LOCK, HANDLER. */
import type { Operation } from "../../../model.ts";
import { skipRest } from "./administration.ts";
import type { Cursor } from "./cursor.ts";
import { readArguments, readExpression } from "./expression.ts";
import { readWait } from "./tables.ts";

/** TRUNCATE [TABLE]. */
export function readTruncate(c: Cursor): void {
  c.expect("truncate");
  c.accept("table");
  c.table(c.name(), "truncate");
  readWait(c);
}

/** ANALYZE, OPTIMIZE, REPAIR, CHECK and CHECKSUM of tables. */
export function readUpkeep(c: Cursor, operation: Operation): void {
  c.index++;
  if (!c.accept("no_write_to_binlog")) c.accept("local");
  if (!c.accept("view") && !c.accept("table")) c.expect("tables");
  c.list(() => c.table(c.name(), operation));
  skipRest(c);
}

/** LOCK TABLES, and LOCK INSTANCE. */
export function readLock(c: Cursor): void {
  c.expect("lock");
  if (c.accept("instance")) {
    c.act("LOCK INSTANCE");
    skipRest(c);
    return;
  }
  if (!c.accept("tables")) c.expect("table");
  c.act("LOCK TABLES");
  c.list(() => {
    c.table(c.name(), "lock");
    c.accept("as");
    if (c.isName() && !c.is("low_priority")) c.index++;
    c.accept("low_priority");
    if (c.accept("read")) c.accept("local");
    else {
      c.expect("write");
      c.accept("concurrent");
    }
  });
  readWait(c);
}

/** HANDLER table OPEN; later a handler is read by the name that it got here. */
export function readHandler(c: Cursor): void {
  c.expect("handler");
  const at = c.name();
  if (c.accept("open")) {
    c.table(at, "select");
    if (c.accept("as") || c.isName()) c.index++;
    return;
  }
  if (!c.accept("close")) c.expect("read");
  while (!c.atEnd() && !c.is("where") && !c.is("limit")) {
    if (c.is("(")) readArguments(c);
    else c.index++;
  }
  if (c.accept("where")) readExpression(c);
  skipRest(c);
}

/** CACHE INDEX table [(indexes)], … IN cache */
export function readCacheIndex(c: Cursor): void {
  c.expect("cache", "index");
  c.list(() => readIndexes(c));
  c.expect("in");
  skipRest(c);
}

/** A table and some of its indexes, by the words of CACHE INDEX and LOAD INDEX. */
export function readIndexes(c: Cursor): void {
  c.table(c.name(), "alter-table");
  while (!c.atEnd() && !c.is(",") && !c.is("in")) {
    if (c.is("(")) c.skipBrackets();
    else c.index++;
  }
}
