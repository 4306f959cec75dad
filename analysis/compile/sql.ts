/** One `.sql` file in, its facts out. */
import type { Dialect } from "../../manifest/model.ts";
import { nextStatement, readIgnores } from "../ignores.ts";
import type { FileFacts } from "../model.ts";
import { lineStarts } from "../places.ts";
import { readSqlFile } from "../sql/mod.ts";

/** The facts of a `.sql` file. */
export function compileSql(file: string, text: string, dialect: Dialect): FileFacts {
  const sql = readSqlFile(file, text, { dialect });
  return {
    file,
    kind: "sql",
    skimmed: false,
    importsByUse: true,
    lineStarts: lineStarts(text),
    sites: [],
    sql,
    uses: [],
    chains: [],
    definitions: [],
    connections: [],
    environment: [],
    addresses: [],
    commands: [],
    callOrder: {},
    imports: [],
    exports: {},
    locals: {},
    ignores: readIgnores(sql.comments, nextStatement(sql.statements.map(({ at }) => at))),
    problems: [],
  };
}
