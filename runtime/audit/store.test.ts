import { expect, test } from "bun:test";
import { actors, auditTests, databaseUrl, event, spool } from "../../fixtures/audit-log.ts";
import { EventWriter } from "./event.ts";
import { PostgresSink } from "./postgres-sink.ts";
import { Shared } from "./shared.ts";
import type { SinkBatch } from "./sink.ts";
import { Store } from "./store.ts";

auditTests();

/** The database commits, and the answer is lost on its way; every second time. */
class DeafSink extends PostgresSink {
  #calls = 0;

  override async store(batch: SinkBatch): Promise<void> {
    await super.store(batch);
    this.#calls += 1;
    if (this.#calls % 2 === 1) throw new Error("the connection was lost");
  }
}

test("a batch whose commit was not heard of is not stored again, and what comes next is", async () => {
  const writer = crypto.randomUUID();
  const bytes = new Uint8Array(65_536);
  const events = new EventWriter(bytes, writer);
  const sink = new DeafSink({ url: databaseUrl() });
  const alarms: string[] = [];
  const store = new Store({
    sink,
    writer,
    folder: spool,
    holder: crypto.randomUUID(),
    shared: new Shared(),
    takeover: false,
    alarm: (message) => alarms.push(message),
    pause: async () => {},
  });
  await store.claim();
  for (let sequence = 1; sequence <= 4; sequence += 1) {
    const length = events.write(0, event({ actor: `actor ${sequence}` }), sequence);
    await store.put(bytes.subarray(0, length), sequence);
  }
  await sink.close();
  expect(await actors()).toEqual(["actor 1", "actor 2", "actor 3", "actor 4"]);
  expect(alarms).toEqual(["the connection was lost", "the connection was lost"]);
  expect(store.sequence).toBe(4);
});
