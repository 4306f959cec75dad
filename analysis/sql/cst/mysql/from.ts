/** What FROM joins: tables, sub-selects and brackets of both. */
import { type Cursor, STRING } from "./cursor.ts";
import { readBrackets, readColumns, readExpression } from "./expression.ts";

/** MariaDB's tables of numbers, which no schema holds: seq_1_to_10, seq_1_to_10_step_2. */
const NUMBERS = /^seq_\d+_to_\d+(?:_step_\d+)?$/i;

/** What FROM joins. */
export function readTables(c: Cursor): void {
  readFactor(c);
  readJoins(c);
}

function readJoins(c: Cursor): void {
  for (;;) {
    if (c.accept(",")) readFactor(c);
    else if (!readJoin(c)) return;
  }
}

function readJoin(c: Cursor): boolean {
  const start = c.index;
  c.accept("natural");
  if (!c.accept("inner") && !c.accept("cross")) {
    if (c.accept("left") || c.accept("right") || c.accept("full")) c.accept("outer");
  }
  if (!c.accept("join") && !(c.index === start && c.accept("straight_join"))) {
    if (c.index > start) c.refuse();
    return false;
  }
  readFactor(c);
  readJoinCondition(c);
  return true;
}

/** A JOIN b JOIN c ON … ON …: conditions may come later, so none need come here. */
function readJoinCondition(c: Cursor): void {
  for (;;) {
    if (c.accept("on")) readExpression(c);
    else if (c.is("using", "(")) {
      c.index++;
      c.skipBrackets();
    } else return;
  }
}

function readFactor(c: Cursor): void {
  if (c.is("{")) {
    // ODBC's { OJ a LEFT OUTER JOIN b ON … }.
    c.index += 2;
    readTables(c);
    c.expect("}");
  } else if (c.accept("lateral")) {
    if (!readBrackets(c)) c.refuse();
    readAlias(c);
  } else if (c.is("json_table", "(")) {
    c.index++;
    readJsonTable(c);
    readAlias(c);
  } else if (c.is("(")) {
    readBracketFactor(c);
    readAlias(c);
  } else {
    const at = c.name();
    const name = c.previous();
    const index = c.found.length;
    if (!(c.flavour === "mariadb" && NUMBERS.test(name))) c.table(at, "select");
    const alias = readTableOptions(c);
    c.factors.push({ name: (alias ?? name).toLowerCase(), index: c.found.length > index ? index : null });
  }
}

/** PARTITION, system versions, alias and index hints behind a table's name. Returns the alias. */
export function readTableOptions(c: Cursor): string | null {
  if (c.is("partition", "(")) {
    c.index++;
    c.skipBrackets();
  }
  readVersions(c);
  const alias = readAlias(c);
  readVersions(c);
  while (/^(?:use|force|ignore)$/.test(c.word()) && /^(?:index|key)$/.test(c.word(1))) {
    c.index += 2;
    if (c.accept("for") && !c.accept("join") && !c.accept("order", "by")) c.expect("group", "by");
    c.skipBrackets();
  }
  return alias;
}

/** MariaDB: FOR SYSTEM_TIME AS OF, BETWEEN, FROM … TO, ALL. */
function readVersions(c: Cursor): void {
  if (!c.accept("for", "system_time")) return;
  if (c.accept("all")) return;
  if (c.accept("as", "of")) {
    c.accept("timestamp");
    c.accept("transaction");
    readExpression(c);
  } else if (c.accept("between")) readExpression(c);
  else {
    c.expect("from");
    readExpression(c);
    c.expect("to");
    readExpression(c);
  }
}

/** [AS] alias [(columns)] */
function readAlias(c: Cursor): string | null {
  let alias = "";
  if (c.accept("as")) {
    if (c.kind() === STRING) c.index++;
    else alias = c.identifier();
  } else if (c.isName() && !isClause(c)) alias = c.identifier();
  else return null;
  if (c.is("(")) readColumns(c);
  return alias;
}

/** Words that are names elsewhere and begin a clause behind a table. */
function isClause(c: Cursor): boolean {
  return c.is("dual") || c.is("qualify") || (c.is("window") && c.word(2) === "as") || c.is("minus", "select");
}

/** A bracket in FROM. True where it holds a query, to which a name is then given. */
function readBracketFactor(c: Cursor): boolean {
  c.expect("(");
  let query = false;
  c.deeper(() => {
    if (c.queries.begins(c) || c.is("values")) {
      c.queries.read(c);
      query = true;
    } else if (c.is("(")) {
      // ((SELECT 1) UNION SELECT 2) is a query, ((SELECT 1) x JOIN t) is none.
      query = readBracketFactor(c) && (c.queries.continues(c) || c.is(")"));
      if (query) return;
      readAlias(c);
      readJoins(c);
    } else readTables(c);
  });
  c.expect(")");
  return query;
}

/** JSON_TABLE(document, path COLUMNS (…)): only the document is an expression. */
function readJsonTable(c: Cursor): void {
  c.expect("(");
  readExpression(c);
  c.expect(",");
  readExpression(c);
  c.expect("columns");
  c.skipBrackets();
  c.expect(")");
}
