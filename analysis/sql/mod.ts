/** The SQL engine: text in, facts out. The only folder that knows a SQL grammar. */
import type { Dialect } from "../../manifest/model.ts";
import type { SqlFacts, SqlPiece } from "../model.ts";
import { withBound } from "./bound.ts";
import { DIALECTS } from "./dialects.ts";
import { templated } from "./placeholders.ts";
import { downSections } from "./sections.ts";
import { assemble } from "./text.ts";

export { looksLikeSql } from "./looks-like.ts";
export { type MigrationName, migrationName } from "./migration-name.ts";
export { accessOf } from "./operations.ts";

/**
 * Loads the grammars, PostgreSQL's unless told otherwise. Nothing else here is asynchronous, and
 * nothing is loaded before this is called.
 */
export async function loadSql(dialects: Iterable<Dialect> = ["postgresql"]): Promise<void> {
  for (const dialect of dialects) await DIALECTS[dialect].load();
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
  const reader = DIALECTS[options.dialect];
  const read = { file: false, whole: options.whole ?? true };
  const facts = reader.read(assemble(pieces), read);
  if (facts.problems.length === 0) return facts;
  // `?` is an operator, too: only what is refused as it stands is read with placeholders.
  const bound = withBound(pieces);
  const again = bound && reader.read(assemble(bound), read);
  return again && again.problems.length < facts.problems.length ? again : facts;
}

/**
 * Reads a whole `.sql` file: psql's commands, COPY data, placeholders and a byte
 * order mark may stand in it.
 *
 * @throws Error where {@link loadSql} was not awaited for the dialect.
 */
export function readSqlFile(file: string, text: string, options: { dialect: Dialect }): SqlFacts {
  const facts = DIALECTS[options.dialect].read(templated(file, text, options.dialect === "postgresql"), {
    file: true,
    whole: true,
  });
  const isDown = downSections(text);
  if (isDown) {
    for (const statement of facts.statements) if (isDown(statement.at.start)) statement.down = true;
  }
  return facts;
}
