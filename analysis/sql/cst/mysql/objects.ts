/** Views, triggers, procedures, functions and events: their headers; their bodies are `program.ts`'s. */
import { creates } from "../found.ts";
import { type Cursor, STRING } from "./cursor.ts";
import { readArguments, readExpression } from "./expression.ts";
import { readBody } from "./program.ts";
import { readQuery } from "./query.ts";
import { ifExists, ifNotExists } from "./tables.ts";

/** What may stand between CREATE and the object's own word: ALGORITHM, DEFINER, SQL SECURITY, AGGREGATE. */
export function readDefiner(c: Cursor): void {
  for (;;) {
    if (c.accept("algorithm", "=")) c.index++;
    else if (c.accept("definer", "=")) readAccount(c);
    else if (c.accept("sql", "security")) c.index++;
    else if (!c.accept("aggregate")) return;
  }
}

/** `'user'@'host'`, `user@host`, CURRENT_USER(), a role. Returns it without its quotes. */
export function readAccount(c: Cursor): string {
  const start = c.at();
  if (c.kind() !== STRING && !c.isName() && !/^(?:current_user|current_role|\?)$/.test(c.word())) c.refuse();
  c.index++;
  if (c.accept("(")) c.expect(")");
  else if (c.is("?") && c.tokens.text.startsWith("@", c.at())) c.index++;
  return c.tokens.text.slice(start, c.before()).replace(/['"`]/g, "");
}

/** VIEW [IF NOT EXISTS] name [(columns)] AS query; the words up to VIEW have been read. */
export function readView(c: Cursor, replace: boolean, alter: boolean): void {
  const exists = ifNotExists(c) || replace;
  const at = c.name();
  const name = c.previous();
  const columns: string[] = [];
  if (c.accept("(")) {
    c.list(() => void columns.push(c.identifier()));
    c.expect(")");
  }
  c.expect("as");
  c.table(at, alter ? "alter-table" : "create-table");
  c.within({ operation: "view", kind: "view", name }, () => readQuery(c));
  if (c.accept("with")) {
    if (!c.accept("cascaded")) c.accept("local");
    c.expect("check", "option");
  }
  if (!alter) c.change(at, creates("view", { ifNotExists: exists, columns }));
}

/** TRIGGER name time event ON table FOR EACH ROW body; the words up to TRIGGER have been read. */
export function readTrigger(c: Cursor): void {
  ifNotExists(c);
  c.name();
  const name = c.previous();
  if (!c.accept("before")) c.expect("after");
  do {
    if (!c.accept("insert") && !c.accept("delete")) {
      c.expect("update");
      if (c.accept("of")) c.list(() => c.name());
    }
  } while (c.accept("or"));
  c.expect("on");
  c.within({ operation: "trigger", kind: "trigger", name }, () => {
    c.table(c.name(), "trigger");
    c.expect("for", "each", "row");
    if (c.accept("follows") || c.accept("precedes")) c.name();
    readBody(c);
  });
}

/** PROCEDURE or FUNCTION; the words up to that one have been read. */
export function readRoutine(c: Cursor, kind: "procedure" | "function"): void {
  ifNotExists(c);
  c.name();
  const name = c.previous();
  // A function that is compiled code has no body, and no brackets.
  if (c.accept("returns")) {
    c.index++;
    c.expect("soname");
    c.index++;
    return;
  }
  c.within({ operation: "function", kind, name }, () => {
    c.skipBrackets();
    if (kind === "function") readReturns(c);
    if (readCharacteristics(c)) foreignBody(c, `${kind} ${name}`);
    else readBody(c);
  });
}

function readReturns(c: Cursor): void {
  if (!c.accept("returns")) c.expect("return");
  while (!isCharacteristic(c) && !c.is("begin") && !c.is("return") && !c.atEnd()) {
    if (c.is("(")) c.skipBrackets();
    // A type's words; a statement's first word ends them.
    else if (/^(?:select|insert|update|delete|call|if|case|loop|while|repeat)$/.test(c.word())) return;
    else if (c.is("set") && !c.is("set", "(") && c.word(-1) !== "character") return;
    else c.index++;
  }
}

const CHARACTERISTIC = /^(?:comment|language|not|deterministic|contains|no|reads|modifies|sql|external)$/;

function isCharacteristic(c: Cursor): boolean {
  return CHARACTERISTIC.test(c.word());
}

/** True where the body is in another language than SQL. */
function readCharacteristics(c: Cursor): boolean {
  let foreign = false;
  for (;;) {
    if (c.accept("comment")) c.index++;
    else if (c.accept("language")) {
      foreign = !c.is("sql");
      c.index++;
    } else if (c.accept("sql", "security")) c.index++;
    else if (c.accept("contains", "sql") || c.accept("no", "sql") || c.accept("not", "deterministic"))
      continue;
    else if (c.accept("reads", "sql", "data") || c.accept("modifies", "sql", "data")) continue;
    else if (!c.accept("deterministic")) return foreign;
  }
}

function foreignBody(c: Cursor, subject: string): void {
  const start = c.at();
  c.index = c.words.length;
  c.found.push({
    kind: "unknown",
    start,
    end: c.before(),
    reason: `${subject} is written in a language that is not read`,
    operation: "select",
    stored: c.stored,
  });
}

/** EVENT name ON SCHEDULE … DO body; the words up to EVENT have been read. */
export function readEvent(c: Cursor, alter: boolean): void {
  if (alter) ifExists(c);
  else ifNotExists(c);
  c.name();
  const name = c.previous();
  c.within({ operation: "function", kind: "event", name }, () => {
    if (c.accept("on", "schedule")) readSchedule(c);
    else if (!alter) c.refuse();
    if (c.accept("on", "completion")) {
      c.accept("not");
      c.expect("preserve");
    }
    if (c.accept("rename", "to")) c.name();
    if (c.accept("enable") || c.accept("disable")) {
      if (c.accept("on")) c.index++;
    }
    if (c.accept("comment")) c.index++;
    if (c.accept("do")) readBody(c);
    else if (!alter) c.refuse();
  });
}

function readSchedule(c: Cursor): void {
  if (c.accept("at")) readExpression(c);
  else {
    c.expect("every");
    readExpression(c);
    c.index++;
    if (c.accept("starts")) readExpression(c);
    if (c.accept("ends")) readExpression(c);
  }
}

/** CALL name [(arguments)] */
export function readCallStatement(c: Cursor): void {
  c.expect("call");
  c.name();
  if (c.is("(")) readArguments(c);
}
