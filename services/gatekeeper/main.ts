/** Gatekeeper decides who may do what, and keeps every decision in its audit log. */
import { createAuditLog, postgresSink } from "freehold/audit";
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

/** What is not in the database this long after the stop counts as lost, and the exit code says so. */
const closeDeadlineMs = 10_000;

export async function start(env: Environment): Promise<Running> {
  const guardian = env["GUARDIAN_URL"] ? readServiceUrl("gatekeeper", "GUARDIAN_URL", env) : null;
  const sql = await openDatabase(env);
  const audit = createAuditLog({
    sink: postgresSink(sql),
    onError: (error, failures) =>
      console.error(`gatekeeper: an audit batch failed (${failures} in a row): ${describe(error)}`),
  });
  const holds = askGuardian(guardian);

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
    },
    async health() {
      await sql`select 1`;
      const { queued, refused, failures } = audit.stats();
      return { audit: { queued, refused, failures } };
    },
    async close() {
      const { unconfirmed } = await audit.close({ deadlineMs: closeDeadlineMs });
      await sql.end({ timeout: 5 });
      if (unconfirmed > 0)
        console.error(`gatekeeper: ${unconfirmed} audit events were not confirmed as stored`);
      return unconfirmed > 0 ? 1 : 0;
    },
  });
}

if (import.meta.main) await run("gatekeeper", start);
