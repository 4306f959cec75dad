/** Names of statement kinds: the grammar's node names in kebab-case, in SQL's own words. */
import type { Node } from "libpg-query";

const SPECIAL: Record<string, string> = {
  CreateStmt: "create-table",
  CreateTableAsStmt: "create-table-as",
  IndexStmt: "create-index",
  ViewStmt: "create-view",
  CreateTrigStmt: "create-trigger",
  RuleStmt: "create-rule",
  CreatedbStmt: "create-database",
  DropdbStmt: "drop-database",
  CreateSeqStmt: "create-sequence",
  AlterSeqStmt: "alter-sequence",
  CreateStatsStmt: "create-statistics",
  CreateEnumStmt: "create-type",
  CompositeTypeStmt: "create-type",
  CreateRangeStmt: "create-type",
  DefineStmt: "create",
  VariableSetStmt: "set",
  VariableShowStmt: "show",
  RefreshMatViewStmt: "refresh-materialized-view",
  SecLabelStmt: "security-label",
};

/** What kind of statement it is: `select`, `drop-table`, … */
export function statementKind(node: Node | undefined): string {
  if (!node) return "empty";
  const tag = Object.keys(node)[0] ?? "";
  if ("DropStmt" in node) {
    const type = node.DropStmt.removeType?.replace("OBJECT_", "").toLowerCase() ?? "";
    return `drop-${type === "matview" ? "materialized-view" : type.replaceAll("_", "-")}`;
  }
  return (
    SPECIAL[tag] ??
    tag
      .replace(/Stmt$/, "")
      .replace(/([a-z])([A-Z])/g, "$1-$2")
      .toLowerCase()
  );
}
