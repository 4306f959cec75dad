import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { connect, type Sql } from "freehold/connect";
import { type EmbeddedPostgres, startPostgres } from "../../deploy/embedded/mod.ts";
import { preparePlatform } from "../../scripts/platform-roles.ts";
import type { Running } from "../chassis.ts";
import { start } from "./main.ts";

let server: EmbeddedPostgres;
let guardian: Running;
let sql: Sql;
beforeAll(async () => {
  server = await startPostgres({ auth: "password" });
  const { url, env } = await preparePlatform(server);
  guardian = await start(env);
  sql = connect({ service: "admin", variable: "URL", env: { URL: url } });
});
afterAll(async () => {
  await Promise.all([guardian.stop(), sql.end({ timeout: 0 })]);
  await server.stop();
});
beforeEach(async () => {
  await sql`truncate agent_badges`;
});

async function send(
  method: string,
  path: string,
  content?: unknown,
): Promise<{ status: number; body: unknown }> {
  const init = content === undefined ? {} : { body: JSON.stringify(content) };
  const response = await fetch(new URL(path, guardian.url), {
    method,
    headers: { "x-actor": "operator:ada" },
    ...init,
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

describe("guardian", () => {
  const badge = { agent: "agent:7", badge: "reporter" };
  const granted = {
    ...badge,
    id: expect.any(String),
    grantedBy: "operator:ada",
    grantedAt: expect.any(String),
  };

  test("grants, verifies and revokes a badge", async () => {
    const { status, body } = await send("POST", "/badges", badge);
    expect({ status, body }).toEqual({ status: 201, body: { ...granted, expiresAt: null } });
    expect(await send("GET", "/agents/agent%3A7/badges/reporter")).toEqual({
      status: 200,
      body: { ...badge, held: true, expiresAt: null },
    });
    const { id } = body as { id: string };
    expect(await send("DELETE", `/badges/${id}`)).toEqual({ status: 204, body: null });
    expect(await send("GET", "/agents/agent%3A7/badges/reporter")).toEqual({
      status: 200,
      body: { ...badge, held: false, expiresAt: null },
    });
    expect(await send("DELETE", `/badges/${id}`)).toEqual({
      status: 404,
      body: { error: "nobody holds such a badge" },
    });
  });

  test("grants a badge once, also to many who ask at the same time", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => send("POST", "/badges", badge)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)!.body).toEqual({
      error: "agent:7 holds reporter already",
    });
    expect(await send("GET", "/agents/agent:7/badges")).toEqual({
      status: 200,
      body: { badges: [{ ...granted, expiresAt: null }] },
    });
  });

  test("grants a badge again once it has run out", async () => {
    await sql`
      insert into agent_badges (agent, badge, granted_by, granted_at, expires_at)
      values ('agent:7', 'reporter', 'x', now() - interval '2 hours', now() - interval '1 hour')`;
    expect((await send("GET", "/agents/agent:7/badges/reporter")).body).toMatchObject({ held: false });
    expect((await send("POST", "/badges", { ...badge, expiresAt: "2999-01-01T00:00:00Z" })).status).toBe(201);
    expect((await send("GET", "/agents/agent:7/badges/reporter")).body).toEqual({
      ...badge,
      held: true,
      expiresAt: "2999-01-01T00:00:00.000Z",
    });
  });

  const wrong: [string, string, string, unknown, number, string][] = [
    [
      "a badge without a name",
      "POST",
      "/badges",
      { agent: "a", badge: " " },
      400,
      "badge: Too small: expected string to have >=1 characters",
    ],
    [
      "a text that cannot be stored",
      "POST",
      "/badges",
      { agent: "a\0", badge: "b" },
      400,
      "agent: must be plain text",
    ],
    [
      "an end in the past",
      "POST",
      "/badges",
      { ...badge, expiresAt: "2001-01-01T00:00:00Z" },
      400,
      "expiresAt: must be in the future",
    ],
    [
      "an end that is no time",
      "POST",
      "/badges",
      { ...badge, expiresAt: "soon" },
      400,
      "expiresAt: Invalid ISO datetime",
    ],
    [
      "a path that cannot be stored",
      "GET",
      "/agents/a%00b/badges/x",
      undefined,
      400,
      "agent: must be plain text",
    ],
    ["an id that is none", "DELETE", "/badges/7", undefined, 404, "nobody holds such a badge"],
  ];
  for (const [what, method, path, content, status, error] of wrong) {
    test(`answers ${what} with ${status}`, async () => {
      expect(await send(method, path, content)).toEqual({ status, body: { error } });
    });
  }

  test("wants to know who grants", async () => {
    const response = await fetch(new URL("/badges", guardian.url), {
      method: "POST",
      body: JSON.stringify(badge),
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ error: "the header x-actor must say who asks" });
  });
});
