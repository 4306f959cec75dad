/**
 * Bodies of stored programs and MariaDB's anonymous blocks: their control flow is read here, each
 * statement in them is handed on as its own text, so that a broken one loses itself only.
 */
import { type Cursor, WORD } from "./cursor.ts";
import { readExpression } from "./expression.ts";
import { readQuery } from "./query.ts";

/** Reads one statement of a program, which may be a block. */
export function readBody(c: Cursor): void {
  c.deeper(() => readStep(c));
}

/** Statements up to one of these words. */
function readSteps(c: Cursor, ...ends: string[]): void {
  c.deeper(() => {
    while (!ends.includes(c.word())) {
      if (c.atEnd()) c.refuse();
      readStep(c);
      if (!c.accept(";")) c.refuse();
    }
  });
}

function readStep(c: Cursor): void {
  const labelled = c.kind() === WORD && c.word(1) === ":";
  if (labelled) c.index += 2;
  switch (c.word()) {
    case "begin":
      c.index++;
      c.accept("not", "atomic");
      readBlock(c);
      return;
    case "if":
      readIf(c);
      return;
    case "case":
      readCases(c);
      return;
    case "loop":
      c.index++;
      readSteps(c, "end");
      c.expect("end", "loop");
      readLabel(c);
      return;
    case "while":
      c.index++;
      readExpression(c);
      c.expect("do");
      readSteps(c, "end");
      c.expect("end", "while");
      readLabel(c);
      return;
    case "repeat":
      c.index++;
      readSteps(c, "until");
      c.expect("until");
      readExpression(c);
      c.expect("end", "repeat");
      readLabel(c);
      return;
    case "for":
      readFor(c);
      return;
    case "declare":
      readDeclare(c);
      return;
    case "return":
      c.index++;
      readExpression(c);
      return;
    case "leave":
    case "iterate":
      c.index += 2;
      return;
    case "open":
    case "close":
      c.index += 2;
      if (c.is("(")) c.skipBrackets();
      return;
    case "fetch":
      skipStep(c);
      return;
  }
  readInner(c);
}

/** BEGIN … END; BEGIN has been read. */
function readBlock(c: Cursor): void {
  readSteps(c, "end");
  c.expect("end");
  readLabel(c);
}

function readLabel(c: Cursor): void {
  if (c.isName()) c.index++;
}

function readIf(c: Cursor): void {
  c.expect("if");
  readExpression(c);
  c.expect("then");
  readSteps(c, "elseif", "else", "end");
  while (c.accept("elseif")) {
    readExpression(c);
    c.expect("then");
    readSteps(c, "elseif", "else", "end");
  }
  if (c.accept("else")) readSteps(c, "end");
  c.expect("end", "if");
}

function readCases(c: Cursor): void {
  c.expect("case");
  if (!c.is("when")) readExpression(c);
  while (c.accept("when")) {
    readExpression(c);
    c.expect("then");
    readSteps(c, "when", "else", "end");
  }
  if (c.accept("else")) readSteps(c, "end");
  c.expect("end", "case");
}

/** MariaDB: FOR i IN 1 .. 10 DO, FOR row IN (SELECT …) DO, FOR row IN cursor DO. */
function readFor(c: Cursor): void {
  c.expect("for");
  c.identifier();
  c.expect("in");
  c.accept("reverse");
  readExpression(c);
  while (c.accept("."));
  if (!c.is("do")) readExpression(c);
  c.expect("do");
  readSteps(c, "end");
  c.expect("end", "for");
  readLabel(c);
}

function readDeclare(c: Cursor): void {
  c.expect("declare");
  if (/^(?:continue|exit|undo)$/.test(c.word()) && c.word(1) === "handler") {
    c.index += 2;
    c.expect("for");
    c.list(() => {
      c.accept("not");
      if (c.accept("sqlstate")) c.accept("value");
      c.index++;
    });
    readStep(c);
    return;
  }
  c.list(() => c.identifier());
  if (c.accept("cursor")) {
    if (c.is("(")) c.skipBrackets();
    c.expect("for");
    readQuery(c);
    return;
  }
  readDeclaredType(c);
}

/** A variable's type, which may be a table's row or column, and its default. */
function readDeclaredType(c: Cursor): void {
  const row = c.is("row", "type", "of");
  if (row || c.is("type", "of")) {
    c.index += row ? 3 : 2;
    const at = c.at();
    const parts = countParts(c);
    c.name();
    // ROW TYPE OF may name a cursor instead, which has no dot either: only TYPE OF t.column is certain.
    if (!row && parts > 1)
      c.found.push({ kind: "table", at, operation: "function", column: true, stored: c.stored });
    return;
  }
  while (!c.atEnd() && !c.is(";") && !c.is("default") && !c.is(":=")) {
    if (c.is("(")) c.skipBrackets();
    else c.index++;
  }
  if (c.accept("default") || c.accept(":=")) readExpression(c);
}

function countParts(c: Cursor): number {
  let parts = 1;
  while (c.word(parts * 2 - 1) === ".") parts++;
  return parts;
}

/** Steps over what names no table. */
function skipStep(c: Cursor): void {
  while (!c.atEnd() && !c.is(";")) c.index++;
}

/** A statement that the reader of statements reads. */
function readInner(c: Cursor): void {
  const start = c.at();
  const from = c.index;
  let depth = 0;
  for (; !c.atEnd() && (depth > 0 || !c.is(";")); c.index++) {
    if (c.is("(")) depth++;
    else if (c.is(")")) depth--;
  }
  if (c.index === from) c.refuse();
  c.found.push({ kind: "inner", start, end: c.before(), stored: c.stored });
}
