/** Markdown as GitHub and GitLab show it: for a step's summary, or a comment on a pull request. */
import type { CheckResult, Finding } from "../analysis/model.ts";
import { plain } from "./context.ts";
import { code, prose, tableRow } from "./markdown-text.ts";
import { summaryLine } from "./summary.ts";
import { counted } from "./text.ts";

/** Rows before the rest is only counted: nobody reads on, and the hosts cut long texts. */
const shownRows = 200;

/** Renders new findings and unread inputs as tables, and what sums up. */
export function markdown(result: CheckResult): string {
  const fresh = result.findings.filter(({ status }) => status === "new");
  const parts = ["## freehold", prose(summaryLine(result, plain))];
  if (fresh.length > 0) {
    parts.push(table(["", "where", "what", "what to do"], fresh.slice(0, shownRows).map(row)));
    if (fresh.length > shownRows) parts.push(`… and ${counted(fresh.length - shownRows, "more finding")}`);
  }
  if (result.problems.length > 0) {
    const rows = result.problems.map(({ file, line, message }) => [
      code(line === undefined ? file : `${file}:${line}`),
      prose(message),
    ]);
    parts.push("### Inputs that went unread", table(["where", "why"], rows));
  }
  return `${parts.join("\n\n")}\n`;
}

function row({ severity, rule, at, message, help }: Finding): string[] {
  const sign = severity === "error" ? "❌" : "⚠️";
  return [sign, code(`${at.file}:${at.line}`), `**${rule}**: ${prose(message)}`, prose(help)];
}

function table(heading: string[], rows: string[][]): string {
  return [heading, heading.map(() => "---"), ...rows].map(tableRow).join("\n");
}
