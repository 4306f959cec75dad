/** Texts and files to their dialect's reader: placeholders first, and which part of a file takes back. */
import type { Dialect } from "../../manifest/model.ts";
import type { SqlFacts, SqlPiece } from "../model.ts";
import { withBound } from "./bound.ts";
import type { DialectReader } from "./dialect-reader.ts";
import { colonVariables, templated } from "./placeholders.ts";
import { downSections } from "./sections.ts";
import { assemble } from "./text.ts";

/** Reads a text of SQL with holes. @param options.whole it is a statement, and not a part of one */
export function readPieces(
  reader: DialectReader,
  pieces: readonly SqlPiece[],
  options: { whole?: boolean },
): SqlFacts {
  const read = { file: false, whole: options.whole ?? true };
  const facts = reader.read(assemble(pieces), read);
  if (facts.problems.length === 0) return facts;
  // `?` is an operator, too: only what is refused as it stands is read with placeholders.
  const bound = withBound(pieces);
  const again = bound && reader.read(assemble(bound), read);
  return again && again.problems.length < facts.problems.length ? again : facts;
}

/** `:name` is a parameter for SQLite and MySQL: only what is refused as it stands is read with runners' variables. */
function readTemplated(reader: DialectReader, dialect: Dialect, file: string, text: string): SqlFacts {
  const options = { file: true, whole: true };
  const psql = dialect === "postgresql";
  const facts = reader.read(templated(file, text, psql ? colonVariables(text, true) : []), options);
  if (psql || facts.problems.length === 0) return facts;
  const variables = reader.variables?.(text) ?? [];
  if (variables.length === 0) return facts;
  const again = reader.read(templated(file, text, variables), options);
  return again.problems.length < facts.problems.length ? again : facts;
}

/** Reads a file of SQL; statements of its way down are marked. */
export function readFile(reader: DialectReader, dialect: Dialect, file: string, text: string): SqlFacts {
  const facts = readTemplated(reader, dialect, file, text);
  const isDown = downSections(text);
  if (isDown) {
    for (const statement of facts.statements) if (isDown(statement.at.start)) statement.down = true;
  }
  return facts;
}
