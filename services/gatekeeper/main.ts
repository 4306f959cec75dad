/** Gatekeeper decides who may do what, and keeps every decision in its audit log. */
import { type AuditLog, createAuditLog, postgresSink, prometheus } from "freehold/audit";
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
import { decide, policy } from "./policy.ts";

const text = z.string().min(1).max(500);
const question = z.strictObject({ actor: text, action: text, resource: text });
const page = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().optional(),
  actor: plainText.max(500).optional(),
});

/** What is not in the database this long after the stop stays in the spool, and the exit code says so. */
const usualCloseDeadlineMs = 10_000;

const metricsType = "text/plain; version=0.0.4; charset=utf-8";

export async function start(env: Environment): Promise<Running> {
  const guardian = env["GUARDIAN_URL"] ? readServiceUrl("gatekeeper", "GUARDIAN_URL", env) : null;
  const sql = await openDatabase(env);
  const holds = askGuardian(guardian);
  let audit: AuditLog | undefined;
  try {
    audit = openAudit(env);
    return serveOn({ sql, audit, holds, env });
  } catch (error) {
    await audit?.close();
    await sql.end({ timeout: 0 });
    throw error;
  }
}

interface Parts {
  sql: Sql;
  audit: AuditLog;
  holds: ReturnType<typeof askGuardian>;
  env: Environment;
}

function serveOn({ sql, audit, holds, env }: Parts): Running {
  const deadlineMs = readCloseDeadline(env);
  return serve({
    name: "gatekeeper",
    env,
    routes: {
      "/check": {
        async POST(request) {
          const asked = await readJson(request, question);
          const decision = await decide(asked, policy, holds);
          const kept = audit.log({ ...asked, decision: decision.decision, detail: { rule: decision.rule } });
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

function readCloseDeadline(env: Environment): number {
  const text = env["GATEKEEPER_AUDIT_CLOSE_DEADLINE_MS"]?.trim();
  if (!text) return usualCloseDeadlineMs;
  if (!/^\d{1,9}$/.test(text)) {
    throw new SettingError(
      `GATEKEEPER_AUDIT_CLOSE_DEADLINE_MS must be a whole number of milliseconds, but is "${text}".`,
    );
  }
  return Number(text);
}

function readSetting(variable: string, env: Environment, what: string): string {
  const value = env[variable]?.trim();
  if (!value) throw new SettingError(`gatekeeper needs ${variable}, which is not set: ${what}.`);
  return value;
}

if (import.meta.main) await run("gatekeeper", start);
