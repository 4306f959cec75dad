import { expect, test } from "bun:test";
import { actors, auditTests, databaseUrl, event, spool } from "../../fixtures/audit-log.ts";
import { EventWriter } from "./event.ts";
import { hasDeadLetters } from "./home.ts";
import { PostgresSink } from "./postgres-sink.ts";
import { Shared } from "./shared.ts";
import { DataError, FencedError, type SinkBatch } from "./sink.ts";
import { Store } from "./store.ts";

auditTests();

const storeOf = (sink: PostgresSink, writer: string, alarms: string[]) =>
  new Store({
    sink,
    writer,
    folder: spool,
    holder: crypto.randomUUID(),
    shared: new Shared(),
    takeover: false,
    alarm: (message) => alarms.push(message),
    pause: async () => {},
  });

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
  const store = storeOf(sink, writer, alarms);
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

test("a writer's events are stored by one holder, until another may take the writer over", async () => {
  const writer = crypto.randomUUID();
  const sink = new PostgresSink({ url: databaseUrl() });
  const [one, other] = [crypto.randomUUID(), crypto.randomUUID()];
  expect(await sink.claim(writer, one, false)).toEqual({ epoch: 1, sequence: 0 });
  expect(await sink.claim(writer, one, false)).toEqual({ epoch: 2, sequence: 0 });
  await expect(sink.claim(writer, other, false)).rejects.toEqual(
    new FencedError(`another process stores the events of ${writer}`),
  );
  expect(await sink.claim(writer, other, true)).toEqual({ epoch: 3, sequence: 0 });
  const bytes = new Uint8Array(65_536);
  const length = new EventWriter(bytes, writer).write(0, event(), 1);
  const batch = { writer, after: 0, upTo: 1, tuples: bytes.subarray(0, length) };
  await expect(sink.store({ ...batch, epoch: 2 })).rejects.toBeInstanceOf(FencedError);
  await sink.store({ ...batch, epoch: 3 });
  await expect(sink.store({ ...batch, epoch: 3 })).rejects.toBeInstanceOf(FencedError);
  await sink.close();
  expect(await actors()).toEqual(["ada"]);
});

/** A table that is altered in the worst moments: it refuses the event, takes the row in its place on trial, and refuses that, too. */
class FickleSink extends PostgresSink {
  #refusals = 3;

  override async store(batch: SinkBatch): Promise<void> {
    this.#refusals -= 1;
    if (this.#refusals >= 0) throw new DataError(`refusal ${3 - this.#refusals}`);
    await super.store(batch);
  }
}

test("an event for which no row was taken is no dead letter, and is stored when the table takes it", async () => {
  const writer = crypto.randomUUID();
  const sink = new FickleSink({ url: databaseUrl() });
  const alarms: string[] = [];
  const store = storeOf(sink, writer, alarms);
  await store.claim();
  const bytes = new Uint8Array(65_536);
  const length = new EventWriter(bytes, writer).write(0, event(), 1);
  await store.put(bytes.subarray(0, length), 1);
  await sink.close();
  expect(await actors()).toEqual(["ada"]);
  expect(alarms).toEqual(["refusal 3"]);
  expect(hasDeadLetters(spool)).toBe(false);
});

test("a batch for which nobody waits is sent in small portions, as long as that is so, and is whole", async () => {
  const writer = crypto.randomUUID();
  const bytes = new Uint8Array(1_048_576);
  const events = new EventWriter(bytes, writer);
  const names = Array.from({ length: 1500 }, (_, at) => `actor ${at}`);
  let length = 0;
  for (const [at, actor] of names.entries())
    length += events.write(length, event({ actor, resource: "r".repeat(60) }), at + 1);
  const tuples = bytes.subarray(0, length);
  const sink = new PostgresSink({ url: databaseUrl() });
  const { epoch } = await sink.claim(writer, crypto.randomUUID(), false);
  const asked = async (unhurried: (times: number) => boolean) => {
    let times = 0;
    const ask = () => {
      times += 1;
      return unhurried(times);
    };
    await sink.probe({ writer, epoch, after: 0, upTo: names.length, tuples, unhurried: ask });
    return times;
  };
  const portions = Math.ceil(length / 32_768);
  expect(portions).toBeGreaterThan(4);
  expect(await asked(() => true)).toBe(portions);
  // From the third on somebody waits: all the rest goes at once.
  expect(await asked((times) => times < 3)).toBe(3);
  await sink.store({ writer, epoch, after: 0, upTo: names.length, tuples, unhurried: () => true });
  await sink.close();
  expect(await actors()).toEqual(names);
});
