/** One file in, its facts out, whatever its kind. */
import type { Dialect, QueryFunction } from "../../manifest/model.ts";
import { compileCode } from "../code/mod.ts";
import type { FileFacts } from "../model.ts";
import { compilePrisma, PRISMA } from "../prisma/compile.ts";
import { compileSql } from "./sql.ts";

export interface CompileSettings {
  /** The dialect of a `.sql` file. */
  dialect: Dialect;
  queryFunctions: readonly QueryFunction[];
}

/** @throws Error where the grammar of a `.sql` file's dialect was not loaded */
export function compileFile(
  path: string,
  text: string,
  { dialect, queryFunctions }: CompileSettings,
): FileFacts {
  if (path.endsWith(".sql")) return compileSql(path, text, dialect);
  return PRISMA.test(path) ? compilePrisma(path, text) : compileCode(path, text, { queryFunctions });
}

/** What a file's facts follow from beside its path and its text. */
export function settingsKey(path: string, { dialect, queryFunctions }: CompileSettings): string {
  if (path.endsWith(".sql")) return dialect;
  return PRISMA.test(path) || queryFunctions.length === 0 ? "" : JSON.stringify(queryFunctions);
}
