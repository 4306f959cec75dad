import type { MigrationFile, Rule } from "../analysis/model.ts";

export const irreversibleMigration: Rule = {
  id: "irreversible-migration",
  severity: "warn",
  summary: "Disallow migrations without a way back in a service whose others have one.",
  why: "A way back is wanted in the worst moment of a release, and is as far as the first migration that has none. A folder that has none at all is left alone: many tools know no way back, and many services go forwards only.",
  fix: "Write it beside the migration, as NNN_name.down.sql, or in the part of the file that takes back.",
  examples: {
    bad: {
      "services/billing/migrations/001_create_invoices.down.sql": "drop table invoices;\n",
      "services/billing/migrations/002_due.sql": "alter table invoices add due date;\n",
    },
    good: {
      "services/billing/migrations/001_create_invoices.down.sql": "drop table invoices;\n",
      "services/billing/migrations/002_due.sql": "alter table invoices add due date;\n",
      "services/billing/migrations/002_due.down.sql": "alter table invoices drop due;\n",
    },
  },

  *check({ migrations }) {
    const folders = Map.groupBy(migrations, ({ service, folder }) => `${service}\0${folder}`);
    for (const files of folders.values()) {
      // A folder says itself whether its service wants them.
      const wanted = files.some(({ down, wayBack }) => down || wayBack);
      for (const one of files) {
        if (!wanted || one.down || one.wayBack || one.version === null) continue;
        yield {
          at: one.at,
          message: `${one.service}'s ${one.file} has no way back, and others of ${one.folder} have`,
          help: one.sectioned ? "write the part that takes it back" : `write ${backOf(one)} beside it`,
          subject: { services: [one.service] },
        };
      }
    }
  },
};

function backOf({ file }: MigrationFile): string {
  if (/(?:^|\/)(?:up|migration)\.sql$/i.test(file)) return "down.sql";
  if (/^V\d/.test(file)) return `U${file.slice(1)}`;
  return file.replace(/(?:\.up)?\.sql$/i, ".down.sql");
}
