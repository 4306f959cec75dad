/** Who sends the requests: wrk where it is installed, else autocannon. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a client has seen: requests a second and in all, latencies in milliseconds. */
export interface Driven {
  rate: number;
  answered: number;
  p50: number;
  p99: number;
  /** Processor time that it took itself, in seconds. */
  clientSeconds: number;
}

export interface LoadRequest {
  url: string;
  method: "POST";
  body: string;
}

/** Sends one request over and over, for so many seconds. */
export type Drive = (request: LoadRequest, seconds: number) => Promise<Driven>;

export const clientNames = ["wrk", "autocannon"] as const;
export type ClientName = (typeof clientNames)[number];

/** wrk takes less of the processors that it shares with the service: a third less than autocannon for as many requests. */
export function usualClient(): ClientName {
  return Bun.which("wrk") === null ? "autocannon" : "wrk";
}

/**
 * @param folder for what it has to write
 * @throws Error where it is not installed
 */
export async function openClient(name: ClientName, connections: number, folder: string): Promise<Drive> {
  return name === "wrk" ? wrk(connections, folder) : await autocannon(connections);
}

function wrk(connections: number, folder: string): Drive {
  const program = Bun.which("wrk");
  if (program === null) throw new Error("wrk is not installed: apt-get install wrk");
  return async ({ url, method, body }, seconds) => {
    const script = join(folder, "request.lua");
    writeFileSync(script, `wrk.method = "${method}"\nwrk.body = ${JSON.stringify(body)}\n`);
    const flags = ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", "-s", script];
    const child = Bun.spawn([program, ...flags, url], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
      detached: true,
    });
    const said = await child.stdout.text();
    if ((await child.exited) !== 0) throw new Error(`wrk failed: ${said}`);
    return { ...readWrk(said), clientSeconds: Number(child.resourceUsage()!.cpuTime.total) / 1e6 };
  };
}

const milliseconds = { us: 1e-3, ms: 1, s: 1000, m: 60_000 } as const;

/** What wrk prints. @throws Error where that is not what was expected */
export function readWrk(said: string): Omit<Driven, "clientSeconds"> {
  const latency = (share: string) => {
    const [, number, unit] = new RegExp(`^ +${share}% +([\\d.]+)(us|ms|s|m)$`, "m").exec(said) ?? [];
    return Number(number) * milliseconds[unit as keyof typeof milliseconds];
  };
  const number = (pattern: RegExp) => Number(pattern.exec(said)?.[1]);
  const found = {
    rate: number(/^Requests\/sec: +([\d.]+)$/m),
    answered: number(/^ +(\d+) requests in /m) - (number(/Non-2xx or 3xx responses: (\d+)/) || 0),
    p50: latency("50"),
    p99: latency("99"),
  };
  if (!Object.values(found).every(Number.isFinite)) throw new Error(`wrk said something else:\n${said}`);
  return found;
}

async function autocannon(connections: number): Promise<Drive> {
  const module = await import("autocannon").catch(() => null);
  if (!module) throw new Error("autocannon is not installed: bun install in bench/");
  return async (request, seconds) => {
    const before = process.cpuUsage();
    const { requests, latency, non2xx } = await module.default({
      ...request,
      connections,
      duration: seconds,
    });
    const { user, system } = process.cpuUsage(before);
    const clientSeconds = (user + system) / 1e6;
    return {
      rate: requests.average,
      answered: requests.total - non2xx,
      p50: latency.p50,
      p99: latency.p99,
      clientSeconds,
    };
  };
}
