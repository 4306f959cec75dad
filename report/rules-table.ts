/** The list of rules, for people and for programs. */
import type { Rule } from "../analysis/model.ts";
import type { ReportContext } from "./context.ts";
import type { RulesJson } from "./shapes.ts";
import { columns, counted, safeJson } from "./text.ts";

/** Renders one row a rule, in the order of the list. */
export function rulesTable(rules: readonly Rule[], { color }: Pick<ReportContext, "color">): string {
  const lines = columns(rules.map(({ id, severity, summary }) => [id, severity, summary]));
  const painted = lines.map(
    (line, index) => color.cyan(rules[index]!.id) + line.slice(rules[index]!.id.length),
  );
  return `${painted.join("\n")}\n\n${counted(rules.length, "rule")}; freehold explain RULE says more\n`;
}

/** Renders the list as one object, described in report.schema.json. */
export function rulesJson(rules: readonly Rule[]): string {
  const list: RulesJson = {
    version: 1,
    rules: rules.map(({ id, severity, summary, why, fix }) => ({ id, severity, summary, why, fix })),
  };
  return `${safeJson(list)}\n`;
}
