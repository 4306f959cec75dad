/**
 * The second opinion's parser. sql-parser-cst is GPL-2.0-or-later: it is loaded only here, only when
 * asked for, and nothing that ships depends on it.
 */

/** A node of the concrete syntax tree, as far as the second opinion needs to know it. */
export interface CstNode {
  type: string;
  /** UTF-16 offsets, end exclusive. */
  range?: [number, number];
  [field: string]: unknown;
}

export type CstParser = (sql: string, dialect: "postgresql" | "plpgsql") => CstNode | null;

interface Module {
  parse(
    sql: string,
    options: { dialect: string; includeRange: boolean; paramTypes: readonly string[] },
  ): CstNode;
}

/** Hidden from the compiler: the package need not be installed. */
const packageName: string = "sql-parser-cst";

/** @throws Error where the package is not installed. */
export async function loadCstParser(): Promise<CstParser> {
  let module: Module;
  try {
    module = await import(packageName);
  } catch {
    throw new Error(
      `the second opinion needs ${packageName} (GPL): run \`bun add --optional ${packageName}\``,
    );
  }
  return (sql, dialect) => {
    try {
      return module.parse(sql, { dialect, includeRange: true, paramTypes: ["$nr"] });
    } catch {
      // Its grammar is smaller than PostgreSQL's: no answer is no disagreement.
      return null;
    }
  };
}

/** Whether a value of the tree is a node. */
export function isNode(value: unknown): value is CstNode {
  return typeof value === "object" && value !== null && typeof (value as CstNode).type === "string";
}
