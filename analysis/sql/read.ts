/** Texts and files to their dialect's reader: placeholders first, and which part of a file takes back. */
import type { Dialect } from "../../manifest/model.ts";
import type { SqlFacts, SqlPiece } from "../model.ts";
import { withBound } from "./bound.ts";
import type { DialectReader } from "./dialect-reader.ts";
import { templated } from "./placeholders.ts";
import { downSections } from "./sections.ts";
import { assemble } from "./text.ts";

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

export function readFile(reader: DialectReader, dialect: Dialect, file: string, text: string): SqlFacts {
  const facts = reader.read(templated(file, text, dialect === "postgresql"), { file: true, whole: true });
  const isDown = downSections(text);
  if (isDown) {
    for (const statement of facts.statements) if (isDown(statement.at.start)) statement.down = true;
  }
  return facts;
}
