/** The report for people: each finding with its lines of source, what stands elsewhere, and the way out. */
import type { CheckResult, Finding, Related } from "../analysis/model.ts";
import { codeFrame } from "./code-frame.ts";
import type { ReportContext } from "./context.ts";
import { rulesLine, summaryLine } from "./summary.ts";
import { escapeControls } from "./text.ts";

/** Renders new findings by file and line, then what went unread, then one line that sums up. */
export function pretty(result: CheckResult, context: ReportContext): string {
  const { color } = context;
  const sources = new Map<string, readonly string[]>();
  const linesOf = (file: string) => {
    let lines = sources.get(file);
    if (!lines) {
      lines = context.source(file)?.split("\n") ?? [];
      sources.set(file, lines);
    }
    return lines;
  };

  const blocks: string[] = [];
  for (const group of alike(result.findings.filter(({ status }) => status === "new"))) {
    const [first, ...others] = group;
    const mark = first.severity === "error" ? color.red : color.yellow;
    const frame = codeFrame(linesOf(first.at.file), first.at, { color, width: context.width, mark });
    const block = [
      `${color.bold(place(first.at))}  ${mark(first.severity)}  ${color.cyan(first.rule)}`,
      `  ${escapeControls(first.message)}`,
    ];
    if (frame.length > 0) block.push("", ...frame);
    for (const other of others) block.push(color.dim(`  also at ${place(other.at)}`));
    for (const other of first.related) block.push(color.dim(`  ${elsewhere(other)}`));
    block.push(`  ${color.green("help:")} ${escapeControls(first.help)}`);
    blocks.push(block.join("\n"));
  }

  for (const { file, line, column, message } of result.problems) {
    const where = [escapeControls(file), line, line === undefined ? undefined : column];
    const header = where.filter((part) => part !== undefined).join(":");
    blocks.push(`${color.bold(header)}  ${color.red("unread")}\n  ${escapeControls(message)}`);
  }

  const byRule = rulesLine(result);
  blocks.push((byRule === null ? "" : `${color.dim(byRule)}\n`) + summaryLine(result, color));
  return `${blocks.join("\n\n")}\n`;
}

/** Groups what differs in its place alone, within one file: the first is shown, the others are named. */
function alike(findings: readonly Finding[]): [Finding, ...Finding[]][] {
  const groups = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const { rule, severity, message, help, at, related } = finding;
    const key = JSON.stringify([at.file, rule, severity, message, help, related]);
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  return [...groups.values()];
}

/** `created in FILE:LINE` as it is; a message that does not name its place gets it put before. */
function elsewhere({ at, message }: Related): string {
  const where = `${at.file}:${at.line}`;
  return escapeControls(message.includes(where) ? message : `${where}  ${message}`);
}

function place({ file, line, column }: Finding["at"]): string {
  return `${escapeControls(file)}:${line}:${column}`;
}
