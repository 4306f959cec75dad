import type { Act, Manifest, Rule } from "../analysis/model.ts";

const ends = new Set([
  "COMMIT",
  "ROLLBACK",
  "PREPARE TRANSACTION",
  "COMMIT PREPARED",
  "ROLLBACK PREPARED",
  "BEGIN",
  "XA",
]);
const roles = new Set(["SET ROLE", "RESET ROLE", "SET SESSION AUTHORIZATION", "RESET SESSION AUTHORIZATION"]);
const settings = new Set(["SET", "RESET", "DISCARD"]);
/** MySQL's: each ends the transaction, and stands until the session takes it back. */
const locks = new Set(["LOCK TABLES", "UNLOCK TABLES", "LOCK INSTANCE"]);
/** They reach every database of the server. */
const server = new Set(
  `ALTER SYSTEM,SET GLOBAL,FLUSH,KILL,SHUTDOWN,RESTART,INSTALL PLUGIN,UNINSTALL PLUGIN,CLONE,BACKUP,BINLOG,PURGE,CHANGE MASTER,START SLAVE,START REPLICA,START ALL,START GROUP_REPLICATION,STOP REPLICA`.split(
    ",",
  ),
);
/** MySQL's and SQLite's ways into another database, where every name would be somebody else's. */
const databases = new Set(["USE", "ATTACH DATABASE", "DETACH DATABASE"]);

/** A migration runs in a transaction and a session that it was given. */
export const sessionStatementInMigration: Rule = {
  id: "session-statement-in-migration",
  severity: "error",
  summary:
    "Disallow statements in migrations that end the transaction, change the role or the database, or outlive them in the session.",
  why: "A migration is one transaction in a session that the next one uses, too: a COMMIT of its own leaves half of it when it fails, SET ROLE steps out of what its role may do, and a plain SET decides where the next migration's tables land.",
  fix: "Leave transactions to the runner, roles and the server to the project, and write SET LOCAL for settings (on MariaDB SET STATEMENT, on MySQL the hint SET_VAR).",
  examples: {
    bad: {
      "services/billing/migrations/002_note.sql": "set role postgres;\nalter table invoices add due date;\n",
    },
    good: {
      "services/billing/migrations/002_note.sql":
        "set local lock_timeout = '2s';\nalter table invoices add due date;\n",
    },
  },

  *check({ acts, manifest }) {
    for (const act of acts) {
      // What runs migrations has its session to itself, and opens and ends their transactions.
      if (!act.migration || act.migration.runner) continue;
      const told = tell(act, manifest);
      if (!told) continue;
      const { service } = act.migration;
      yield { at: act.at, ...told, subject: { services: [service] } };
    }
  },
};

function tell({ act, name, migration }: Act, manifest: Manifest): { message: string; help: string } | null {
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
  if (locks.has(act)) {
    return {
      message: `${said}, which ends the transaction, and its locks outlive the migration`,
      help: "take it out: a change of the schema takes its own locks, and one migration runs at a time",
    };
  }
  if (server.has(act)) {
    return {
      message: `${said}, and how the server is set is the project's`,
      help: "leave it to the project's provisioning",
    };
  }
  if (settings.has(act)) {
    return {
      message: `${said}, which the next one in the session would meet`,
      help: act === "SET" ? forOneTime(manifest, service) : "take it out",
    };
  }
  return null;
}

/** MySQL's SET LOCAL is another word for SET SESSION. */
function forOneTime({ services }: Manifest, service: string | undefined): string {
  switch (services.find(({ name }) => name === service)?.dialect) {
    case "mariadb":
      return "write SET STATEMENT … FOR before the statement that needs it, which ends with that";
    case "mysql":
      return "take it out, or write the hint SET_VAR in the statement that needs it, which ends with that";
    default:
      return "write SET LOCAL, which ends with the transaction";
  }
}
