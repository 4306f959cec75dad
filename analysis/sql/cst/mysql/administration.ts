/** What is about databases, users and the server, and the upkeep of tables. */
import type { Cursor } from "./cursor.ts";
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

const BEHIND_ACCOUNT = new Set(
  "identified require with account password default comment attribute failed_login_attempts password_lock_time discard add modify drop to initiate unregister finish".split(
    " ",
  ),
);

/** CREATE, ALTER, DROP or RENAME of users and roles; the words up to that one have been read. */
export function readUsers(c: Cursor, words: string): void {
  if (!c.accept("if", "not", "exists")) c.accept("if", "exists");
  c.list(() => {
    c.act(words, readAccount(c));
    if (!c.atEnd() && !c.is(",") && !c.is(";") && !c.isOne(BEHIND_ACCOUNT)) c.refuse();
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
    const roles = /^all\b/i.test(granted) ? [] : granted.split(",");
    for (const role of roles) c.act(`${verb} ROLE`, role.trim());
    if (roles.length === 0) c.act(verb, granted);
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

/** What SHOW shows beside a table. */
const SHOWN = new Set(
  `all authors binary binlog character charset client_statistics collation contributors count create databases
  engine engines errors events explain function global grants index_statistics innodb local locales master
  open package parse_tree plugins privileges procedure processlist profile profiles relaylog replica replicas
  schemas session slave storage table table_statistics tables triggers user_statistics variables status
  warnings wsrep_membership wsrep_status`.split(/\s+/),
);

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
  else if (!c.isOne(SHOWN)) c.refuse();
  skipRest(c);
}

/** FLUSH of tables, or of something bigger. */
export function readFlush(c: Cursor): void {
  c.expect("flush");
  if (!c.accept("no_write_to_binlog")) c.accept("local");
  if (c.accept("table") || c.accept("tables")) {
    if (c.isName()) c.list(() => c.table(c.name(), "lock"));
    if (c.accept("with", "read", "lock") || c.accept("for", "export"))
      c.accept("and", "disable", "checkpoint");
    return;
  }
  const what = c.acceptOne(FLUSHED) ?? c.refuse();
  c.act("FLUSH", what);
  skipRest(c);
}

const FLUSHED = new Set(
  "privileges logs status hosts binary engine error general relay slow user_resources query optimizer_costs des_key_file user_variables client_statistics index_statistics table_statistics user_statistics userstat ssl".split(
    " ",
  ),
);

/**
 * Statements that name no table, by their first word, with what must follow it: prose may begin with
 * such a word, too. An act is noted where one is given.
 */
const ADMINISTRATION: Record<string, { rest: RegExp; act?: string }> = {
  use: { rest: /^$/ },
  begin: { rest: /^(?:work)?$/, act: "BEGIN" },
  start: { rest: /^(?:transaction|slave|replica|all|group_replication)\b/ },
  commit: { rest: /^(?:work)?(?:and|no|release|chain| )*$/, act: "COMMIT" },
  rollback: { rest: /^(?:work|and|no|release|chain| )*$/, act: "ROLLBACK" },
  savepoint: { rest: /^\S+$/ },
  release: { rest: /^savepoint \S+$/ },
  unlock: { rest: /^(?:tables?|instance)$/, act: "UNLOCK TABLES" },
  deallocate: { rest: /^prepare \S+$/ },
  xa: { rest: /^(?:start|begin|end|prepare|commit|rollback|recover)\b/, act: "XA" },
  stop: { rest: /^(?:slave|replica|all|group_replication)\b/, act: "STOP REPLICA" },
  change: { rest: /^(?:master|replication)\b/, act: "CHANGE MASTER" },
  reset: { rest: /^(?:master|slave|replica|query|persist|binary)\b/, act: "RESET" },
  purge: { rest: /^(?:binary|master)\b/, act: "PURGE" },
  kill: { rest: /^(?:hard |soft )?(?:connection |query |user |id )*[0?@'\w]+$/, act: "KILL" },
  shutdown: { rest: /^(?:wait for all (?:slaves|replicas))?$/, act: "SHUTDOWN" },
  restart: { rest: /^$/, act: "RESTART" },
  install: { rest: /^(?:plugin|component|soname)\b/, act: "INSTALL PLUGIN" },
  uninstall: { rest: /^(?:plugin|component|soname)\b/, act: "UNINSTALL PLUGIN" },
  clone: { rest: /^(?:local|instance)\b/, act: "CLONE" },
  import: { rest: /^table from\b/, act: "IMPORT TABLE" },
  backup: { rest: /^(?:stage|lock|unlock|server)\b/, act: "BACKUP" },
  binlog: { rest: /^'/, act: "BINLOG" },
  help: { rest: /^'$/ },
  signal: { rest: /^(?:sqlstate .*|\S+(?: set .*)?)$/ },
  resignal: { rest: /^(?:sqlstate .*|\S*(?: ?set .*)?)$/ },
  get: { rest: /^(?:current |stacked )?diagnostics\b/ },
};

/** Statements about the session, the server and transactions. */
export function readAdministration(c: Cursor): void {
  const first = c.word();
  const entry = Object.hasOwn(ADMINISTRATION, first) ? ADMINISTRATION[first] : undefined;
  if (!entry) c.refuse();
  const { rest, act } = entry;
  c.index++;
  if (first === "use") {
    // What the database is called differs from place to place: names behind it stay unqualified.
    c.act("USE", c.identifier());
    return;
  }
  // Back to a savepoint the transaction goes on.
  if (first === "rollback" && (c.accept("to") || c.accept("work", "to"))) {
    c.accept("savepoint");
    c.identifier();
    return;
  }
  const words = c.words
    .slice(c.index)
    .join(" ")
    .replace(/[ ;]+$/, "");
  if (!rest.test(words)) c.refuse();
  if (first === "start") c.act(c.is("transaction") ? "BEGIN" : `START ${c.word().toUpperCase()}`);
  else if (act !== undefined) c.act(act);
  skipRest(c);
}
