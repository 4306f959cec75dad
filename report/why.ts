/** How a service comes to a table: each place, whose word allows it, and the imports that lead there. */
import type { Judgement, Reference } from "../analysis/model.ts";
import type { ReportContext } from "./context.ts";
import { counted, escapeControls } from "./text.ts";

export interface WhySubject {
  service: string;
  /** As it was asked for. */
  table: string;
  /** Those of the service to the table. */
  references: readonly Reference[];
  /** Places of the service of which nobody knows the table. */
  unresolved: number;
  /** Today, as `YYYY-MM-DD`. */
  today: string;
}

/** Renders the places in their order, and how many there are. */
export function why(subject: WhySubject, { color }: Pick<ReportContext, "color">): string {
  const { service, table, references, unresolved, today } = subject;
  const open = unresolved === 0 ? "" : `; in ${counted(unresolved, "place")} its table is not known`;
  if (references.length === 0) {
    return `${escapeControls(service)} does not reach ${escapeControls(table)}${open}\n`;
  }
  const blocks = references.map((reference) => {
    const { at, operation, enclosing, client, schema } = reference;
    const judgement = reference.judgements.find((one) => one.service === service);
    const name = schema === null ? (reference.table ?? table) : `${schema}.${reference.table}`;
    const where = `${escapeControls(at.file)}:${at.line}:${at.column}`;
    const within = enclosing === null ? "" : ` in ${escapeControls(enclosing)}`;
    const lines = [
      `${color.bold(where)}  ${operation ?? "?"} ${escapeControls(name)}${within}  ${color.dim(client)}`,
      `  ${allowed(judgement, reference, today, color)}`,
    ];
    const chain = judgement?.chain ?? [];
    if (chain.length > 1) lines.push(color.dim(`  through ${chain.map(escapeControls).join(" → ")}`));
    return lines.join("\n");
  });
  return `${blocks.join("\n\n")}\n\n${counted(references.length, "place")}${open}\n`;
}

function allowed(
  judgement: Judgement | undefined,
  { verdict, owners }: Reference,
  today: string,
  color: ReportContext["color"],
): string {
  const said = judgement?.verdict ?? verdict;
  const whose = (judgement?.owners ?? owners).map(escapeControls).join(" and ");
  if (said !== "foreign") return said === "own" ? color.green("its own") : color.yellow(said);
  const use = judgement?.use;
  if (!use) return color.red(`${whose} owns it, and no entry under "uses" names this`);
  const until = use.until === null ? "" : ` until ${use.until}`;
  const text = `${whose} owns it; "uses" allows it${until}: ${escapeControls(use.reason)}`;
  return use.until !== null && use.until < today ? color.red(`${text} (expired)`) : color.green(text);
}
