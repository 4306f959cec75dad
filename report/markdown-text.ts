/** Text that comes from a stranger's files, made safe for Markdown: it shows as it is, links nothing and calls nobody. */
import { escapeControls } from "./text.ts";

/** Running text; `@` is written so that it notifies nobody, and an address so that it is no link. */
export function prose(text: string): string {
  return escapeControls(text)
    .replace(/[\\`*_{}[\]()#+!|~<>-]/g, (mark) => (/[-()+!]/.test(mark) ? mark : `\\${mark}`))
    .replaceAll("@", "&#64;")
    .replaceAll("://", ":&#47;/");
}

/** A span of code, whatever back ticks stand in it; in a table, too. */
export function code(text: string): string {
  const safe = escapeControls(text).replaceAll("|", "\\|");
  const longest = Math.max(0, ...[...safe.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const pad = safe.startsWith("`") || safe.endsWith("`") ? " " : "";
  return `${fence}${pad}${safe}${pad}${fence}`;
}

/** A row of a Markdown table; its cells are escaped already. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
