/** A TCP road to a server's socket that is as long as one wants. */
import { createServer, connect as open, type Socket } from "node:net";

/** @param delayMs one way; a round trip takes twice that @returns its port, free before */
export async function startProxy(
  socketPath: string,
  delayMs: number,
): Promise<{ port: number; stop(): void }> {
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = open(socketPath);
    forward(client, upstream, delayMs);
    forward(upstream, client, delayMs);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  server.unref();
  return { port: address.port, stop: () => server.close() };
}

function forward(from: Socket, to: Socket, delayMs: number): void {
  const later = (work: () => void) => (delayMs === 0 ? work() : setTimeout(work, delayMs));
  from.on("data", (chunk) => later(() => to.writable && to.write(chunk)));
  from.on("close", () => later(() => to.destroy()));
  from.on("error", () => from.destroy());
}
