import type { Dialect } from "../../manifest/model.ts";
import type { DialectReader } from "./dialect-reader.ts";
import { nextStatement, type RawComment } from "./splitter.ts";

/** Stands in for a dialect without a reader: each statement is a problem, none passes for read. */
export function unreadDialect(dialect: Dialect): DialectReader {
  return {
    load: async () => {},
    read(text, { file }) {
      const problems = [];
      const comments: RawComment[] = [];
      let position = 0;
      for (;;) {
        const raw = nextStatement(text.text, position, file, comments);
        if (!raw) break;
        problems.push({
          message: `${dialect} is not read yet: the tables that this statement names are not known`,
          at: text.span(raw.start, raw.end),
        });
        position = Math.max(raw.next, position + 1);
      }
      return { statements: [], problems, comments: [] };
    },
  };
}
