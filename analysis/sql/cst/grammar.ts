/**
 * sql-parser-cst's grammars: the one importer of that package. It is GPL-2.0-or-later and therefore an
 * optional dependency, loaded when a workspace has a service whose dialect needs it.
 */
import type { Program } from "sql-parser-cst";
import { FLAVOUR_NAMES, type Flavour } from "./flavour.ts";

type Module = typeof import("sql-parser-cst");

let module: Module | null = null;

/** A grammar is needed that is not installed. */
export class MissingGrammarError extends Error {
  override name = "MissingGrammarError";
}

/**
 * Loads the package, once.
 *
 * @throws MissingGrammarError where it is not installed
 */
export async function loadCst(flavour: Flavour): Promise<void> {
  module ??= await importOrExplain(flavour, () => import("sql-parser-cst"));
}

/** Imports a package; that it is missing is said in one line. */
export async function importOrExplain<T>(flavour: Flavour, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw error;
    throw new MissingGrammarError(
      `reading ${FLAVOUR_NAMES[flavour]} takes the package sql-parser-cst (GPL-2.0-or-later), which is not installed: bun add sql-parser-cst`,
    );
  }
}

export type Parsed =
  | { ok: true; program: Program }
  /** `offset` counts from the text's start. The message is empty where the word there is to blame. */
  | { ok: false; message: string; offset: number };

/** Tokens of one statement: the parser takes a second or two for as many. */
export const MOST_TOKENS = 60_000;

/** Placeholders of SQLite and of the clients of MySQL. */
const PARAMETERS = {
  sqlite: ["?", "?nr", ":name", "@name", "$name", "$nr"],
  mysql: ["?", ":name"],
  mariadb: ["?", ":name"],
} as const;

/** Parses one statement; never throws for its content. */
export function parseCst(sql: string, flavour: Flavour): Parsed {
  if (!module) throw new Error("the SQL grammar is not loaded: await loadSql() first");
  try {
    const paramTypes = [...PARAMETERS[flavour]];
    return { ok: true, program: module.parse(sql, { dialect: flavour, includeRange: true, paramTypes }) };
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, message: "nested too deeply to be read", offset: 0 };
    if (!(error instanceof module.FormattedSyntaxError)) throw error;
    return { ok: false, message: "", offset: errorOffset(error.message, sql) };
  }
}

/** Where the parser stopped: the end of its message says `--> undefined:line:column`. */
function errorOffset(message: string, sql: string): number {
  const [, line = "1", column = "1"] = /^--> \w+:(\d+):(\d+)$/m.exec(message) ?? [];
  let start = 0;
  for (let i = 1; i < Number(line); i++) start = sql.indexOf("\n", start) + 1;
  return Math.min(start + Number(column) - 1, sql.length);
}
