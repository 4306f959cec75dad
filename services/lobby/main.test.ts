import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type EmbeddedPostgres, startPostgres } from "../../deploy/embedded/mod.ts";
import { preparePlatform } from "../../scripts/platform-roles.ts";
import type { Running } from "../chassis.ts";
import { start } from "./main.ts";

let server: EmbeddedPostgres;
let lobby: Running;
beforeAll(async () => {
  server = await startPostgres({ auth: "password" });
  lobby = await start((await preparePlatform(server)).env);
});
afterAll(async () => {
  await lobby.stop();
  await server.stop();
});

async function send(
  method: string,
  path: string,
  content?: unknown,
): Promise<{ status: number; body: unknown }> {
  const init = content === undefined ? {} : { body: JSON.stringify(content) };
  const response = await fetch(new URL(path, lobby.url), {
    method,
    headers: { "x-actor": "agent:7" },
    ...init,
  });
  return { status: response.status, body: await response.json() };
}

describe("lobby", () => {
  test("keeps what is posted, room by room, and shows the latest first", async () => {
    const bodies = ["one", "two 😀", "three"];
    for (const body of bodies) await send("POST", "/rooms/a/messages", { body });
    const posted = await send("POST", "/rooms/b/messages", { body: "elsewhere" });
    const message = {
      id: expect.any(String),
      room: "b",
      author: "agent:7",
      body: "elsewhere",
      postedAt: expect.any(String),
    };
    expect(posted).toEqual({ status: 201, body: message });
    expect(await send("GET", "/rooms/b/messages")).toEqual({
      status: 200,
      body: { messages: [message], next: null },
    });

    const first = await send("GET", "/rooms/a/messages?limit=2");
    const { messages, next } = first.body as { messages: { body: string }[]; next: string };
    expect(messages.map(({ body }) => body)).toEqual(["three", "two 😀"]);
    const rest = await send("GET", `/rooms/a/messages?limit=2&before=${next}`);
    expect(rest.body).toMatchObject({ messages: [{ body: "one" }], next: null });
  });

  const wrong: [string, string, string, unknown, number, string][] = [
    [
      "an empty message",
      "POST",
      "/rooms/a/messages",
      { body: "" },
      400,
      "body: Too small: expected string to have >=1 characters",
    ],
    [
      "a text that cannot be stored",
      "POST",
      "/rooms/a/messages",
      { body: "a\0" },
      400,
      "body: must be plain text",
    ],
    ["a room that cannot be", "POST", "/rooms/a%20b/messages", { body: "x" }, 404, "there is no such room"],
    [
      "a place that is none",
      "GET",
      "/rooms/a/messages?before=x",
      undefined,
      400,
      "before: must be a message's id",
    ],
  ];
  for (const [what, method, path, content, status, error] of wrong) {
    test(`answers ${what} with ${status}`, async () => {
      expect(await send(method, path, content)).toEqual({ status, body: { error } });
    });
  }

  test("wants to know who posts", async () => {
    const response = await fetch(new URL("/rooms/a/messages", lobby.url), {
      method: "POST",
      body: '{"body":"x"}',
    });
    expect(response.status).toBe(401);
  });
});
