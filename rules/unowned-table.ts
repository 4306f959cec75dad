import type { Model, Reference, Rule } from "../analysis/model.ts";
import { ownersElsewhere } from "../manifest/lookup.ts";
import { nearest } from "../manifest/nearest.ts";
import { subjectAndVerb } from "./parts/access.ts";
import { list, tableName } from "./parts/words.ts";

export const unownedTable: Rule = {
  id: "unowned-table",
  severity: "error",
  summary: "Disallow using or creating a table that no service owns.",
  why: "Nobody answers for such a table: nobody migrates it, and nobody can be asked.",
  fix: 'Add the table to its owner\'s "owns", or, if a tool keeps it, to "system".',
  examples: {
    bad: {
      "services/billing/rates.ts":
        'import { sql } from "./database.ts";\n\nawait sql`select rate from tax_rates`;\n',
    },
    good: {
      "services/billing/rates.ts":
        'import { sql } from "./database.ts";\n\nawait sql`with tax_rates as (select 7 as rate) select rate from tax_rates`;\n',
    },
  },

  *check(model) {
    const speakers = migrationSpeakers(model);
    for (const reference of model.references) {
      const services = reference.judgements
        .filter(({ verdict }) => verdict === "unowned")
        .map(({ service }) => service);
      if (services.length === 0) continue;
      // Of a table's history in a service's migrations, one statement speaks for all.
      if (reference.migration && speakers.get(key(reference)) !== reference) continue;
      const name = tableName(reference);
      const owner = reference.migration?.service ?? (services.length === 1 ? services[0] : undefined);
      yield {
        at: reference.at,
        message: `${subjectAndVerb(services, reference.operation)} ${name}, which nobody owns`,
        help: `${meant(model, reference)}add ${name} to "owns" of ${owner ?? `${list(services, "or")}, whoever it is`}, or to "system" if a tool keeps it`,
        subject: { services, table: reference.table, access: reference.access },
        test: reference.test,
      };
    }
  },
};

/** What may have been meant: a table of this name in another schema, or one of nearly this name. */
function meant({ manifest }: Model, { table }: Reference): string {
  if (table === null) return "";
  const [elsewhere] = ownersElsewhere(manifest, table);
  if (elsewhere !== undefined)
    return `${elsewhere} owns a table ${table} in another schema; if that is not meant, `;
  const owned = manifest.services.flatMap(({ owns }) => owns.map((entry) => entry.table));
  const near = nearest(table, owned);
  return near === null ? "" : `did you mean ${near}? If not, `;
}

/** By service and table, the statement that speaks for its migrations: the first CREATE, else the first that names it. */
function migrationSpeakers({ references }: Model): Map<string, Reference> {
  const speakers = new Map<string, Reference>();
  for (const reference of references) {
    if (!reference.migration || reference.verdict !== "unowned") continue;
    const speaker = speakers.get(key(reference));
    if (!speaker || rank(reference) < rank(speaker)) speakers.set(key(reference), reference);
  }
  return speakers;
}

function rank({ operation, migration }: Reference): number {
  if (migration?.down) return 2;
  return operation === "create-table" || operation === "view" ? 0 : 1;
}

function key({ migration, schema, table }: Reference): string {
  return JSON.stringify([migration?.service ?? null, schema, table]);
}
