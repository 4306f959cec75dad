/**
 * What every service of the platform is served on: JSON in and out, one error shape, health, and a stop that lets the
 * requests under way finish. It knows nothing of databases.
 *
 * States of a service: started → stopping (no new connection, requests under way are answered) → stopped.
 */
import type { BunRequest, Server } from "bun";
import { z } from "zod";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Text as every database can hold it: PostgreSQL takes neither NULs nor halves of surrogate pairs. */
export const plainText = z
  .string()
  .refine((text) => text.isWellFormed() && !text.includes("\0"), "must be plain text");

/** An answer that is not the one hoped for; {@link serve} turns it into JSON. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A setting in the environment that is missing or wrong: one line, no stack. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}

export interface Running {
  url: URL;
  /** Stops gracefully. @returns the exit code: 1 where something accepted could not be kept. */
  stop(): Promise<number>;
}

type Handler = (request: BunRequest) => Response | Promise<Response>;

export interface ServiceOptions {
  name: string;
  env: Environment;
  /** By path, and by method where a path has several. */
  routes: Record<string, Handler | Partial<Record<"GET" | "POST" | "PUT" | "DELETE", Handler>>>;
  /** What `/health` answers with; it throws where the service cannot do its work. */
  health: () => Promise<object>;
  /** Called once, when the last request was answered. @returns the exit code. */
  close: () => Promise<number>;
}

/** Bodies beyond this are refused with 413. */
const maximumBodyBytes = 1024 * 1024;

/**
 * Serves a service at `<NAME>_HOST` (127.0.0.1) and `<NAME>_PORT` (any free one).
 * @throws {SettingError} for a port that is none.
 */
export function serve({ name, env, routes, health, close }: ServiceOptions): Running {
  const server: Server<undefined> = Bun.serve({
    hostname: env[`${name.toUpperCase()}_HOST`] || "127.0.0.1",
    port: readPort(name, env),
    maxRequestBodySize: maximumBodyBytes,
    routes: {
      ...routes,
      "/health": async () => {
        try {
          return Response.json({ service: name, status: "ok", ...(await health()) });
        } catch (error) {
          console.error(`${name}: not healthy: ${describe(error)}`);
          return Response.json({ service: name, status: "unavailable" }, { status: 503 });
        }
      },
    },
    fetch: (request) => problem(404, `${name} has nothing at ${new URL(request.url).pathname}`),
    error(error) {
      if (error instanceof Problem) return problem(error.status, error.message);
      console.error(`${name}:`, error);
      return problem(500, "something went wrong; it was logged");
    },
  });
  let stopping: Promise<number> | null = null;
  return {
    url: server.url,
    stop() {
      stopping ??= server.stop().then(close);
      return stopping;
    },
  };
}

/**
 * Runs a service as a process: says where it listens, stops at TERM and INT, and exits with what stopping came to. A
 * start that fails with an error that a person can mend prints one line.
 */
export async function run(name: string, start: (env: Environment) => Promise<Running>): Promise<void> {
  try {
    const service = await start(process.env);
    console.info(`${name}: listening at ${service.url.href}`);
    const stop = async () => process.exit(await service.stop());
    process.once("SIGTERM", stop);
    process.once("SIGINT", stop);
  } catch (error) {
    const expected = [
      "SettingError",
      "AuditConfigError",
      "DatabaseConfigError",
      "DatabaseUnavailableError",
      "MigrationError",
    ];
    const mendable = error instanceof Error && expected.includes(error.name);
    console.error(mendable ? error.message : error);
    process.exit(1);
  }
}

/** Reads a body of JSON. @throws {Problem} 400 where it is none, or not of this shape. */
export async function readJson<T>(request: Request, shape: z.ZodType<T>): Promise<T> {
  let body: unknown;
  try {
    body = await request.json();
  } catch {
    throw new Problem(400, "the body must be JSON");
  }
  return conform(body, shape);
}

/** Reads the query string. @throws {Problem} 400 where it is not of this shape. */
export function readQuery<T>(request: Request, shape: z.ZodType<T>): T {
  return conform(Object.fromEntries(new URL(request.url).searchParams), shape);
}

/** Reads the variable parts of the path. @throws {Problem} 400 where they are not of this shape. */
export function readPath<T>(request: BunRequest, shape: z.ZodType<T>): T {
  return conform(request.params, shape);
}

/** Who asks, as whoever stands in front has established it. @throws {Problem} 401 where nobody is named. */
export function readActor(request: Request): string {
  const actor = request.headers.get("x-actor")?.trim();
  if (!actor) throw new Problem(401, "the header x-actor must say who asks");
  return actor;
}

/** The base URL of another service, from its variable. @throws {SettingError} where it is missing or none. */
export function readServiceUrl(name: string, variable: string, env: Environment): URL {
  const text = env[variable];
  if (!text) throw new SettingError(`${name} needs ${variable}, which is not set: the URL of that service.`);
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new SettingError(`${variable} must be an http or https URL, but is "${text}".`);
  }
  return url;
}

/** An error that is foreseen, in one line for the log. */
export function describe(error: unknown): string {
  return error instanceof Error ? error.message.replaceAll(/\s+/g, " ") : String(error);
}

function conform<T>(value: unknown, shape: z.ZodType<T>): T {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) =>
    [path.join("."), message].filter(Boolean).join(": "),
  );
  throw new Problem(400, issues.join("; "));
}

function problem(status: number, message: string): Response {
  return Response.json({ error: message }, { status });
}

function readPort(name: string, env: Environment): number {
  const variable = `${name.toUpperCase()}_PORT`;
  const text = env[variable] || "0";
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new SettingError(`${variable} must be a port from 0 to 65535, but is "${text}".`);
  }
  return Number(text);
}
