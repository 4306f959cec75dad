/** Gatekeeper decides who may do what, and keeps every decision in its audit log. */
import {
  type AuditEvent,
  type AuditLog,
  createAuditLog,
  type LogResult,
  postgresSink,
  prometheus,
} from "freehold/audit";
import type { Sql } from "freehold/connect";
import { z } from "zod";
import {
  describe,
  type Environment,
  Problem,
  plainText,
  type Running,
  readJson,
  readQuery,
  readServiceUrl,
  run,
  SettingError,
  serve,
} from "../chassis.ts";
import { readAuditPage } from "./audit-pages.ts";
import { askGuardian } from "./badges.ts";
import { openDatabase } from "./database.ts";
import { decide, type Rule, readPolicy } from "./policy.ts";

const text = z.string().min(1).max(500);
const question = z.strictObject({ actor: text, action: text, resource: text });
const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const page = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().optional(),
  actor: plainText.max(500).optional(),
  action: plainText.max(500).optional(),
  resource: plainText.max(500).optional(),
  decision: plainText.max(500).optional(),
  since: time.optional(),
  until: time.optional(),
});

/** What is not in the database this long after the stop stays in the spool, and the exit code says so. */
const usualCloseDeadlineMs = 10_000;
/** Whoever has not said by then that an actor holds a badge has not said so. */
const usualGuardianTimeoutMs = 2000;

const metricsType = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Starts gatekeeper.
 * @throws SettingError for a variable that is missing or wrong, and what keeps its database or its audit log from
 * being opened
 */
export async function start(env: Environment): Promise<Running> {
  const guardian = env["GUARDIAN_URL"] ? readServiceUrl("gatekeeper", "GUARDIAN_URL", env) : null;
  const guardianTimeoutMs = readMs("GATEKEEPER_GUARDIAN_TIMEOUT_MS", env, usualGuardianTimeoutMs);
  const rules = readPolicy(env["GATEKEEPER_POLICY"] || new URL("policy.json", import.meta.url));
  const sql = await openDatabase(env);
  const holds = askGuardian(guardian, guardianTimeoutMs);
  let audit: AuditLog | undefined;
  try {
    audit = openAudit(env);
    console.info(`gatekeeper: audit log opened, writer ${audit.stats().writer}`);
    return serveOn({ sql, audit, holds, rules, env });
  } catch (error) {
    await audit?.close();
    await sql.end({ timeout: 0 });
    throw error;
  }
}

export interface Parts {
  sql: Sql;
  /** Where decisions are kept; `log` may also be one that has to be waited for. */
  audit: Pick<AuditLog, "stats" | "close"> & {
    log(event: AuditEvent): LogResult | Promise<LogResult>;
  };
  holds: ReturnType<typeof askGuardian>;
  rules: readonly Rule[];
  env: Environment;
}

/** Serves what is open already; whoever opened it hands it over. */
export function serveOn({ sql, audit, holds, rules, env }: Parts): Running {
  const deadlineMs = readMs("GATEKEEPER_AUDIT_CLOSE_DEADLINE_MS", env, usualCloseDeadlineMs);
  return serve({
    name: "gatekeeper",
    env,
    routes: {
      "/check": {
        async POST(request) {
          const asked = await readJson(request, question);
          const decision = await decide(asked, rules, holds);
          const { decision: said, rule } = decision;
          const kept = await audit.log({ ...asked, decision: said, detail: { rule } });
          // Fail closed: what cannot be audited is not allowed.
          if (!kept.accepted) throw new Problem(503, kept.message);
          return Response.json(decision);
        },
      },
      "/audit": {
        GET: async (request) => Response.json(await readAuditPage(sql, readQuery(request, page))),
      },
      "/metrics": {
        GET: () => new Response(prometheus(audit.stats()), { headers: { "content-type": metricsType } }),
      },
    },
    async health() {
      const { health, reasons, accepted, stored } = audit.stats();
      if (health === "refusing") throw new Error(`the audit log refuses: ${reasons.join(", ")}`);
      await sql`select 1`;
      return { audit: { health, reasons, unstored: accepted - stored } };
    },
    async close() {
      const { spooled, unconfirmed } = await audit.close({ deadlineMs });
      await sql.end({ timeout: 5 });
      const left = spooled + unconfirmed;
      if (left > 0) {
        console.error(
          `gatekeeper: ${left} audit events are not in the database; they wait in the spool for the next start`,
        );
      }
      return left > 0 ? 1 : 0;
    },
  });
}

function openAudit(env: Environment): AuditLog {
  return createAuditLog({
    spool: readSetting("GATEKEEPER_AUDIT_SPOOL", env, "a folder that outlives the process"),
    sink: postgresSink({ url: readSetting("GATEKEEPER_DATABASE_URL", env, "its database") }),
    onAlarm: (message) => console.error(`gatekeeper: audit: ${describe(message)}`),
  });
}

function readMs(variable: string, env: Environment, usual: number): number {
  const text = env[variable]?.trim();
  if (!text) return usual;
  if (!/^\d{1,9}$/.test(text))
    throw new SettingError(`${variable} must be a whole number of milliseconds, but is "${text}".`);
  return Number(text);
}

function readSetting(variable: string, env: Environment, what: string): string {
  const value = env[variable]?.trim();
  if (!value) throw new SettingError(`gatekeeper needs ${variable}, which is not set: ${what}.`);
  return value;
}

if (import.meta.main) await run("gatekeeper", start);
