/**
 * Workflow commands for GitHub Actions, which shows them as annotations beside the lines:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
import type { CheckResult, Finding } from "../analysis/model.ts";
import type { ReportContext } from "./context.ts";
import { summaryLine } from "./summary.ts";
import { escapeControls } from "./text.ts";

/** Renders a command for each new finding and each unread input, then the line that sums up. */
export function github(result: CheckResult, { color }: Pick<ReportContext, "color">): string {
  const lines = [
    ...result.findings.filter(({ status }) => status === "new").map(annotation),
    ...result.problems.map(({ file, line = 1, column = 1, message }) =>
      command("error", { file, line, col: column, title: "unread" }, [message]),
    ),
    summaryLine(result, color),
  ];
  return `${lines.join("\n")}\n`;
}

function annotation({ rule, severity, at, message, help }: Finding): string {
  const { file, line, column, endLine, endColumn } = at;
  // Of a range of several lines GitHub takes no columns.
  const range = line === endLine ? { col: column, endColumn } : {};
  const level = severity === "error" ? "error" : "warning";
  return command(level, { file, line, endLine, ...range, title: rule }, [message, `help: ${help}`]);
}

function command(
  level: "error" | "warning",
  properties: Record<string, string | number>,
  lines: readonly string[],
): string {
  const pairs = Object.entries(properties).map(
    ([key, value]) =>
      `${key}=${escapeData(escapeControls(String(value))).replace(/[:,]/g, encodeURIComponent)}`,
  );
  return `::${level} ${pairs.join(",")}::${lines.map((line) => escapeData(escapeControls(line))).join("%0A")}`;
}

/** What stands behind a command ends at the line's end, and a percent sign begins an escape. */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25");
}
