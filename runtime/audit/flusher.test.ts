import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { actors, auditTests, databaseUrl, spool, spoolEvents, writerIn } from "../../fixtures/audit-log.ts";
import { Flusher } from "./flusher.ts";
import { spoolBytes } from "./home.ts";
import { PostgresSink } from "./postgres-sink.ts";
import { Shared } from "./shared.ts";

auditTests();

test("a flusher that takes up another one's work passes by what that one has emptied, and what could not be recovered", async () => {
  const left = writerIn(spool);
  spoolEvents(left, 1, 1, ["ada", "bob"]);
  spoolEvents(left, 2, 3, ["eve"]);
  const unrecovered = writerIn(spool);
  const folders = [join(spool, crypto.randomUUID()), unrecovered, left];
  const earlier = folders.map((folder) => ({ folder, writer: folder.slice(-36) }));
  const shared = new Shared();
  shared.setFlag("recovered", 1);
  shared.set("spoolBytes", spoolBytes(spool));
  shared.set("waitingWriters", 2);
  const sink = new PostgresSink({ url: databaseUrl() });
  const task = {
    shared: shared.buffer,
    home: null,
    earlier,
    holder: crypto.randomUUID(),
    batchBytes: 65_536,
  };
  await new Flusher({ ...task, options: null }, sink, () => {}).run();
  await sink.close();
  expect(await actors()).toEqual(["ada", "bob", "eve"]);
  const counters = ["spoolBytes", "drainedWriters", "drainedEvents", "waitingWriters"] as const;
  expect(counters.map((name) => shared.get(name))).toEqual([0, 1, 3, 1]);
  expect(shared.flag("drained")).toBe(1);
  expect([left, unrecovered].map((folder) => existsSync(folder))).toEqual([false, true]);
});
