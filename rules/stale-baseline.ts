import type { BaselineOutcome, Rule } from "../analysis/model.ts";
import { list } from "./parts/words.ts";

const head = '{"freehold":"baseline","version":1}\n';
const access = {
  "services/billing/total.ts":
    'import { sql } from "./database.ts";\n\nexport const totals = () => sql`select total from orders`;\n',
};

export const staleBaseline: Rule = {
  id: "stale-baseline",
  severity: "error",
  summary: "Disallow entries of the baseline that stand for no finding.",
  why: "An entry that outlived its cause lets the same access come back unseen.",
  fix: "Run freehold check --update-baseline, which takes such entries out and adds none.",
  examples: {
    bad: { "freehold.baseline.jsonl": `${head}${entryOf("gone", "0000000000000000")}\n` },
    good: {
      "freehold.baseline.jsonl": `${head}${entryOf("totals", "545b9fe8e726cc0b")}\n`,
      ...access,
    },
  },
  exceptions: true,

  *check({ baseline }) {
    for (const entry of baseline) {
      const message = idle(entry);
      if (message === null) continue;
      const { at, services, table } = entry;
      yield {
        at,
        message,
        help: "run freehold check --update-baseline, which takes it out and adds none",
        subject: { services, table },
      };
    }
  },
};

function idle({ outcome, rule, services, table, file, function: name }: BaselineOutcome): string | null {
  if (outcome === "unknown") return `there is no rule called ${rule}`;
  if (outcome !== "unused") return null;
  const where = name === null ? file : `${name} in ${file}`;
  const of = services.length === 0 ? "" : ` of ${list(services)}`;
  return `${rule}${of} finds nothing${table === null ? "" : ` about ${table}`} in ${where} any more`;
}

function entryOf(name: string, statement: string): string {
  return JSON.stringify({
    rule: "cross-service-read",
    services: ["billing"],
    table: "orders",
    operation: "select",
    file: "services/billing/total.ts",
    function: name,
    statement,
    reason: "totals move to GET /totals",
  });
}
