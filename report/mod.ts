/** Findings, facts and rules in, text out. A format's name is its key, here and in check-formats.ts; the command line takes its choices from these lists. */
import type { Model, Reference, Rule } from "../analysis/model.ts";
import type { ReportContext } from "./context.ts";
import { factsJsonl } from "./facts-jsonl.ts";
import { factsTable } from "./facts-table.ts";
import { mapDot, mapMermaid } from "./map.ts";
import { rulesJson, rulesTable } from "./rules-table.ts";
import { statusMarkdown, statusTable } from "./status.ts";

export { checkFormats } from "./check-formats.ts";
export { unreadLines } from "./compact.ts";
export type { Painter, ReportContext } from "./context.ts";
export { plain } from "./context.ts";
export { databaseDocs } from "./database-docs.ts";
export { diffMarkdown } from "./diff.ts";
export { type Diagnosis, doctor } from "./doctor.ts";
export { explain } from "./explain.ts";
export { counted } from "./text.ts";
export { why } from "./why.ts";

type Reporter<Subject> = (subject: Subject, context: ReportContext) => string;

export const factsFormats = {
  table: factsTable,
  jsonl: factsJsonl,
} satisfies Record<string, Reporter<readonly Reference[]>>;

export const statusFormats = {
  table: statusTable,
  markdown: statusMarkdown,
} satisfies Record<string, (model: Model, context: ReportContext) => string>;

export const mapFormats = {
  mermaid: mapMermaid,
  dot: mapDot,
} satisfies Record<string, (model: Model) => string>;

export const rulesFormats = {
  table: rulesTable,
  json: rulesJson,
} satisfies Record<string, Reporter<readonly Rule[]>>;
