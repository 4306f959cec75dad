/**
 * Expressions: operands and operators in turn, without precedence, since only the sub-selects in
 * them name tables. Chains are loops; brackets, calls and CASE recurse, to a bound.
 */
import { type Cursor, QUOTED, STRING, WORD } from "./cursor.ts";
import { isReserved } from "./reserved.ts";

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}

const PREFIXES = words("not ! - + ~ binary prior");
/** Reserved words that are values by themselves. */
const VALUES = words(
  "null true false default maxvalue current_date current_time current_timestamp current_user current_role localtime localtimestamp utc_date utc_time utc_timestamp",
);
/** Reserved words that are functions where a bracket follows. */
const FUNCTIONS = words(
  "left right replace insert if mod char values repeat convert interval row_number over match",
);
const SIGNS = words("= <=> < > <= >= <> != + - * / % ^ | & << >> || && -> ->> := ==");
const OPERATORS = words("and or xor div mod like rlike regexp in between escape");
const NEGATED = words("like in between rlike regexp");
const QUANTIFIERS = words("any some all");
const TRUTHS = words("null true false unknown");
const UNIT =
  /^(?:(?:micro)?second|minute|hour|day|week|month|quarter|year|(?:second|minute|hour|day)_(?:microsecond|second|minute|hour)|year_month|sql_tsi_\w+)$/;
/** Words before an argument of calls with a grammar of their own: EXTRACT, SUBSTRING, TRIM, GROUP_CONCAT. */
const BEFORE_ARGUMENT = words("from for separator");
/** Words before a type, a character set, or what a JSON function does where it finds nothing. */
const BEFORE_TYPE = words("as returning using null error default path columns");
const SIDES = words("leading trailing both");

/** Reads an expression. */
export function readExpression(c: Cursor): void {
  do readOperand(c);
  while (readOperator(c));
}

/** Steps over an operator. False where none stands: the expression ends. */
function readOperator(c: Cursor): boolean {
  for (;;) {
    if (c.accept("collate")) c.index++;
    else if (c.accept("is")) {
      c.accept("not");
      if (c.accept("distinct", "from")) return true;
      if (c.accept("json")) readJsonKind(c);
      else if (!c.acceptOne(TRUTHS)) c.refuse();
    } else if (c.is("not") && NEGATED.has(c.word(1))) {
      c.index += 2;
      return true;
    } else if (c.acceptOne(SIGNS)) {
      c.acceptOne(QUANTIFIERS);
      return true;
    } else return c.accept("sounds", "like") || c.accept("member", "of") || c.acceptOne(OPERATORS) !== null;
  }
}

function readJsonKind(c: Cursor): void {
  c.acceptOne(words("value array object scalar"));
  if (c.accept("with", "unique") || c.accept("without", "unique")) c.accept("keys");
}

function readOperand(c: Cursor): void {
  while (c.acceptOne(PREFIXES));
  const word = c.word();
  switch (word) {
    case "0":
    case "?":
    case "*":
      c.index++;
      return;
    case "'":
      readStrings(c);
      return;
    case "(":
      readBrackets(c);
      return;
    case "{":
      // ODBC's escapes: {d '2024-01-01'}, {fn now()}.
      c.index += 2;
      readExpression(c);
      c.expect("}");
      return;
    case "case":
      readCase(c);
      return;
    case "exists":
      c.index++;
      readBrackets(c);
      return;
    case "interval":
      // With a bracket it may be the function INTERVAL(a, b), which no unit follows.
      c.index++;
      readExpression(c);
      if (UNIT.test(c.word())) c.index++;
      return;
    case "match":
      readMatch(c);
      return;
  }
  // MariaDB's NEXT VALUE FOR: sequences are no tables here, whatever the server keeps them in.
  if (c.accept("next", "value", "for") || c.accept("previous", "value", "for")) c.name();
  else readNamed(c);
}

/** Strings side by side are one. */
function readStrings(c: Cursor): void {
  while (c.kind() === STRING) c.index++;
}

/** A value word, a call, a column or a typed literal. */
function readNamed(c: Cursor): void {
  const word = c.word();
  const kind = c.kind();
  if (kind !== WORD && kind !== QUOTED) c.refuse();
  if (kind === WORD && c.kind(1) === STRING && /^(?:_\w+|date|time|timestamp)$/.test(word)) {
    c.index++;
    readStrings(c);
    return;
  }
  if (VALUES.has(word)) {
    c.index++;
    if (c.is("(")) readArguments(c);
    return;
  }
  if (kind === WORD && isReserved(word) && !(FUNCTIONS.has(word) && c.word(1) === "(")) c.refuse();
  c.index++;
  while (c.accept(".")) {
    if (c.accept("*")) return;
    if (c.kind() !== WORD && c.kind() !== QUOTED) c.refuse();
    c.index++;
  }
  if (word === "convert" && c.is("(")) readConvert(c);
  else if (c.is("(")) readCall(c);
}

/** A bracket in an expression. True where a query stands in it. */
export function readBrackets(c: Cursor): boolean {
  c.expect("(");
  let query = false;
  c.deeper(() => {
    if (c.is(")")) return;
    if (c.queries.begins(c)) {
      c.queries.read(c);
      query = true;
    } else {
      if (!c.is("(")) readExpression(c);
      else if (readBrackets(c) && (c.queries.continues(c) || c.is(")"))) {
        // ((SELECT …) UNION …) is a query, ((SELECT …) + 1, 2) is none.
        query = true;
        return;
      } else if (readOperator(c)) readExpression(c);
      while (c.accept(",")) readExpression(c);
    }
  });
  c.expect(")");
  return query;
}

function readCase(c: Cursor): void {
  c.expect("case");
  c.deeper(() => {
    if (!c.is("when")) readExpression(c);
    do {
      c.expect("when");
      readExpression(c);
      c.expect("then");
      readExpression(c);
    } while (c.is("when"));
    if (c.accept("else")) readExpression(c);
  });
  c.expect("end");
}

function readMatch(c: Cursor): void {
  c.expect("match");
  readArguments(c);
  if (!c.accept("against")) return;
  c.expect("(");
  readOperand(c);
  // IN BOOLEAN MODE, WITH QUERY EXPANSION and the like.
  while (c.kind() === WORD) c.index++;
  c.expect(")");
}

/** CONVERT(x, type), CONVERT(x USING charset) */
function readConvert(c: Cursor): void {
  c.expect("(");
  c.deeper(() => readExpression(c));
  skipTo(c, ")");
  c.expect(")");
}

function readCall(c: Cursor): void {
  readArguments(c);
  if (c.accept("within", "group")) readArguments(c);
  if (!c.accept("from", "first") && !c.accept("from", "last")) c.accept("respect", "nulls");
  c.accept("ignore", "nulls");
  if (!c.accept("over")) return;
  if (!c.is("(")) {
    c.identifier();
    return;
  }
  readWindow(c);
}

/** A window in its brackets: a name, PARTITION BY, ORDER BY and a frame. */
export function readWindow(c: Cursor): void {
  c.expect("(");
  if (c.isName() && !/^(?:range|rows|groups)$/.test(c.word())) c.index++;
  if (c.accept("partition", "by")) c.list(() => readExpression(c));
  if (c.accept("order", "by")) readOrder(c);
  if (/^(?:rows|range|groups)$/.test(c.word())) skipTo(c, ")");
  c.expect(")");
}

/** Steps over words and lengths in which no table can stand. */
function skipTo(c: Cursor, ...ends: string[]): void {
  while (!ends.includes(c.word())) {
    if (c.atEnd()) c.refuse();
    if (c.is("(")) c.skipBrackets();
    else c.index++;
  }
}

/** Expressions with ASC and DESC. */
export function readOrder(c: Cursor): void {
  c.list(() => {
    readExpression(c);
    if (!c.accept("asc")) c.accept("desc");
  });
}

/** A call's brackets. */
export function readArguments(c: Cursor): void {
  c.expect("(");
  c.deeper(() => {
    let complete = false;
    while (!c.is(")")) {
      if (c.accept(",")) complete = false;
      else if (complete) complete = readConnective(c);
      else {
        readArgument(c);
        complete = true;
      }
    }
  });
  c.expect(")");
}

function readArgument(c: Cursor): void {
  if (!c.accept("distinct")) c.accept("all");
  if (c.acceptOne(SIDES) && c.is("from")) return;
  if (c.queries.begins(c)) c.queries.read(c);
  else if (UNIT.test(c.word()) && /^(?:,|from)$/.test(c.word(1))) c.index++;
  else readExpression(c);
}

/** What stands between two arguments where no comma does. True where no argument need follow. */
function readConnective(c: Cursor): boolean {
  if (c.acceptOne(BEFORE_ARGUMENT)) return false;
  if (c.accept("order", "by")) readOrder(c);
  else if (c.accept("limit")) {
    readExpression(c);
    if (c.accept("offset")) readExpression(c);
  } else if (c.acceptOne(BEFORE_TYPE)) skipTo(c, ")", ",");
  else c.refuse();
  return true;
}

/** `(a, b(10) DESC, (lower(c)))`: columns, or expressions in brackets of their own; user variables in LOAD DATA. */
export function readColumns(c: Cursor): void {
  c.expect("(");
  if (c.accept(")")) return;
  c.list(() => {
    if (c.is("(")) readBrackets(c);
    else if (c.is("?")) c.index++;
    else {
      c.name();
      if (c.is("(")) c.skipBrackets();
    }
    if (!c.accept("asc")) c.accept("desc");
    c.accept("without", "overlaps");
  });
  c.expect(")");
}
