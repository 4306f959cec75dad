/** The way to the database that can be cut: a TCP road on this machine, whatever the URL leads to. */
import { join } from "node:path";
import { startProxy } from "../../deploy/embedded/proxy.ts";

type Way = Awaited<ReturnType<typeof startProxy>>;

export interface Road extends Pick<Way, "set" | "stop"> {
  /** The database, by this road. */
  url: string;
}

/** Why a URL's database cannot be reached by a road of ours; null where it can. */
export function noRoad(url: string): string | null {
  return new URL(url).searchParams.get("sslmode") === "verify-full"
    ? "sslmode=verify-full: the outage needs a road over 127.0.0.1, for which no certificate speaks; name the database with sslmode=require"
    : null;
}

/** A road on 127.0.0.1 to a URL's database, with a URL of its own. */
export async function openRoad(url: string): Promise<Road> {
  const there = new URL(url);
  const host = decodeURIComponent(there.searchParams.get("host") ?? there.hostname) || "127.0.0.1";
  const port = Number(there.port || 5432);
  const proxy = await startProxy(
    host.startsWith("/") ? join(host, `.s.PGSQL.${port}`) : { host: host.replace(/^\[(.*)\]$/, "$1"), port },
    0,
  );
  there.searchParams.delete("host");
  const { username, password, pathname, search } = there;
  const who = password === "" ? username : `${username}:${password}`;
  return {
    url: `postgres://${who}@127.0.0.1:${proxy.port}${pathname}${search}`,
    set: (state) => proxy.set(state),
    stop: () => proxy.stop(),
  };
}
