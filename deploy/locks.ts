/**
 * Which lock a statement takes on the tables that it names: PostgreSQL manual, "Explicit Locking" (table-level locks) and
 * the reference page of each command, as of PostgreSQL 18. Where a command's forms differ, the text decides; what is not
 * known for weaker counts as the strongest. deploy/locks.test.ts asks the server itself. SQLite locks its file, whatever
 * is in it (SQLite manual, "File Locking And Concurrency"); MariaDB and MySQL take metadata locks on tables, of which a change of
 * the schema takes the exclusive one, if only at its beginning and its end (MySQL manual, "Metadata Locking").
 */
import type { Operation, SqlStatement } from "../analysis/model.ts";
import type { Dialect } from "../manifest/model.ts";

/** Weakest first. */
export const lockModes = [
  "ACCESS SHARE",
  "ROW SHARE",
  "ROW EXCLUSIVE",
  "SHARE UPDATE EXCLUSIVE",
  "SHARE",
  "SHARE ROW EXCLUSIVE",
  "EXCLUSIVE",
  "ACCESS EXCLUSIVE",
] as const;
export type LockMode = (typeof lockModes)[number];

export interface TableLock {
  schema: string | null;
  table: string;
  mode: LockMode;
}

/** A lock as it is shown: on a table, or on the file that it is in. */
export interface ShownLock {
  schema: string | null;
  table: string;
  mode: string;
  /** What others cannot do meanwhile. */
  blocks: string;
}

/** The locks of a statement by the rules of the dialect's engine. */
export function shownLocks(dialect: Dialect, statement: SqlStatement): ShownLock[] {
  if (dialect === "postgresql")
    return locksOf(statement).map((lock) => ({ ...lock, blocks: blocks(lock.mode) }));
  const found = new Map<string, ShownLock>();
  for (const { schema, table, access } of statement.references) {
    if (table === null) continue;
    const key = JSON.stringify([schema, table]);
    const [mode, blocked] =
      dialect === "sqlite"
        ? fileLock
        : access === "schema"
          ? exclusive
          : access === "write"
            ? shared
            : reading;
    if (found.get(key)?.mode !== exclusive[0]) found.set(key, { schema, table, mode, blocks: blocked });
  }
  return [...found.values()];
}

/** The whole migration holds it. */
const fileLock = ["RESERVED", "others read, nobody writes to the file"] as const;
const exclusive = ["EXCLUSIVE", "nobody reads or writes"] as const;
const shared = ["SHARED_WRITE", "others read and write"] as const;
const reading = ["SHARED_READ", "others read and write"] as const;

/** What others cannot do meanwhile. */
export function blocks(mode: LockMode): string {
  if (mode === "ACCESS EXCLUSIVE") return "nobody reads or writes";
  if (["SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE"].includes(mode)) return "nobody writes";
  return "others read and write";
}

/** The locks of a statement, the strongest for each table that is there before it. */
export function locksOf({ kind, normalized, references, changes }: SqlStatement): TableLock[] {
  const made = new Set(changes.filter((change) => change.kind === "create").map(({ name }) => name));
  const strongest = new Map<string, TableLock>();
  for (const { schema, table, operation, dependency } of references) {
    if (table === null || made.has(table)) continue;
    const mode = modeOf(kind, normalized, operation, dependency?.kind ?? null, table);
    if (mode === null) continue;
    const key = JSON.stringify([schema, table]);
    const known = strongest.get(key);
    if (known && lockModes.indexOf(known.mode) >= lockModes.indexOf(mode)) continue;
    strongest.set(key, { schema, table, mode });
  }
  return [...strongest.values()];
}

function modeOf(
  kind: string,
  text: string,
  operation: Operation,
  dependency: string | null,
  table: string,
): LockMode | null {
  const concurrently = /\bconcurrently\b/i.test(text);
  switch (kind) {
    case "vacuum":
      return /^vacuum\s*(?:full|\([^)]*\bfull\b)/i.test(text) ? "ACCESS EXCLUSIVE" : "SHARE UPDATE EXCLUSIVE";
    case "cluster":
      return "ACCESS EXCLUSIVE";
    case "reindex":
      return concurrently ? "SHARE UPDATE EXCLUSIVE" : "SHARE";
    case "refresh-materialized-view":
      return concurrently ? "EXCLUSIVE" : "ACCESS EXCLUSIVE";
    case "create-trigger":
      return operation === "trigger" ? "SHARE ROW EXCLUSIVE" : null;
    case "lock": {
      const mode = /\bin (.+) mode\b/i.exec(text)?.[1]?.toUpperCase();
      return lockModes.find((one) => one === mode) ?? "ACCESS EXCLUSIVE";
    }
    case "comment":
      return "SHARE UPDATE EXCLUSIVE";
    case "grant":
    case "create-function":
      return null;
    case "alter-table":
      return operation === "references" ? "SHARE ROW EXCLUSIVE" : alterMode(text, operation, table);
  }
  switch (operation) {
    case "select":
      return /\bfor (?:no key update|update|key share|share)\b/i.test(text) ? "ROW SHARE" : "ACCESS SHARE";
    case "copy-to":
    case "view":
      return "ACCESS SHARE";
    case "insert":
    case "update":
    case "delete":
    case "merge":
    case "copy-from":
      return "ROW EXCLUSIVE";
    case "create-index":
      return concurrently ? "SHARE UPDATE EXCLUSIVE" : "SHARE";
    case "references":
      return "SHARE ROW EXCLUSIVE";
    case "inherit":
      return "SHARE UPDATE EXCLUSIVE";
    case "function":
      return dependency === null ? "ACCESS SHARE" : null;
    case "grant":
      return null;
    case "comment":
      return "SHARE UPDATE EXCLUSIVE";
    default:
      return "ACCESS EXCLUSIVE";
  }
}

/** Forms of ALTER TABLE that take less than everything (the page "ALTER TABLE", each form's text). */
const gentle: [RegExp, LockMode][] = [
  [/^validate constraint\b/i, "SHARE UPDATE EXCLUSIVE"],
  [/^alter (?:column )?\S+ set statistics\b/i, "SHARE UPDATE EXCLUSIVE"],
  [/^alter (?:column )?\S+ (?:re)?set \(/i, "SHARE UPDATE EXCLUSIVE"],
  [/^cluster on\b|^set without cluster\b/i, "SHARE UPDATE EXCLUSIVE"],
  [/^(?:re)?set \( (?:fillfactor|autovacuum|toast_tuple_target|parallel_workers)/i, "SHARE UPDATE EXCLUSIVE"],
  [/^(?:enable|disable) (?:(?:replica|always) )?trigger\b/i, "SHARE ROW EXCLUSIVE"],
  [/^add (?:constraint \S+ )?foreign key\b/i, "SHARE ROW EXCLUSIVE"],
];

function alterMode(text: string, operation: Operation, table: string): LockMode {
  const partition =
    /^alter table (?:if exists )?(?:only )?(\S+(?: \. \S+)?) (attach|detach) partition\b/i.exec(text);
  if (partition && operation === "partition") {
    const isParent = partition[1]?.replaceAll(/["\s]/g, "").split(".").at(-1) === table;
    if (/^attach$/i.test(partition[2] ?? "")) return isParent ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE";
    return /\bconcurrently\b/i.test(text) ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE";
  }
  const forms = formsOf(text);
  const modes = forms.map(
    (form) => gentle.find(([pattern]) => pattern.test(form))?.[1] ?? "ACCESS EXCLUSIVE",
  );
  return lockModes[Math.max(...modes.map((mode) => lockModes.indexOf(mode)))] ?? "ACCESS EXCLUSIVE";
}

/** What stands behind the table's name, at each comma outside of parentheses. */
function formsOf(text: string): string[] {
  const rest = text.replace(/^alter table (?:if exists )?(?:only )?\S+(?: ?\. ?\S+)?(?: \*)? /i, "");
  const forms: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < rest.length; at += 1) {
    if (rest[at] === "(") depth += 1;
    if (rest[at] === ")") depth -= 1;
    if (rest[at] !== "," || depth > 0) continue;
    forms.push(rest.slice(start, at).trim());
    start = at + 1;
  }
  return [...forms, rest.slice(start).trim()];
}
