/** The line with which a report closes. */
import type { CheckResult } from "../analysis/model.ts";
import type { Painter } from "./context.ts";
import { counted } from "./text.ts";

/** Says what was found, what was read, and how long it took; `✓` stands only where nothing at all is left to do. */
export function summaryLine({ findings, problems, summary }: CheckResult, color: Painter): string {
  const { errors, warnings } = summary;
  const parts: string[] = [];

  const found =
    errors + warnings === 0
      ? nothing(findings)
      : `${counted(errors, "error")}, ${counted(warnings, "warning")}`;
  const unread = problems.length > 0;
  const paint = errors > 0 || unread ? color.red : warnings > 0 ? color.yellow : color.green;
  const sign = errors > 0 || unread ? "✗" : warnings > 0 ? "!" : "✓";
  parts.push(paint(`${sign} ${found}`));
  if (unread) parts.push(color.red(`${counted(problems.length, "input")} unread`));

  for (const status of ["known", "ignored"] as const) {
    const count = findings.filter((finding) => finding.status === status).length;
    if (count > 0) parts.push(`${count} ${status}`);
  }
  const { own, foreign, unowned, unresolved } = summary;
  parts.push(
    `${counted(summary.files, "file")}${summary.leftOut > 0 ? ` and ${summary.leftOut} left out` : ""}, ${counted(summary.references, "reference")}` +
      ` (${own} own, ${foreign} foreign, ${unowned} unowned, ${unresolved} unresolved)`,
  );
  parts.push(duration(summary.milliseconds));
  return parts.join(" · ");
}

/** Findings from which on a report is too long to be counted by eye. */
const many = 10;

/** How many findings each rule has, the most first; null where a glance tells as much. */
export function rulesLine({ findings }: CheckResult): string | null {
  const counts = new Map<string, number>();
  for (const { rule, status } of findings) {
    if (status === "new") counts.set(rule, (counts.get(rule) ?? 0) + 1);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total < many || counts.size < 2) return null;
  const ranked = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return `by rule: ${ranked.map(([rule, count]) => `${rule} ${count}`).join(", ")}`;
}

function nothing(findings: CheckResult["findings"]): string {
  return findings.length > 0 ? "no new findings" : "no findings";
}

/** `84 ms`, `1.2 s`. */
export function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
