import type { HeadTable, MappedTable, Model, Rule, RuleFinding } from "../analysis/model.ts";
import { list, possessive } from "./parts/words.ts";

/** A mapper's schema and the migrations describe the same tables; where they differ, a query will fail. */
export const modelMismatch: Rule = {
  id: "model-mismatch",
  severity: "warn",
  summary: "Disallow a mapped table that differs from what the migrations make.",
  why: "The code is written against the model, the database is made by the migrations: a column that only one of them knows is an error at run time.",
  fix: "Write the migration that brings the table to the model, or bring the model to the table.",
  examples: {
    bad: {
      "services/billing/schema.ts":
        'import { integer, pgTable, text } from "drizzle-orm/pg-core";\n\nexport const invoices = pgTable("invoices", { id: integer("id"), colour: text("colour") });\n',
    },
    good: {
      "services/billing/schema.ts":
        'import { integer, pgTable, text } from "drizzle-orm/pg-core";\n\nexport const invoices = pgTable("invoices", { id: integer("id"), amount: integer("amount"), note: text("note") });\n',
    },
  },

  *check(model) {
    for (const table of model.mapped) {
      if (table.test) continue;
      for (const service of table.services) {
        const heads = [...model.heads, ...model.otherHeads].filter(
          (head) => head.service === service && head.droppedAt === null,
        );
        for (const one of enginesOf(table, heads)) {
          const [finding] = compare(
            table,
            service,
            heads.filter(({ engine }) => engine === one),
            model,
          );
          if (!finding) continue;
          yield finding;
          break;
        }
      }
    }
  },
};

/** In which histories the table is to be found; a service without migrations of its own has none that it could differ from. */
function enginesOf({ engine }: MappedTable, heads: readonly HeadTable[]): HeadTable["engine"][] {
  const all = [...new Set(heads.map((head) => head.engine))];
  if (engine === null || all.includes(null)) return all;
  const alike = engine === "mysql" && !all.includes(engine) ? "mariadb" : engine;
  return all.filter((one) => one === alike);
}

function* compare(
  table: MappedTable,
  service: string,
  heads: readonly HeadTable[],
  { manifest }: Model,
): Generator<RuleFinding> {
  const own = manifest.services.find(({ name }) => name === service);
  const schema = table.schema ?? own?.schema ?? "";
  const head = heads.find((item) => item.name === table.table && (item.schema ?? schema) === schema);
  const subject = { services: [service], table: table.table };
  const engine = heads[0]?.engine ?? "";
  if (!head) {
    yield {
      at: table.at,
      message: `${service} maps ${table.table}, which none of its ${engine && `${engine} `}migrations makes`,
      help: `write the migration that creates ${table.table}, or take the model out`,
      subject,
    };
    return;
  }
  // Of a view, and of a table made by a query, the columns are not known.
  const { columns } = head;
  if (table.columns === null || columns === null || head.object !== "table") return;
  const extra = table.columns.filter((column) => !columns.includes(column));
  const missing = columns.filter((column) => !table.columns?.includes(column));
  if (extra.length === 0 && missing.length === 0) return;
  const faults = [
    ...(extra.length ? [`has ${list(extra)}, which no ${engine && `${engine} `}migration makes`] : []),
    ...(missing.length ? [`lacks ${list(missing)}`] : []),
  ];
  yield {
    at: table.at,
    message: `${possessive(service)} model of ${table.table} ${faults.join(", and ")}`,
    help: "bring the model and the migrations to the same columns",
    subject,
    related: [{ at: head.createdAt, message: `${table.table} is made here` }],
  };
}
