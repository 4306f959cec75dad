/** What is about the session: SET, its transactions and variables, and statements that it prepares. */
import { skipRest } from "./administration.ts";
import { type Cursor, PARAMETER } from "./cursor.ts";
import { readExpression } from "./expression.ts";
import { readAccount } from "./objects.ts";

/** SET in all its kinds. */
export function readSet(c: Cursor): void {
  c.expect("set");
  if (c.accept("role")) {
    c.index++;
    c.act("SET ROLE", c.previous());
    return;
  }
  if (c.accept("default", "role")) {
    c.list(() => void readAccount(c));
    c.expect("to");
    c.act("SET DEFAULT ROLE");
    skipRest(c);
    return;
  }
  if (c.is("password") && /^(?:=|for|to)$/.test(c.word(1))) {
    c.act("SET PASSWORD");
    skipRest(c);
    return;
  }
  if (c.accept("names") || c.accept("charset") || c.accept("character", "set")) {
    c.act("SET", "names");
    c.accept("=");
    c.index++;
    if (c.accept("collate")) c.index++;
    if (!c.accept(",")) return;
  }
  if (c.accept("statement")) {
    // MariaDB: variables for one statement, which follows.
    c.list(() => readVariable(c));
    c.found.length = 0;
    c.expect("for");
    const start = c.at();
    skipRest(c);
    c.found.push({ kind: "inner", start, end: c.before(), stored: null });
    return;
  }
  if (c.is("transaction") && c.word(1) !== "=") {
    readTransaction(c);
    return;
  }
  if (/^(?:session|global|local)$/.test(c.word()) && c.word(1) === "transaction") {
    const words = c.is("global") ? "SET GLOBAL" : "SET";
    c.index += 2;
    c.act(words, "transaction");
    c.index--;
    readTransaction(c);
    return;
  }
  c.list(() => readVariable(c));
}

/** TRANSACTION ISOLATION LEVEL …, READ ONLY */
function readTransaction(c: Cursor): void {
  c.expect("transaction");
  if (!/^(?:isolation|read)$/.test(c.word())) c.refuse();
  skipRest(c);
}

const SCOPES = /^(?:global|session|local|persist|persist_only)$/;

/** `[GLOBAL] name = value`, `@user_variable = value` */
function readVariable(c: Cursor): void {
  const scope = SCOPES.test(c.word()) && c.word(1) !== "=" && c.word(1) !== "." ? c.word() : null;
  if (scope) c.index++;
  const start = c.at();
  const user = c.kind() === PARAMETER;
  if (user) c.index++;
  else c.name();
  const written = c.tokens.text.slice(start, c.before());
  const end = c.before();
  if (!c.accept("=")) c.expect(":=");
  const from = c.at();
  // ON and ALL are reserved, and values here.
  if (/^(?:on|all|binary|row)$/.test(c.word()) && /^[,;]?$/.test(c.word(1))) c.index++;
  else readExpression(c);
  if (user && !written.startsWith("@@")) {
    c.found.push({ kind: "assign", variable: written.toLowerCase(), start: from, end: c.before() });
    return;
  }
  const name = written.replace(/^@@/, "").replaceAll("`", "");
  // NEW.column of a trigger is no variable.
  if (/^(?:new|old)\./i.test(name)) return;
  const global = scope === "global" || scope?.startsWith("persist") || /^(?:global|persist)/i.test(name);
  c.found.push({
    kind: "act",
    words: global ? "SET GLOBAL" : "SET",
    name: name.replace(/^(?:global|session|local|persist|persist_only)\./i, ""),
    end,
  });
}

/** PREPARE name FROM text, EXECUTE IMMEDIATE text. */
export function readPrepare(c: Cursor): void {
  if (c.accept("execute")) {
    if (!c.accept("immediate")) {
      skipRest(c);
      return;
    }
  } else {
    c.expect("prepare");
    c.identifier();
    c.expect("from");
  }
  const start = c.at();
  const variable =
    c.kind() === PARAMETER ? c.tokens.text.slice(start, c.tokens.ends[c.index]).toLowerCase() : null;
  readExpression(c);
  c.found.push({ kind: "dynamic", variable, start, end: c.before(), stored: c.stored });
  if (c.accept("using")) c.list(() => readExpression(c));
}
