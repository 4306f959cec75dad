/** A rule in full: what it finds, why, what to do, and an example of each kind. */
import type { Rule } from "../analysis/model.ts";
import type { ReportContext } from "./context.ts";

/**
 * Renders a rule's own words; they are ours, and need no escaping.
 * @param options what the rule's options do, by their names
 */
export function explain(
  rule: Rule,
  { color }: Pick<ReportContext, "color">,
  options: readonly { name: string; description: string }[] = [],
): string {
  const parts = [
    `${color.bold(rule.id)}  ${rule.severity === "error" ? color.red("error") : color.yellow("warn")}`,
    rule.summary,
    `${color.bold("Why:")} ${rule.why}`,
    `${color.bold("What to do:")} ${rule.fix}`,
    ...options.map(({ name, description }) => `${color.bold(`Option ${name}:`)} ${description}`),
    `${color.red("Wrong:")}\n\n${example(rule.examples.bad, color.dim)}`,
    `${color.green("Right:")}\n\n${example(rule.examples.good, color.dim)}`,
  ];
  return `${parts.join("\n\n")}\n`;
}

function example(files: Record<string, string>, dim: (text: string) => string): string {
  return Object.entries(files)
    .map(([path, text]) => {
      const lines = text.replace(/^\n+|\s+$/g, "").split("\n");
      return [dim(`  ${path}`), ...lines.map((line) => (line === "" ? "" : `    ${line}`))].join("\n");
    })
    .join("\n\n");
}
