/** The facts for people: one aligned row a reference. */
import type { Reference, Verdict } from "../analysis/model.ts";
import type { Painter, ReportContext } from "./context.ts";
import { columns, counted, escapeControls } from "./text.ts";

const heading = ["VERDICT", "SERVICE", "OPERATION", "TABLE", "OWNER", "PLACE"];

/** Renders the references in their order, with a heading and a closing count. */
export function factsTable(
  references: readonly Reference[],
  { color }: Pick<ReportContext, "color">,
): string {
  const rows = references.map((reference) => {
    const { verdict, services, operation, schema, table, reason, owners, at } = reference;
    const name =
      table === null ? `? (${reason ?? "not known"})` : schema === null ? table : `${schema}.${table}`;
    return [
      verdict,
      services.join(", ") || "–",
      operation ?? "?",
      name,
      owners.join(", ") || "–",
      `${at.file}:${at.line}:${at.column}`,
    ].map(escapeControls);
  });
  const lines = columns([heading, ...rows]).map((line, index) =>
    index === 0 ? color.bold(line) : paint(line, references[index - 1]!.verdict, color),
  );
  const head = references.length > 0 ? `${lines.join("\n")}\n\n` : "";
  return `${head}${counted(references.length, "reference")}\n`;
}

/** Colours the verdict, which stands first in its line. */
function paint(line: string, verdict: Verdict, color: Painter): string {
  const painted = {
    foreign: color.red,
    unresolved: color.yellow,
    unowned: color.yellow,
    own: color.green,
    engine: color.dim,
  };
  return painted[verdict](verdict) + line.slice(verdict.length);
}
