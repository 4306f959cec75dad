/** Router finds the service that a request is for, asks gatekeeper, and hands the request on. */
import { z } from "zod";
import {
  type Environment,
  Problem,
  type Running,
  readActor,
  readJson,
  readServiceUrl,
  run,
  serve,
} from "../chassis.ts";
import { openDatabase } from "./database.ts";
import { forward } from "./forward.ts";
import { requireAllowed } from "./gatekeeper.ts";
import { findRoute, listRoutes, putRoute } from "./routes.ts";

const route = z.strictObject({ target: z.url({ protocol: /^https?$/ }).max(2000) });
const routeName = /^[\w-]{1,100}$/;

/**
 * Starts router.
 * @throws SettingError for a variable that is missing or wrong, and what keeps its database from being opened
 */
export async function start(env: Environment): Promise<Running> {
  const gatekeeper = readServiceUrl("router", "GATEKEEPER_URL", env);
  const sql = await openDatabase(env);

  return serve({
    name: "router",
    env,
    routes: {
      "/routes": {
        GET: async () => Response.json({ routes: await listRoutes(sql) }),
      },
      "/routes/:name": {
        async PUT(request) {
          const name = request.params["name"]!;
          if (!routeName.test(name))
            throw new Problem(400, "a route's name is made of letters, digits, _ and -");
          const actor = readActor(request);
          const { target } = await readJson(request, route);
          await requireAllowed(gatekeeper, actor, "PUT", `/routes/${name}`);
          await putRoute(sql, name, target, actor);
          return new Response(null, { status: 204 });
        },
      },
      "/go/*": async (request) => {
        const found = /^\/go\/([\w-]+)(\/.*)?$/.exec(new URL(request.url).pathname);
        const [name, path] = [found?.[1], found?.[2] ?? "/"];
        const actor = readActor(request);
        const known = name === undefined ? null : await findRoute(sql, name);
        if (!known) throw new Problem(404, "there is no such route");
        await requireAllowed(gatekeeper, actor, request.method, `/${known.name}${path}`);
        return forward(request, known.target, path);
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

if (import.meta.main) await run("router", start);
