/** Lobby is where messages are posted and read, room by room. */
import { z } from "zod";
import {
  type Environment,
  Problem,
  plainText,
  type Running,
  readActor,
  readJson,
  readQuery,
  run,
  serve,
} from "../chassis.ts";
import { openDatabase } from "./database.ts";
import { list, post } from "./messages.ts";

const message = z.strictObject({ body: plainText.min(1).max(4000) });
const roomName = plainText.regex(/^[\w-]{1,100}$/, "a room's name is made of letters, digits, _ and -");
const page = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: z
    .string()
    .regex(/^\d{1,18}$/, "must be a message's id")
    .optional(),
});

/**
 * Starts lobby.
 * @throws SettingError for a variable that is missing or wrong, and what keeps its database from being opened
 */
export async function start(env: Environment): Promise<Running> {
  const sql = await openDatabase(env);
  return serve({
    name: "lobby",
    env,
    routes: {
      "/rooms/:room/messages": {
        async POST(request) {
          const room = readRoom(request.params);
          const author = readActor(request);
          const { body } = await readJson(request, message);
          return Response.json(await post(sql, { room, author, body }), { status: 201 });
        },
        async GET(request) {
          const { limit, before } = readQuery(request, page);
          const messages = await list(sql, readRoom(request.params), limit, before);
          return Response.json({ messages, next: messages.length === limit ? messages.at(-1)!.id : null });
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

function readRoom(params: Record<string, string>): string {
  const room = roomName.safeParse(params["room"]);
  if (!room.success) throw new Problem(404, "there is no such room");
  return room.data;
}

if (import.meta.main) await run("lobby", start);
