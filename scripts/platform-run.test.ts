import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { startPostgres } from "../deploy/embedded/mod.ts";
import { preparePlatform } from "./platform-roles.ts";
import { startPlatform } from "./platform-run.ts";

test("the whole platform runs under its app roles, and a request passes through it", async () => {
  await using server = await startPostgres({ auth: "password" });
  const { env } = await preparePlatform(server, { name: "platform" });
  // Who holds which badge is asked for here, and not how fast this machine says so.
  await using running = await startPlatform({ ...env, GATEKEEPER_GUARDIAN_TIMEOUT_MS: "120000" });
  const { router, gatekeeper } = running.services;
  const send = async (actor: string, method: string, path: string, body?: object) => {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    return (await fetch(new URL(path, router.url), { method, headers: { "x-actor": actor }, ...init }))
      .status;
  };
  const sample = { samples: [{ source: "a", metric: "cpu", value: 1 }] };
  expect(await send("agent:7", "POST", "/go/telemetry/samples", sample)).toBe(403);
  expect(
    await send("operator:ada", "POST", "/go/guardian/badges", { agent: "agent:7", badge: "reporter" }),
  ).toBe(201);
  expect(await send("agent:7", "POST", "/go/telemetry/samples", sample)).toBe(202);
  expect(await send("agent:7", "POST", "/go/lobby/rooms/hall/messages", { body: "hello" })).toBe(201);

  let events: { actor: string; resource: string; decision: string }[] = [];
  while (events.length < 4) {
    const answer = await fetch(new URL("/audit?action=POST", gatekeeper.url));
    events = ((await answer.json()) as { events: typeof events }).events;
  }
  expect(events.map(({ actor, resource, decision }) => `${actor} ${resource} ${decision}`)).toEqual([
    "agent:7 /lobby/rooms/hall/messages allow",
    "agent:7 /telemetry/samples allow",
    "operator:ada /guardian/badges allow",
    "agent:7 /telemetry/samples deny",
  ]);

  const admin = postgres({ ...server.driverOptions({ database: "platform" }), max: 1 });
  // What a migrator's connection leaves goes a moment after the connection.
  const atWork = () => admin<{ usename: string }[]>`
    select distinct usename from pg_stat_activity where datname = 'platform' and usename <> 'postgres' order by 1`;
  let connected = await atWork();
  while (connected.some(({ usename }) => usename.endsWith("_migrator"))) connected = await atWork();
  expect(connected.map(({ usename }) => usename)).toEqual([
    "gatekeeper_app",
    "guardian_app",
    "lobby_app",
    "router_app",
    "telemetry_app",
  ]);
  const owners = await admin<{ tableowner: string }[]>`
    select distinct tableowner from pg_tables where schemaname = 'public' order by 1`;
  expect(owners.map(({ tableowner }) => tableowner)).toEqual(
    ["gatekeeper", "guardian", "lobby", "router", "telemetry"].map((name) => `${name}_owner`),
  );
  await admin.end();

  const thief = postgres({
    ...server.driverOptions({
      database: "platform",
      user: "guardian_app",
      password: new URL(env["GUARDIAN_DATABASE_URL"]!.replace(/^postgres:/, "http:").replace(/@[^/]*/, "@h"))
        .password,
    }),
    max: 1,
  });
  await expect(thief`select * from audit_log`.execute()).rejects.toThrow(
    "permission denied for table audit_log",
  );
  await thief.end();
});

test("bun run platform says where everything is, and leaves nothing at Ctrl-C", async () => {
  const place = mkdtempSync(join(tmpdir(), "fh-"));
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "platform-run.ts")], {
    env: { PATH: process.env["PATH"] ?? "", HOME: place, TMPDIR: place },
    stdout: "pipe",
    stderr: "pipe",
  });
  let said = "";
  let asked = false;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += chunk;
    // Once: a second one would not wait for its end.
    if (!asked && said.includes("Ctrl-C")) {
      asked = true;
      child.kill("SIGINT");
    }
  }
  const complaints = await child.stderr.text();
  expect({ code: await child.exited, complaints }).toEqual({ code: 0, complaints: "" });
  expect(said.split("\n").filter((line) => /http:\S+\/$/.test(line))).toHaveLength(5);
  expect(readdirSync(place).filter((name) => name.startsWith("freehold-"))).toEqual([]);
  rmSync(place, { recursive: true, force: true });
});
