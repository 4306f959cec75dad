/** Queries: SELECT, VALUES, TABLE, their unions, and what FROM joins. */
import { opened } from "../../scope.ts";
import { type Cursor, STRING } from "./cursor.ts";
import { readArguments, readColumns, readExpression, readOrder, readWindow } from "./expression.ts";
import { readTables } from "./from.ts";

const OPTIONS = new Set(
  "all distinct distinctrow high_priority straight_join sql_small_result sql_big_result sql_buffer_result sql_cache sql_no_cache sql_calc_found_rows".split(
    " ",
  ),
);
const SETS = new Set(["union", "except", "intersect", "minus"]);

/** Whether a query begins here. VALUES is not asked for: inside expressions it is a function. */
export function beginsQuery(c: Cursor): boolean {
  const word = c.word();
  return word === "select" || word === "with" || (word === "table" && c.isName(1));
}

/** Whether a query begins behind any number of brackets. */
export function beginsQueryInBrackets(c: Cursor): boolean {
  let ahead = 0;
  while (c.word(ahead) === "(") ahead++;
  const word = c.word(ahead);
  return (
    word === "select" || word === "with" || word === "values" || (word === "table" && c.isName(ahead + 1))
  );
}

/** Reads a query with all that may follow it. */
export function readQuery(c: Cursor): void {
  const { scope, factors } = c;
  c.factors = [];
  readWith(c);
  readTerm(c);
  continueQuery(c);
  c.scope = scope;
  c.factors = factors;
}

/** WITH and its list, whose names are in force until the caller restores the scope. */
export function readWith(c: Cursor): void {
  if (!c.accept("with")) return;
  const recursive = c.accept("recursive");
  const scope = opened(c.scope);
  // RECURSIVE makes every name of the list known in all of it, later ones included.
  if (recursive) addNames(c, scope.names);
  c.scope = scope;
  c.list(() => {
    const name = c.identifier().toLowerCase();
    if (c.is("(")) readColumns(c);
    c.expect("as");
    c.expect("(");
    c.deeper(() => readQuery(c));
    c.expect(")");
    // MariaDB: CYCLE columns RESTRICT.
    if (c.accept("cycle")) {
      c.list(() => c.name());
      c.expect("restrict");
    }
    scope.names.add(name);
  });
}

/** Adds the names of a WITH list that begins here. The list itself is not stepped over. */
function addNames(c: Cursor, names: Set<string>): void {
  const start = c.index;
  c.list(() => {
    names.add(c.identifier().toLowerCase());
    if (c.is("(")) c.skipBrackets();
    c.expect("as");
    c.skipBrackets();
    if (!c.accept("cycle")) return;
    while (!c.atEnd() && !c.accept("restrict")) c.index++;
  });
  c.index = start;
}

/** UNION, ORDER BY, LIMIT, INTO and locks behind a query's first part. False where none of them stands. */
export function continueQuery(c: Cursor): boolean {
  const start = c.index;
  while (c.acceptOne(SETS)) {
    if (!c.accept("all")) c.accept("distinct");
    readTerm(c);
  }
  readTail(c);
  return c.index > start;
}

function readTerm(c: Cursor): void {
  if (c.is("(")) {
    c.index++;
    c.deeper(() => readQuery(c));
    c.expect(")");
  } else if (c.accept("values")) {
    c.list(() => {
      c.accept("row");
      readArguments(c);
    });
  } else if (c.accept("table")) {
    c.table(c.name(), "select");
  } else readSelect(c);
}

function readSelect(c: Cursor): void {
  c.expect("select");
  while (c.acceptOne(OPTIONS));
  c.list(() => readItem(c));
  readInto(c);
  if (c.accept("from")) {
    if (!c.accept("dual")) readTables(c);
  }
  if (c.accept("where")) readExpression(c);
  if (c.accept("group", "by")) {
    readOrder(c);
    c.accept("with", "rollup");
  }
  if (c.accept("having")) readExpression(c);
  if (c.accept("qualify")) readExpression(c);
  if (c.is("window") && c.word(2) === "as") {
    c.index++;
    c.list(() => {
      c.identifier();
      c.expect("as");
      readWindow(c);
    });
  }
  readTail(c);
}

/** A column of a select list, of RETURNING or of DO. */
export function readItem(c: Cursor): void {
  readExpression(c);
  if (c.word(-1) === "*") return;
  if (c.accept("as")) {
    // Behind AS even reserved words are names.
    if (c.kind() === STRING || c.isName() || /^\w+$/.test(c.word())) c.index++;
    else c.refuse();
  } else if (
    c.kind() === STRING ||
    (c.isName() && !c.is("qualify") && !(c.is("window") && c.word(2) === "as"))
  )
    c.index++;
}

function readTail(c: Cursor): void {
  for (;;) {
    if (c.accept("order", "by")) {
      readOrder(c);
      c.accept("with", "rollup");
    } else if (c.accept("limit")) {
      if (!c.is("rows")) readExpression(c);
      if (c.accept(",") || c.accept("offset")) readExpression(c);
      if (c.accept("rows", "examined")) readExpression(c);
    } else if (c.accept("offset")) {
      readExpression(c);
      if (!c.accept("rows")) c.accept("row");
    } else if (c.accept("fetch")) {
      while (!c.accept("only") && !c.accept("with", "ties")) {
        if (c.atEnd()) c.refuse();
        c.index++;
      }
    } else if (c.accept("procedure")) {
      c.identifier();
      readArguments(c);
    } else if (c.accept("for", "update") || c.accept("for", "share")) readLock(c);
    else if (c.accept("lock", "in", "share", "mode")) readLock(c);
    else if (!readInto(c)) return;
  }
}

/** FOR UPDATE OF names an alias. */
function readLock(c: Cursor): void {
  if (c.accept("of")) c.list(() => c.name());
  if (c.accept("wait")) c.index++;
  else if (!c.accept("nowait")) c.accept("skip", "locked");
}

/** INTO @variable, local_variable, OUTFILE or DUMPFILE. False where it does not stand here. */
function readInto(c: Cursor): boolean {
  if (!c.accept("into")) return false;
  if (c.accept("outfile") || c.accept("dumpfile")) {
    c.index++;
    readFileFormat(c);
  } else {
    c.list(() => {
      if (c.is("?")) c.index++;
      else c.name();
    });
  }
  return true;
}

/** CHARACTER SET, FIELDS and LINES of a file that rows are written to or read from. */
export function readFileFormat(c: Cursor): void {
  if (c.accept("character", "set") || c.accept("charset")) c.index++;
  for (const part of [
    ["fields", "columns"],
    ["lines", "lines"],
  ] as const) {
    if (!c.accept(part[0]) && !c.accept(part[1])) continue;
    while (c.accept("optionally") || /^(?:terminated|enclosed|escaped|starting)$/.test(c.word())) {
      if (c.is("enclosed") && c.word(1) !== "by") c.refuse();
      c.index++;
      c.expect("by");
      c.index++;
    }
  }
}
