/** Hands a request on to the service that answers it. */
import { describe, Problem } from "../chassis.ts";

const timeoutMs = 10_000;

/** Headers that belong to one connection (RFC 9110, section 7.6.1), or that fetch writes itself. */
const ownOfConnection = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "host",
  "content-length",
];

/**
 * Forwards a request and streams the answer back.
 * @param path what follows the route's name, with its leading slash
 * @throws {Problem} 502 where the service cannot be reached, 504 where it does not answer in time.
 */
export async function forward(request: Request, target: string, path: string): Promise<Response> {
  const { search } = new URL(request.url);
  const url = `${target.replace(/\/+$/, "")}${path}${search}`;
  try {
    const response = await fetch(url, {
      method: request.method,
      headers: without(request.headers, ownOfConnection),
      body: request.body,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    // fetch has unpacked the body already.
    const headers = without(response.headers, [...ownOfConnection, "content-encoding"]);
    return new Response(response.body, { status: response.status, headers });
  } catch (error) {
    console.error(`router: ${target} cannot be reached: ${describe(error)}`);
    const late = error instanceof Error && error.name === "TimeoutError";
    throw new Problem(late ? 504 : 502, late ? "the service took too long" : "the service cannot be reached");
  }
}

function without(headers: Headers, names: readonly string[]): Headers {
  const kept = new Headers(headers);
  const named = (headers.get("connection") ?? "").split(",").map((name) => name.trim().toLowerCase());
  for (const name of [...names, ...named.filter((one) => /^[\w-]+$/.test(one))]) kept.delete(name);
  return kept;
}
