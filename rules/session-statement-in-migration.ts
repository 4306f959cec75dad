import type { Act, Rule } from "../analysis/model.ts";

const ends = new Set([
  "COMMIT",
  "ROLLBACK",
  "PREPARE TRANSACTION",
  "COMMIT PREPARED",
  "ROLLBACK PREPARED",
  "BEGIN",
]);
const roles = new Set(["SET ROLE", "RESET ROLE", "SET SESSION AUTHORIZATION", "RESET SESSION AUTHORIZATION"]);
const settings = new Set(["SET", "RESET", "DISCARD"]);
/** MySQL's and SQLite's ways into another database, where every name would be somebody else's. */
const databases = new Set(["USE", "ATTACH DATABASE", "DETACH DATABASE"]);

/** A migration runs in a transaction and a session that it was given. */
export const sessionStatementInMigration: Rule = {
  id: "session-statement-in-migration",
  severity: "error",
  summary:
    "Disallow statements in migrations that end the transaction, change the role or the database, or outlive them in the session.",
  why: "A migration is one transaction in a session that the next one uses, too: a COMMIT of its own leaves half of it when it fails, SET ROLE steps out of what its role may do, and a plain SET decides where the next migration's tables land.",
  fix: "Leave transactions to the runner, roles to the project, and write SET LOCAL for settings.",
  examples: {
    bad: {
      "services/billing/migrations/002_note.sql": "set role postgres;\nalter table invoices add due date;\n",
    },
    good: {
      "services/billing/migrations/002_note.sql":
        "set local lock_timeout = '2s';\nalter table invoices add due date;\n",
    },
  },

  *check({ acts }) {
    for (const act of acts) {
      if (!act.migration) continue;
      const told = tell(act);
      if (!told) continue;
      const { service } = act.migration;
      yield { at: act.at, ...told, subject: { services: [service] } };
    }
  },
};

function tell({ act, name, migration }: Act): { message: string; help: string } | null {
  const service = migration?.service;
  const said = `a migration of ${service} says ${act}${name === null ? "" : ` ${name}`}`;
  if (ends.has(act)) {
    return {
      message: `${said}, and its transaction is the runner's`,
      help: "take it out: each migration is one transaction",
    };
  }
  if (roles.has(act)) {
    return {
      message: `${said}, and who it runs as is the project's`,
      help: "take it out: the project gives the migrator its role",
    };
  }
  if (databases.has(act)) {
    return {
      message: `${said}, and which database it works on is the project's`,
      help: "take it out: the migrator's connection names the database",
    };
  }
  if (act === "SET GLOBAL") {
    return {
      message: `${said}, and how the server is set is the project's`,
      help: "leave it to the project's provisioning",
    };
  }
  if (settings.has(act)) {
    return {
      message: `${said}, which the next one in the session would meet`,
      help: act === "SET" ? "write SET LOCAL, which ends with the transaction" : "take it out",
    };
  }
  return null;
}
