/**
 * A TCP road to a server that is as long as one wants, and that can be cut.
 *
 * States: open; *cut* (every connection is closed, and each new one at once); *silent* (connections stay, and nothing comes
 * through, what is sent meanwhile does when the road opens); *forgotten* (those that there are stay silent for good, as behind
 * a router that has lost its table, and new ones are served).
 */
import { createServer, connect as open, type Socket } from "node:net";

export type ProxyState = "open" | "cut" | "silent" | "forgotten";

export interface Proxy {
  /** Free before. */
  port: number;
  set(state: ProxyState): void;
  stop(): void;
}

/**
 * @param target the server's socket, or where it listens
 * @param delayMs one way; a round trip takes twice that
 */
export async function startProxy(
  target: string | { host: string; port: number },
  delayMs: number,
): Promise<Proxy> {
  let state: ProxyState = "open";
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    client.on("error", () => client.destroy());
    if (state === "cut") {
      client.destroy();
      return;
    }
    const upstream = typeof target === "string" ? open(target) : open(target);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      if (state === "silent") socket.pause();
    }
    forward(client, upstream, delayMs);
    forward(upstream, client, delayMs);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  server.unref();
  return {
    port: address.port,
    set(next) {
      state = next;
      for (const socket of sockets) {
        if (next === "cut") socket.destroy();
        else if (next === "open") socket.resume();
        else socket.pause();
      }
    },
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function forward(from: Socket, to: Socket, delayMs: number): void {
  const later = (work: () => void) => (delayMs === 0 ? work() : setTimeout(work, delayMs));
  from.on("data", (chunk) => later(() => to.writable && to.write(chunk)));
  from.on("close", () => later(() => to.destroy()));
  from.on("error", () => from.destroy());
}
