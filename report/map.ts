/** Who owns what, as a picture: Mermaid, which GitHub and GitLab draw in Markdown, or DOT for Graphviz. */
import type { Model } from "../analysis/model.ts";
import { type BoundaryRow, boundary } from "./boundary.ts";
import { escapeControls } from "./text.ts";

interface Edge {
  from: string;
  row: number;
  label: string;
  /** Some of it is not allowed. */
  forbidden: boolean;
}

/** https://mermaid.js.org/syntax/flowchart.html */
export function mapMermaid(model: Model): string {
  const { rows, owners, edges } = picture(model);
  const id = (owner: string) => `s${owners.indexOf(owner)}`;
  const lines = ["flowchart LR"];
  for (const owner of owners) {
    lines.push(`  subgraph ${id(owner)}["${entity(owner)}"]`);
    for (const [index, row] of rows.entries()) {
      if (row.owner === owner) lines.push(`    t${index}[("${entity(row.table)}")]`);
    }
    lines.push("  end");
  }
  for (const { from, row, label, forbidden } of edges) {
    lines.push(`  ${id(from)} ${forbidden ? "-->" : "-.->"}|${label}| t${row}`);
  }
  const red = edges.flatMap(({ forbidden }, index) => (forbidden ? [index] : []));
  if (red.length > 0) lines.push(`  linkStyle ${red.join(",")} stroke:#c00,stroke-width:2px`);
  return `${lines.join("\n")}\n`;
}

/** https://graphviz.org/doc/info/lang.html */
export function mapDot(model: Model): string {
  const { rows, owners, edges } = picture(model);
  const lines = ["digraph freehold {", "  rankdir=LR", "  compound=true"];
  for (const [index, owner] of owners.entries()) {
    lines.push(`  subgraph cluster_${index} {`, `    label=${quoted(owner)}`);
    lines.push(`    s${index} [shape=point style=invis]`);
    for (const [number, row] of rows.entries()) {
      if (row.owner === owner) lines.push(`    t${number} [shape=cylinder label=${quoted(row.table)}]`);
    }
    lines.push("  }");
  }
  for (const { from, row, label, forbidden } of edges) {
    const at = owners.indexOf(from);
    const style = forbidden ? 'color="#cc0000"' : "style=dashed";
    lines.push(`  s${at} -> t${row} [ltail=cluster_${at} label=${quoted(label)} ${style}]`);
  }
  return `${[...lines, "}"].join("\n")}\n`;
}

function picture(model: Model): { rows: BoundaryRow[]; owners: string[]; edges: Edge[] } {
  const rows = boundary(model);
  const owners = model.manifest.services.map(({ name }) => name);
  const edges = rows.flatMap(({ others }, row) =>
    others.map(({ service, access, forbidden }) => ({
      from: service,
      row,
      label: access.join(", "),
      forbidden: forbidden > 0,
    })),
  );
  return { rows, owners, edges };
}

/** Mermaid's own escapes for what would end a label. */
function entity(text: string): string {
  return escapeControls(text).replace(/["#&<>;]/g, (mark) => `#${mark.charCodeAt(0)};`);
}

function quoted(text: string): string {
  return `"${escapeControls(text).replace(/["\\]/g, "\\$&")}"`;
}
