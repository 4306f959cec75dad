/** What is about databases, users, the session and the server, and the upkeep of tables. */
import type { Operation } from "../../../model.ts";
import { type Cursor, PARAMETER, WORD } from "./cursor.ts";
import { readArguments, readExpression } from "./expression.ts";
import { readAccount } from "./objects.ts";

/** Steps to the end: what is left names no table. */
export function skipRest(c: Cursor): void {
  c.index = c.words.length;
}

/** CREATE, ALTER or DROP of a DATABASE or SCHEMA; the words up to that one have been read. */
export function readDatabase(c: Cursor, words: string): void {
  if (!c.accept("if", "not", "exists")) c.accept("if", "exists");
  const verb = words.split(" ")[0];
  // ALTER DATABASE without a name is about the present one.
  if (verb === "ALTER" && !(c.isName() && !/^(?:charset|comment|encryption)$/.test(c.word()))) {
    c.act(words);
    skipRest(c);
    return;
  }
  const at = c.at();
  const name = c.identifier();
  c.act(words, name);
  if (verb === "CREATE") c.change(at, { kind: "create-schema" });
  if (verb === "DROP") c.change(at, { kind: "drop-schema" });
  skipRest(c);
}

/** CREATE, ALTER, DROP or RENAME of users and roles; the words up to that one have been read. */
export function readUsers(c: Cursor, words: string): void {
  if (!c.accept("if", "not", "exists")) c.accept("if", "exists");
  c.list(() => {
    c.act(words, readAccount(c));
    // Passwords and limits stand between one user and the next.
    while (!c.atEnd() && !c.is(",")) c.index++;
  });
}

/** GRANT and REVOKE: of roles, of rights on a table, or of rights on more than one. */
export function readGrant(c: Cursor): void {
  const verb = c.word().toUpperCase();
  c.index++;
  c.accept("if", "exists");
  const start = c.index;
  while (!c.is("on") && !c.is("to") && !c.is("from")) {
    if (c.atEnd()) c.refuse();
    if (c.is("(")) c.skipBrackets();
    else c.index++;
  }
  if (!c.accept("on")) {
    const granted = c.tokens.text.slice(c.tokens.starts[start], c.before()).replace(/['"`]/g, "");
    c.act(/^(?:all|proxy)\b/i.test(granted) ? verb : `${verb} ROLE`, granted);
    skipRest(c);
    return;
  }
  if (c.is("?") || c.word(1) === "?" || c.is("'") || c.word(start - c.index) === "proxy") {
    c.act(`${verb} PROXY`, readAccount(c));
    skipRest(c);
    return;
  }
  if (/^(?:function|procedure|package)$/.test(c.word()) && c.word(1) !== "." && c.word(1) !== "to") {
    skipRest(c);
    return;
  }
  c.accept("table");
  if (c.accept("*")) {
    const every = c.accept(".", "*") ? "*.*" : "*";
    c.act(verb, every);
  } else {
    const at = c.name();
    // The lexer takes `db.*` apart, and so does this.
    if (c.accept(".", "*"))
      c.act(
        verb,
        `${c.tokens.text
          .slice(at, c.before() - 2)
          .replaceAll("`", "")
          .trim()}.*`,
      );
    else c.table(at, "grant");
  }
  if (!c.is("to") && !c.is("from")) c.refuse();
  skipRest(c);
}

/** SET in all its kinds. */
export function readSet(c: Cursor): void {
  c.expect("set");
  if (c.accept("role")) {
    c.index++;
    c.act("SET ROLE", c.previous());
    skipRest(c);
    return;
  }
  if (c.accept("default", "role")) {
    c.act("SET DEFAULT ROLE");
    skipRest(c);
    return;
  }
  if (c.accept("password")) {
    c.act("SET PASSWORD");
    skipRest(c);
    return;
  }
  if (c.accept("names") || c.accept("charset") || c.accept("character", "set")) {
    c.act("SET", "names");
    skipRest(c);
    return;
  }
  if (c.is("transaction")) {
    skipRest(c);
    return;
  }
  if (/^(?:session|global|local)$/.test(c.word()) && c.word(1) === "transaction") {
    const words = c.is("global") ? "SET GLOBAL" : "SET";
    c.index += 2;
    c.act(words, "transaction");
    skipRest(c);
    return;
  }
  c.list(() => readVariable(c));
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

/** Lists of tables: ANALYZE, CHECK, FLUSH and their kin; the words up to TABLE have been read. */
export function readTableList(c: Cursor, operation: Operation): void {
  c.list(() => c.table(c.name(), operation));
  skipRest(c);
}

/** LOCK TABLES */
export function readLockTables(c: Cursor): void {
  c.list(() => {
    c.table(c.name(), "lock");
    c.accept("as");
    if (c.isName() && !/^(?:low_priority|read|write)$/.test(c.word())) c.index++;
    c.accept("low_priority");
    if (c.accept("read")) c.accept("local");
    else {
      c.expect("write");
      c.accept("concurrent");
    }
  });
  skipRest(c);
}

/** HANDLER table OPEN: a handler is read later by the name that it got here. */
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

/** SHOW: only what shows one table names it. */
export function readShow(c: Cursor): void {
  c.expect("show");
  c.accept("full");
  c.accept("extended");
  c.accept("full");
  if (/^(?:columns|fields|index|indexes|keys)$/.test(c.word()) && /^(?:from|in)$/.test(c.word(1))) {
    c.index += 2;
    const at = c.name();
    if (c.accept("from") || c.accept("in"))
      c.found.push({ kind: "table", at, schema: c.at(), operation: "select", stored: c.stored });
    else c.table(at, "select");
  } else if (c.accept("create", "table") || c.accept("create", "view")) c.table(c.name(), "select");
  skipRest(c);
}

/** DESCRIBE table, EXPLAIN table: the verb has been read, and a table follows. */
export function readDescribe(c: Cursor): void {
  c.table(c.name(), "select");
  if (c.kind() === WORD || !c.atEnd()) c.index++;
}
