/**
 * How fast a runner could be at most, over one connection for each database: a minimal client that speaks PostgreSQL's
 * protocol itself and sends everything at once, before the server has greeted it. Each migration has a transaction and a row
 * of history, and the last one alone waits for the disk. It is no runner: it looks for no history, keeps no order, no
 * checksums and no lock, and a second turn would fail.
 */
import { connect } from "node:net";
import { join } from "node:path";
import type { Runner } from "./peers.ts";
import { plain } from "./peers.ts";

/** A folder's migrations as one message, made once for all its databases. */
const messages = new Map<string, Promise<Buffer>>();

export const limit: Runner = {
  name: "limit: raw protocol",
  modules: [],
  write: plain,
  async run(folder, url) {
    let message = messages.get(folder);
    if (!message) {
      message = messageOf(folder);
      messages.set(folder, message);
    }
    await send(new URL(url), await message);
  },
};

async function messageOf(folder: string): Promise<Buffer> {
  const names = [...new Bun.Glob("*.sql").scanSync(folder)].sort();
  const texts = await Promise.all(names.map((name) => Bun.file(join(folder, name)).text()));
  const parts = texts.map((text, at) => {
    const opening = at === 0 ? "create table done (version integer); " : "";
    const durable = at === texts.length - 1 ? "on" : "off";
    return `begin; set local synchronous_commit = ${durable}; ${opening}insert into done values (${at + 1}); ${text}; commit`;
  });
  const body = Buffer.from(`${parts.join(";\n")}\0`);
  const head = Buffer.from("Q\0\0\0\0");
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

/** @throws Error with what the server said */
function send(url: URL, message: Buffer): Promise<void> {
  const parameters = Buffer.from(`user\0${url.username}\0database\0${url.pathname.slice(1)}\0\0`);
  const start = Buffer.alloc(8);
  start.writeInt32BE(8 + parameters.length, 0);
  start.writeInt32BE(3 << 16, 4);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
  socket.write(Buffer.concat([start, parameters, message]));
  let unread = Buffer.alloc(0);
  // Ready twice: for a question, and when that is answered.
  let ready = 0;
  socket.on("data", (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    while (unread.length >= 5) {
      const end = 1 + unread.readInt32BE(1);
      if (unread.length < end) return;
      const kind = String.fromCharCode(unread[0]!);
      if (kind === "E") {
        const fields = unread.toString("utf8", 5, end).split("\0");
        reject(new Error(`error: ${fields.find((field) => field.startsWith("M"))?.slice(1)}`));
        socket.destroy();
        return;
      }
      if (kind === "Z") ready += 1;
      if (ready === 2) {
        socket.end(Buffer.from("X\0\0\0\x04"));
        resolve();
        return;
      }
      unread = unread.subarray(end);
    }
  });
  socket.on("error", reject);
  socket.on("close", () => reject(new Error("error: the connection has ended before the answer")));
  return promise;
}
