/** Telemetry takes samples in and answers what was used when. */
import { z } from "zod";
import { type Environment, plainText, type Running, readJson, readQuery, run, serve } from "../chassis.ts";
import { openDatabase } from "./database.ts";
import { ingest, usage } from "./samples.ts";

const name = plainText.trim().min(1).max(200);
const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const samples = z.strictObject({
  samples: z
    .array(
      z.strictObject({
        source: name,
        metric: name,
        value: z.number(),
        at: time.optional().transform((at) => at ?? new Date()),
      }),
    )
    .min(1)
    .max(1000),
});
const range = z.strictObject({
  metric: name,
  from: time.default(() => new Date(0)),
  to: time.default(() => new Date()),
});

/**
 * Starts telemetry.
 * @throws SettingError for a variable that is missing or wrong, and what keeps its database from being opened
 */
export async function start(env: Environment): Promise<Running> {
  const sql = await openDatabase(env);
  return serve({
    name: "telemetry",
    env,
    routes: {
      "/samples": {
        async POST(request) {
          const body = await readJson(request, samples);
          await ingest(sql, body.samples);
          return Response.json({ accepted: body.samples.length }, { status: 202 });
        },
      },
      "/usage": {
        async GET(request) {
          const { metric, from, to } = readQuery(request, range);
          return Response.json({ metric, hours: await usage(sql, metric, from, to) });
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

if (import.meta.main) await run("telemetry", start);
