/** The database that a run works on: which engine it is, and whether its history is one that this version may touch. */
import { DatabaseConfigError } from "../connect/mod.ts";
import type { Engine } from "./engine.ts";
import { MigrationError } from "./errors.ts";
import type { AppliedMigration } from "./history.ts";
import type { Means, MigrationTarget, Subject } from "./options.ts";
import { postgresEngine, withPostgres } from "./postgres.ts";
import { toolVersion } from "./version.ts";

/** The engines, and how the URLs of each begin. */
const engines = {
  PostgreSQL: {
    schemes: ["postgres", "postgresql"],
    dialects: ["postgresql"],
    example: "postgres://USER:PASSWORD@HOST:5432/DATABASE",
  },
  SQLite: { schemes: ["sqlite", "file"], dialects: ["sqlite"], example: "sqlite:///FOLDER/FILE.db" },
  MariaDB: {
    schemes: ["mariadb", "mysql"],
    dialects: ["mariadb", "mysql"],
    example: "mariadb://USER:PASSWORD@HOST:3306/DATABASE",
  },
} as const;

/**
 * Opens the target where it is not open yet, and closes it again. SQLite and MariaDB are loaded only here, when asked for.
 * @throws {DatabaseConfigError} where the URL is missing, or is one of another engine than the service is said to be on.
 * @throws {DatabaseUnavailableError} where nothing answers as the engine does, in place of what the work met.
 */
export async function withEngine<T>(
  target: Subject & MigrationTarget & Means,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  if ("sql" in target) {
    if (target.sql.options.max < 2) {
      throw new RangeError("migrate() needs a pool of two connections: one holds the lock, the other works");
    }
    return work(postgresEngine(target.sql, target, false));
  }
  const [variable, url] =
    "url" in target
      ? ["the URL", target.url]
      : [target.variable, (target.env ?? process.env)[target.variable]];
  switch (engineOf(target, variable, url?.trim())) {
    case "SQLite": {
      const { withSqlite } = await import("./sqlite/mod.ts");
      return withSqlite(target, variable, url!.trim(), work);
    }
    case "MariaDB": {
      const { withMariaDb } = await import("./mariadb/mod.ts");
      return withMariaDb(target, variable, url!.trim(), work);
    }
    default:
      return withPostgres(target, variable, url, (sql) => work(postgresEngine(sql, target, true)));
  }
}

/** What the URL says; where that is nothing that is known, PostgreSQL's reader says what is wrong with it. */
function engineOf({ service, dialect }: Subject, variable: string, url = ""): keyof typeof engines {
  const names = Object.keys(engines) as (keyof typeof engines)[];
  const wanted = names.find((name) => (engines[name].dialects as readonly string[]).includes(dialect ?? ""));
  const scheme = /^([a-z]+):/i.exec(url)?.[1]?.toLowerCase() ?? "";
  const found = names.find((name) => (engines[name].schemes as readonly string[]).includes(scheme));
  if (!wanted || found === wanted || (wanted === "PostgreSQL" && !found)) return found ?? "PostgreSQL";
  const { example } = engines[wanted];
  throw new DatabaseConfigError(
    variable,
    found
      ? `${service} is on ${wanted}, and ${variable} is for ${found} (${scheme}:); set it to the service's own database (${variable}=${example}).`
      : `${service} needs ${variable}, which is ${url === "" ? "not set" : `no URL of ${wanted}`}: set it to the service's own database (${variable}=${example}).`,
  );
}

/** @throws {MigrationError} `history` where a newer tool than this has written rows that it may mean otherwise. */
export function requireOwnVersion(service: string, history: readonly AppliedMigration[]): void {
  const newer = history.find((row) => row.toolVersion !== toolVersion && isNewer(row.toolVersion));
  if (!newer) return;
  throw new MigrationError(
    service,
    "history",
    `${service}: ${newer.name} was applied by freehold ${newer.toolVersion}, and this is ${toolVersion}; update it first.`,
  );
}

/** By the part of the version that tells of breaking changes (https://semver.org, items 4 and 8). */
function isNewer(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [ownMajor = 0, ownMinor = 0] = toolVersion.split(".").map(Number);
  return major > ownMajor || (major === ownMajor && major === 0 && minor > ownMinor);
}
