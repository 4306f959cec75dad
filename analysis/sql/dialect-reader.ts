import type { SqlFacts } from "../model.ts";
import type { Placeholder } from "./placeholders.ts";
import type { SqlText } from "./text.ts";

export interface ReadOptions {
  /** The text is a whole file: psql's commands and COPY data may stand in it. */
  file: boolean;
  /** False: the text may be a piece of a statement. */
  whole: boolean;
}

/** What a dialect must offer to stand in the table of dialects. */
export interface DialectReader {
  /** Loads the grammar. Nothing of it is loaded before. */
  load(): Promise<void>;
  read(text: SqlText, options: ReadOptions): SqlFacts;
  /** Variables of psql's form in a file that its reader refused as it stands: left out where the reader takes them itself. */
  variables?(text: string): Placeholder[];
}
