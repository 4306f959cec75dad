/** The boundary table and the transfers, for a terminal and as Markdown. */
import type { Model } from "../analysis/model.ts";
import { type BoundaryRow, boundary, othersText, type TransferRow, transfers } from "./boundary.ts";
import type { ReportContext } from "./context.ts";
import { code, prose, tableRow } from "./markdown-text.ts";
import { columns, counted, escapeControls } from "./text.ts";

/** Places of a transfer that are named before the rest is only counted. */
const shownPlaces = 5;

/** Renders both as aligned tables. */
export function statusTable(model: Model, { color }: Pick<ReportContext, "color">): string {
  const rows = boundary(model);
  const lines = columns([
    ["TABLE", "OWNER", "OTHERS"],
    ...rows.map((row) => [row.table, row.owner, othersText(row, model.today)].map(escapeControls)),
  ]);
  const parts = [[color.bold(lines[0] ?? ""), ...lines.slice(1)].join("\n")];
  const moving = transfers(model);
  if (moving.length > 0) {
    const list = columns([
      ["TRANSFER", "FROM", "TO", "BY", "STATE", "ACTION"],
      ...moving.map((row) =>
        [row.table, row.from, row.to, row.until ?? "–", stateText(row), row.action].map(escapeControls),
      ),
    ]);
    parts.push([color.bold(list[0] ?? ""), ...list.slice(1)].join("\n"));
  }
  parts.push(summary(rows, moving));
  return `${parts.join("\n\n")}\n`;
}

/** Renders both as Markdown tables. */
export function statusMarkdown(model: Model): string {
  const rows = boundary(model);
  const table = (heading: string[], body: string[][]) =>
    [heading, heading.map(() => "---"), ...body].map(tableRow).join("\n");
  const parts = [
    table(
      ["table", "owner", "others"],
      rows.map((row) => [code(row.table), prose(row.owner), prose(othersText(row, model.today))]),
    ),
  ];
  const moving = transfers(model);
  if (moving.length > 0) {
    const body = moving.map((row) => [
      code(row.table),
      `${prose(row.from)} → ${prose(row.to)}`,
      row.until ?? "–",
      prose(stateText(row)),
      prose(row.action),
    ]);
    parts.push(table(["transfer", "", "by", "state", "action"], body));
  }
  return `${[...parts, prose(summary(rows, moving))].join("\n\n")}\n`;
}

function stateText({ state, open }: TransferRow): string {
  if (open.length === 0) return state;
  const more = open.length - shownPlaces;
  return `${state}: ${open.slice(0, shownPlaces).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function summary(rows: readonly BoundaryRow[], moving: readonly TransferRow[]): string {
  const uses = rows.flatMap(({ others }) => others);
  const open = uses.reduce((sum, { forbidden }) => sum + forbidden, 0);
  const done = moving.filter(({ state }) => state === "done").length;
  const parts = [
    counted(rows.length, "table"),
    `${counted(uses.length, "use")} by others`,
    `${counted(open, "place")} not allowed`,
  ];
  if (moving.length > 0) parts.push(`${done} of ${counted(moving.length, "transfer")} done`);
  return parts.join(" · ");
}
