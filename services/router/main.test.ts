import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startPostgres } from "../../deploy/embedded/mod.ts";
import { freePort } from "../../fixtures/free-port.ts";
import { type ServiceProcess, startService } from "../../scripts/platform.ts";
import { preparePlatform } from "../../scripts/platform-roles.ts";
import type { Running } from "../chassis.ts";
import { start } from "./main.ts";

let server: EmbeddedPostgres;
let gatekeeper: ServiceProcess;
let lobby: ServiceProcess;
let router: Running;
let env: Record<string, string>;
let spool: string;

beforeAll(async () => {
  server = await startPostgres({ auth: "password" });
  spool = await mkdtemp(join(tmpdir(), "freehold-router-"));
  // One database for all, as in development: what keeps them apart is the roles under which they run.
  env = (await preparePlatform(server)).env;
  env["GATEKEEPER_AUDIT_SPOOL"] = spool;
  [gatekeeper, lobby] = await Promise.all([startService("gatekeeper", env), startService("lobby", env)]);
  env["GATEKEEPER_URL"] = gatekeeper.url.href;
  router = await start(env);
  await send("PUT", "/routes/lobby", "operator:ada", { target: lobby.url.href });
});
afterAll(async () => {
  await Promise.all([router.stop(), gatekeeper.stop(), lobby.stop()]);
  await server.stop();
  await rm(spool, { recursive: true });
});

async function send(
  method: string,
  path: string,
  actor: string | null,
  content?: unknown,
  at: Running = router,
): Promise<{ status: number; body: unknown }> {
  const init = content === undefined ? {} : { body: JSON.stringify(content) };
  const headers: Record<string, string> = actor === null ? {} : { "x-actor": actor };
  const response = await fetch(new URL(path, at.url), { method, headers, ...init });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

describe("router", () => {
  test("asks gatekeeper, forwards what is allowed, and the decision is in the audit log", async () => {
    expect(await send("POST", "/go/lobby/rooms/own/messages", "agent:7", { body: "hello" })).toMatchObject({
      status: 201,
      body: { room: "own", author: "agent:7", body: "hello" },
    });
    expect(await send("GET", "/go/lobby/rooms/own/messages?limit=1", "anybody")).toMatchObject({
      status: 200,
      body: { messages: [{ body: "hello" }] },
    });
    // The audit log is gatekeeper's: asked for by its API, like everything that is not the router's own.
    let events: Record<string, unknown>[] = [];
    while (events.length < 3) {
      const answer = await fetch(new URL("/audit?decision=allow", gatekeeper.url));
      const all = ((await answer.json()) as { events: Record<string, unknown>[] }).events;
      events = all.filter(({ resource }) =>
        ["/lobby/rooms/own/messages", "/routes/lobby"].includes(String(resource)),
      );
    }
    const seen = events.map(({ actor, action, resource, decision }) => ({
      actor,
      action,
      resource,
      decision,
    }));
    expect(seen).toEqual([
      { actor: "anybody", action: "GET", resource: "/lobby/rooms/own/messages", decision: "allow" },
      { actor: "agent:7", action: "POST", resource: "/lobby/rooms/own/messages", decision: "allow" },
      { actor: "operator:ada", action: "PUT", resource: "/routes/lobby", decision: "allow" },
    ]);
  });

  test("lets nothing through that gatekeeper denies", async () => {
    expect(await send("POST", "/go/lobby/rooms/a/messages", "guest", { body: "hello" })).toEqual({
      status: 403,
      body: { error: "guest may not POST /lobby/rooms/a/messages: nothing allows it" },
    });
    expect(await send("PUT", "/routes/lobby", "agent:7", { target: "http://elsewhere.invalid" })).toEqual({
      status: 403,
      body: { error: "agent:7 may not PUT /routes/lobby: nothing allows it" },
    });
    const { routes } = (await send("GET", "/routes", null)).body as { routes: { name: string }[] };
    expect(routes.filter(({ name }) => name === "lobby")).toEqual([
      {
        name: "lobby",
        target: lobby.url.href,
        updatedBy: "operator:ada",
        updatedAt: expect.any(String),
      } as (typeof routes)[0],
    ]);
  });

  test("decides on the path that it forwards", async () => {
    expect(await send("GET", "/go/lobby/%2e%2e/go/other", "anybody")).toMatchObject({ status: 404 });
    expect((await send("GET", "/go/lobby", "anybody")).body).toEqual({ error: "lobby has nothing at /" });
  });

  test("lets nothing through while gatekeeper does not answer", async () => {
    const gone = Bun.serve({ port: freePort(), hostname: "127.0.0.1", fetch: () => new Response("{}") });
    const alone = await start({ ...env, GATEKEEPER_URL: gone.url.href });
    const refusal = { status: 503, body: { error: "gatekeeper does not answer, so nothing is let through" } };
    expect(await send("GET", "/go/lobby/rooms/a/messages", "anybody", undefined, alone)).toEqual(refusal);
    await gone.stop(true);
    expect(await send("GET", "/go/lobby/rooms/a/messages", "anybody", undefined, alone)).toEqual(refusal);
    await alone.stop();
  });

  test("says so where the service cannot be reached", async () => {
    await send("PUT", "/routes/gone", "operator:ada", { target: `http://127.0.0.1:${freePort()}/` });
    expect(await send("GET", "/go/gone/x", "operator:ada")).toEqual({
      status: 502,
      body: { error: "the service cannot be reached" },
    });
  });

  test("hands headers on, but not those of the connection", async () => {
    const echo = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request) =>
        Response.json([...request.headers.keys()], { headers: { "x-answer": "yes", te: "no" } }),
    });
    await send("PUT", "/routes/echo", "operator:ada", { target: echo.url.href });
    const response = await fetch(new URL("/go/echo/", router.url), {
      headers: {
        "x-actor": "operator:ada",
        "x-own": "1",
        te: "trailers",
        "x-hop": "1",
        connection: "close, x-hop",
      },
    });
    expect([response.headers.get("x-answer"), response.headers.get("te")]).toEqual(["yes", null]);
    const names = (await response.json()) as string[];
    expect(names).toContain("x-own");
    expect(names.filter((name) => ["te", "x-hop"].includes(name))).toEqual([]);
    await echo.stop(true);
  });

  const wrong: [string, string, string, string | null, unknown, number, string][] = [
    ["an unknown route", "GET", "/go/nowhere/x", "a", undefined, 404, "there is no such route"],
    [
      "nobody in particular",
      "GET",
      "/go/lobby/x",
      null,
      undefined,
      401,
      "the header x-actor must say who asks",
    ],
    [
      "a target that is no address",
      "PUT",
      "/routes/x",
      "operator:a",
      { target: "file:///etc/passwd" },
      400,
      "target: Invalid URL",
    ],
    [
      "a name that cannot be",
      "PUT",
      "/routes/a%2Fb",
      "operator:a",
      { target: "http://a" },
      400,
      "a route's name is made of letters, digits, _ and -",
    ],
  ];
  for (const [what, method, path, actor, content, status, error] of wrong) {
    test(`answers ${what} with ${status}`, async () => {
      expect(await send(method, path, actor, content)).toEqual({ status, body: { error } });
    });
  }

  test("is not started without gatekeeper's address", async () => {
    await expect(start({ ...env, GATEKEEPER_URL: "" })).rejects.toThrow(
      "router needs GATEKEEPER_URL, which is not set: the URL of that service.",
    );
  });
});
