/** What is found here, each problem with its way out. */
import type { ReportContext } from "./context.ts";
import { counted, escapeControls } from "./text.ts";

export interface Diagnosis {
  /** `note` is nothing to mend. */
  state: "well" | "note" | "ill";
  what: string;
  /** What to do about it; null where nothing is to be done. */
  wayOut: string | null;
}

/** Renders a line each, the way out beneath, and a line that sums up. */
export function doctor(found: readonly Diagnosis[], { color }: Pick<ReportContext, "color">): string {
  const signs = { well: color.green("✓"), note: color.dim("–"), ill: color.red("✗") };
  const lines = found.flatMap(({ state, what, wayOut }) => [
    `${signs[state]} ${escapeControls(what)}`,
    ...(wayOut === null ? [] : [color.dim(`  ${escapeControls(wayOut)}`)]),
  ]);
  const ill = found.filter(({ state }) => state === "ill").length;
  return `${lines.join("\n")}\n\n${ill === 0 ? "all is well" : counted(ill, "problem")}\n`;
}
