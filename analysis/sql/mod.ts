/** The SQL engine: text in, facts out. The only folder that knows a SQL grammar. */
import type { Dialect } from "../../manifest/model.ts";
import type { SqlFacts, SqlPiece } from "../model.ts";
import { DIALECTS } from "./dialects.ts";

export { looksLikeSql } from "./looks-like.ts";
export { type MigrationName, migrationName } from "./migration-name.ts";
export { accessOf } from "./operations.ts";
export { isPlainlySql } from "./plainly.ts";
export { downSections } from "./sections.ts";

/** How texts are read: brought with the first grammar, so that a process which meets no SQL does without. */
let reading: typeof import("./read.ts") | null = null;

/**
 * Loads the grammars, PostgreSQL's unless told otherwise. Nothing else here is asynchronous, and
 * nothing is loaded before this is called.
 */
export async function loadSql(dialects: Iterable<Dialect> = ["postgresql"]): Promise<void> {
  for (const dialect of dialects) {
    const [, brought] = await Promise.all([DIALECTS[dialect].load(), import("./read.ts")]);
    reading = brought;
  }
}

/** Whether {@link loadSql} was awaited for the dialect. */
export function isSqlLoaded(dialect: Dialect): boolean {
  return DIALECTS[dialect].isLoaded();
}

/** SQL was met whose grammar was not loaded: await {@link loadSql} and begin again. */
export class GrammarNeeded extends Error {
  override name = "GrammarNeeded";
  readonly dialect: Dialect;

  constructor(dialect: Dialect) {
    super(`the grammar of ${dialect} is not loaded`);
    this.dialect = dialect;
  }
}

/** {@link readSql}, or what stands in for it. */
export type ReadSql = (
  pieces: readonly SqlPiece[],
  options: { dialect: Dialect; whole?: boolean },
) => SqlFacts;

/**
 * Reads SQL assembled by an adapter or the linker: text runs and typed holes.
 *
 * @param options.whole False: the text may be a piece of a statement. Default true.
 * @throws Error where {@link loadSql} was not awaited for the dialect.
 */
export function readSql(
  pieces: readonly SqlPiece[],
  options: { dialect: Dialect; whole?: boolean },
): SqlFacts {
  return loadedReading().readPieces(DIALECTS[options.dialect], pieces, options);
}

/**
 * Reads a whole `.sql` file: psql's commands, COPY data, placeholders and a byte
 * order mark may stand in it.
 *
 * @throws Error where {@link loadSql} was not awaited for the dialect.
 */
export function readSqlFile(file: string, text: string, options: { dialect: Dialect }): SqlFacts {
  return loadedReading().readFile(DIALECTS[options.dialect], options.dialect, file, text);
}

function loadedReading(): typeof import("./read.ts") {
  if (!reading) throw new Error("the SQL grammar is not loaded: await loadSql() first");
  return reading;
}
