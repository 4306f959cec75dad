import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type EmbeddedPostgres, startPostgres } from "../deploy/embedded/mod.ts";
import { ServiceFailure, startService } from "../scripts/platform.ts";

let server: EmbeddedPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

describe("a service as a process", () => {
  test("says what it is, answers, and stops at TERM with 0", async () => {
    const url = await server.createDatabase();
    const lobby = await startService("lobby", { LOBBY_DATABASE_URL: url, LOBBY_MIGRATOR_URL: url });
    expect(lobby.said).toBe(`lobby: schema at version 1 (1 applied)\nlobby: listening at ${lobby.url}\n`);
    expect(await (await fetch(new URL("/health", lobby.url))).json()).toEqual({
      service: "lobby",
      status: "ok",
    });
    expect(await lobby.stop()).toEqual({ code: 0, complaints: "" });
  });

  test("is unavailable while its database is", async () => {
    const own = await startPostgres();
    const lobby = await startService("lobby", {
      LOBBY_DATABASE_URL: own.url(),
      LOBBY_MIGRATOR_URL: own.url(),
    });
    await own.stop();
    const health = await fetch(new URL("/health", lobby.url));
    expect({ status: health.status, body: await health.json() }).toEqual({
      status: 503,
      body: { service: "lobby", status: "unavailable" },
    });
    expect((await lobby.stop()).code).toBe(0);
  });

  const url = "LOBBY_DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/DATABASE";
  const missing: [string, string, () => Record<string, string>, () => string][] = [
    [
      "its database's variable",
      "lobby",
      () => ({}),
      () =>
        `lobby needs LOBBY_DATABASE_URL, which is not set: set it to the service's own database (${url}).\n`,
    ],
    [
      "another service's address",
      "router",
      () => ({}),
      () => "router needs GATEKEEPER_URL, which is not set: the URL of that service.\n",
    ],
    [
      "its database",
      "telemetry",
      () => ({ TELEMETRY_DATABASE_URL: server.url({ database: "nowhere" }) }),
      () =>
        `telemetry cannot use its database postgres@${server.socketFolder}/nowhere (TELEMETRY_DATABASE_URL): ` +
        `database "nowhere" does not exist; the project creates databases, a service does not.\n`,
    ],
  ];
  for (const [what, service, env, line] of missing) {
    test(`ends with 1 and one line where it lacks ${what}`, async () => {
      const failure = await startService(service, env()).catch((error) => error);
      expect(failure).toBeInstanceOf(ServiceFailure);
      expect({ code: failure.code, complaints: failure.message }).toEqual({ code: 1, complaints: line() });
    });
  }
});
