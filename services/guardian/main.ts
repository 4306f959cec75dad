/** Guardian knows which agent holds which badge. */
import { z } from "zod";
import {
  type Environment,
  Problem,
  plainText,
  type Running,
  readActor,
  readJson,
  readPath,
  run,
  serve,
} from "../chassis.ts";
import { grant, heldBy, revoke } from "./badges.ts";
import { openDatabase } from "./database.ts";

const name = plainText.trim().min(1).max(200);
const agentPath = z.object({ agent: name });
const badgePath = z.object({ agent: name, badge: name });
const grantShape = z.strictObject({
  agent: name,
  badge: name,
  expiresAt: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .refine((date) => date.getTime() > Date.now(), "must be in the future")
    .nullable()
    .default(null),
});

/**
 * Starts guardian.
 * @throws SettingError for a variable that is missing or wrong, and what keeps its database from being opened
 */
export async function start(env: Environment): Promise<Running> {
  const sql = await openDatabase(env);
  return serve({
    name: "guardian",
    env,
    routes: {
      "/badges": {
        async POST(request) {
          const grantedBy = readActor(request);
          const badge = await grant(sql, grantedBy, await readJson(request, grantShape));
          return Response.json(badge, { status: 201 });
        },
      },
      "/badges/:id": {
        async DELETE(request) {
          readActor(request);
          const id = z.uuid().safeParse(request.params["id"]);
          if (!id.success) throw new Problem(404, "nobody holds such a badge");
          await revoke(sql, id.data);
          return new Response(null, { status: 204 });
        },
      },
      "/agents/:agent/badges": {
        async GET(request) {
          const { agent } = readPath(request, agentPath);
          return Response.json({ badges: await heldBy(sql, agent) });
        },
      },
      "/agents/:agent/badges/:badge": {
        async GET(request) {
          const { agent, badge } = readPath(request, badgePath);
          const held = (await heldBy(sql, agent)).find((one) => one.badge === badge);
          return Response.json({
            agent,
            badge,
            held: held !== undefined,
            expiresAt: held?.expiresAt ?? null,
          });
        },
      },
    },
    async health() {
      await sql`select 1`;
      return {};
    },
    async close() {
      await sql.end({ timeout: 5 });
      return 0;
    },
  });
}

if (import.meta.main) await run("guardian", start);
