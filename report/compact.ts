/** One line a finding, for editors, `grep` and logs: `file:line:column severity rule message`. */
import type { CheckResult, InputProblem } from "../analysis/model.ts";
import { escapeControls } from "./text.ts";

/** Renders new findings and unread inputs; nothing at all where there is nothing to say. */
export function compact(result: CheckResult): string {
  let text = "";
  for (const { at, severity, rule, message, status } of result.findings) {
    if (status !== "new") continue;
    text += `${escapeControls(at.file)}:${at.line}:${at.column} ${severity} ${rule} ${escapeControls(message)}\n`;
  }
  return text + unreadLines(result.problems);
}

/** Renders the inputs that went unread, a line each in the same form. */
export function unreadLines(problems: readonly InputProblem[]): string {
  return problems
    .map(({ file, line = 1, column = 1, message }) => {
      return `${escapeControls(file)}:${line}:${column} error unread ${escapeControls(message)}\n`;
    })
    .join("");
}
