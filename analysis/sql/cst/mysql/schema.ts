/** CREATE, ALTER, DROP and RENAME: which object it is about. */
import { readDatabase, readUsers, skipRest } from "./administration.ts";
import type { Cursor } from "./cursor.ts";
import { readDefiner, readEvent, readRoutine, readTrigger, readView } from "./objects.ts";
import {
  ifExists,
  readAlterTable,
  readCreateIndex,
  readCreateTable,
  readDropIndex,
  readDropTables,
  readRenameTables,
} from "./tables.ts";

/** CREATE in all its kinds. Returns the statement's kind, as the other two do. */
export function readCreate(c: Cursor): string {
  c.index++;
  const replace = c.accept("or", "replace");
  readDefiner(c);
  const temporary = c.accept("temporary");
  if (c.accept("table")) {
    readCreateTable(c, temporary, replace);
    return "create-table";
  }
  while (c.accept("online") || c.accept("offline"));
  if (c.accept("unique") || c.accept("fulltext") || c.accept("spatial") || c.accept("vector")) {
    c.expect("index");
    readCreateIndex(c);
    return "create-index";
  }
  const object = c.word();
  c.index++;
  switch (object) {
    case "index":
      readCreateIndex(c);
      break;
    case "view":
      readView(c, replace, false);
      break;
    case "trigger":
      readTrigger(c);
      break;
    case "procedure":
    case "function":
      readRoutine(c, object);
      break;
    case "event":
      readEvent(c, false);
      break;
    case "database":
    case "schema":
      readDatabase(c, `CREATE ${object.toUpperCase()}`);
      break;
    case "user":
    case "role":
      readUsers(c, `CREATE ${object.toUpperCase()}`);
      break;
    case "sequence":
      skipRest(c);
      break;
    default:
      readOther(c, "CREATE", object);
  }
  return `create-${object}`;
}

/** Tablespaces, servers, resource groups: acts with a name. */
function readOther(c: Cursor, verb: string, first: string): void {
  let object = first;
  if (/^(?:undo|logfile|resource|spatial)$/.test(object)) {
    object += ` ${c.word()}`;
    c.index++;
  }
  if (
    !/^(?:(?:undo )?tablespace|logfile group|server|resource group|spatial reference|instance)$/.test(object)
  ) {
    c.index--;
    c.refuse();
  }
  if (!c.accept("if", "not", "exists")) c.accept("if", "exists");
  if (c.isName()) c.act(`${verb} ${object.toUpperCase()}`, c.identifier());
  else c.act(`${verb} ${object.toUpperCase()}`);
  skipRest(c);
}

/** ALTER. @returns the statement's kind */
export function readAlter(c: Cursor): string {
  c.index++;
  while (c.accept("online") || c.accept("offline") || c.accept("ignore"));
  readDefiner(c);
  const object = c.word();
  c.index++;
  switch (object) {
    case "table":
      readAlterTable(c);
      break;
    case "view":
      readView(c, false, true);
      break;
    case "event":
      readEvent(c, true);
      break;
    case "database":
    case "schema":
      readDatabase(c, `ALTER ${object.toUpperCase()}`);
      break;
    case "user":
      readUsers(c, "ALTER USER");
      break;
    case "procedure":
    case "function":
    case "sequence":
      skipRest(c);
      break;
    default:
      readOther(c, "ALTER", object);
  }
  return `alter-${object}`;
}

/** DROP. @returns the statement's kind */
export function readDrop(c: Cursor): string {
  c.index++;
  const temporary = c.accept("temporary");
  const object = c.word();
  c.index++;
  switch (object) {
    case "table":
    case "tables":
      readDropTables(c, "table", temporary);
      return "drop-table";
    case "view":
      readDropTables(c, "view", false);
      break;
    case "index":
      readDropIndex(c);
      break;
    case "trigger":
      readDropTrigger(c);
      break;
    case "database":
    case "schema":
      readDatabase(c, `DROP ${object.toUpperCase()}`);
      break;
    case "user":
    case "role":
      readUsers(c, `DROP ${object.toUpperCase()}`);
      break;
    case "procedure":
    case "function":
    case "event":
    case "sequence":
    case "prepare":
      c.accept("if", "exists");
      c.list(() => c.name());
      break;
    default:
      readOther(c, "DROP", object);
  }
  return `drop-${object}`;
}

function readDropTrigger(c: Cursor): void {
  const exists = ifExists(c);
  const at = c.name();
  c.within({ operation: "trigger", kind: "trigger", name: c.previous() }, () => c.table(at, "trigger"));
  const named = c.found.at(-1);
  if (named?.kind === "table") Object.assign(named, { trigger: true }, exists ? { perhaps: true } : {});
}

/** RENAME TABLE, RENAME USER */
export function readRename(c: Cursor): string {
  c.expect("rename");
  if (c.accept("user")) {
    readUsers(c, "RENAME USER");
    return "rename-user";
  }
  if (!c.accept("table")) c.expect("tables");
  readRenameTables(c);
  return "rename-table";
}
