import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { connect, type Sql } from "freehold/connect";
import { type EmbeddedPostgres, startPostgres } from "../../deploy/embedded/mod.ts";
import { preparePlatform } from "../../scripts/platform-roles.ts";
import type { Running } from "../chassis.ts";
import { start } from "./main.ts";

let server: EmbeddedPostgres;
let telemetry: Running;
let sql: Sql;
beforeAll(async () => {
  server = await startPostgres({ auth: "password" });
  const { url, env } = await preparePlatform(server);
  telemetry = await start(env);
  sql = connect({ service: "admin", variable: "URL", env: { URL: url } });
});
afterAll(async () => {
  await Promise.all([telemetry.stop(), sql.end({ timeout: 0 })]);
  await server.stop();
});
beforeEach(async () => {
  await sql`truncate system_telemetry, usage_stats`;
});

async function send(samples: unknown): Promise<{ status: number; body: unknown }> {
  const init = { method: "POST", body: JSON.stringify({ samples }) };
  const response = await fetch(new URL("/samples", telemetry.url), init);
  return { status: response.status, body: await response.json() };
}
async function usage(query: string): Promise<unknown> {
  return (await fetch(new URL(`/usage?${query}`, telemetry.url))).json();
}
const sample = (at: string, value: number) => ({ source: "a", metric: "cpu", value, at });

describe("telemetry", () => {
  test("takes samples in, and rolls them up by the hour", async () => {
    expect(
      await send([sample("2026-11-21T10:59:59.999Z", 5), sample("2026-11-21T12:30:00+01:00", 1)]),
    ).toEqual({
      status: 202,
      body: { accepted: 2 },
    });
    await send([
      sample("2026-11-21T11:00:00Z", 4),
      { ...sample("2026-11-21T11:00:00Z", 9), metric: "memory" },
    ]);
    expect(await usage("metric=cpu&to=2999-01-01T00:00:00Z")).toEqual({
      metric: "cpu",
      hours: [
        { hour: "2026-11-21T10:00:00.000Z", samples: 1, total: 5, lowest: 5, highest: 5 },
        { hour: "2026-11-21T11:00:00.000Z", samples: 2, total: 5, lowest: 1, highest: 4 },
      ],
    });
    expect(await usage("metric=cpu&from=2026-11-21T10:00:00Z&to=2026-11-21T11:00:00Z")).toMatchObject({
      hours: [{ hour: "2026-11-21T10:00:00.000Z" }],
    });
  });

  test("keeps the roll-up equal to the samples, whoever sends at the same time", async () => {
    const hours = ["10", "11", "12"].map((hour) => `2026-11-21T${hour}:00:00Z`);
    await Promise.all(
      Array.from({ length: 12 }, (_, sender) =>
        send(hours.toReversed().flatMap((at, hour) => [sample(at, sender), sample(at, hour)])),
      ),
    );
    const summed = await sql`
      select date_trunc('hour', at, 'UTC') as hour, count(*) as samples, sum(value) as total
      from system_telemetry group by 1 order by 1`;
    const rolled = await sql`select hour, samples, total from usage_stats order by hour`;
    expect(summed).toHaveLength(3);
    expect([...rolled]).toEqual([...summed]);
  });

  const wrong: [string, unknown, string][] = [
    ["none", [], "samples: Too small: expected array to have >=1 items"],
    [
      "no number",
      [{ ...sample("2026-11-21T11:00:00Z", 1), value: "1" }],
      "samples.0.value: Invalid input: expected number, received string",
    ],
    ["no time", [sample("yesterday", 1)], "samples.0.at: Invalid ISO datetime"],
    [
      "a text that cannot be stored",
      [{ ...sample("2026-11-21T11:00:00Z", 1), source: "a\0" }],
      "samples.0.source: must be plain text",
    ],
  ];
  for (const [what, samples, error] of wrong) {
    test(`refuses samples that hold ${what}`, async () => {
      expect(await send(samples)).toEqual({ status: 400, body: { error } });
    });
  }

  test("refuses a body that is too large", async () => {
    const response = await fetch(new URL("/samples", telemetry.url), {
      method: "POST",
      body: "x".repeat(2_000_000),
    });
    expect(response.status).toBe(413);
  });
});
