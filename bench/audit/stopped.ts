/**
 * A process that is told to stop (TERM) with events that its database has not: how long until the last of them survives the
 * loss of power, and what becomes of them. They stay in the spool, and the next start stores them.
 */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { drainSpool, postgresSink } from "../../runtime/audit/mod.ts";
import { type Spread, spread } from "../statistics.ts";
import { type Account, countInTable } from "./accounting.ts";
import type { Place } from "./contenders.ts";
import { openRoad } from "./road.ts";
import type { StoppedSaid, StoppedTask } from "./stopped-writer.ts";

export interface Stopped {
  /** Events that were in no table when TERM came, and of them, those that were not durable. */
  waiting: number;
  undurable: Spread;
  /** Nanoseconds from TERM until all of them were durable. */
  untilDurable: Spread;
}

interface Stop {
  said: StoppedSaid;
  /** What was in the table when it had ended, and after the next start. */
  found: [Found, Found];
}

type Found = Awaited<ReturnType<typeof countInTable>>;

/**
 * Stops a process so many times.
 * @throws Error where one does not do as it is told
 */
export async function measureStops(
  place: Place,
  events: number,
  times: number,
): Promise<{ stopped: Stopped; accounts: Account[] }> {
  const stops: Stop[] = [];
  for (let at = 0; at < times; at += 1) stops.push(await stopOnce(place, events));
  const sum = (of: (stop: Stop) => number) => stops.reduce((all, stop) => all + of(stop), 0);
  const account = (who: string, at: 0 | 1, spooled: number): Account => {
    const accepted = sum(({ said }) => said.report.accepted);
    const found = (name: keyof Found) => sum((stop) => stop.found[at][name]);
    const counted = { stored: found("stored"), duplicates: found("duplicates"), gaps: found("gaps") };
    return { who, sent: accepted, accepted, refused: 0, spooled, ...counted, promises: true };
  };
  const left = sum(({ said: { report } }) => report.spooled + report.unconfirmed);
  return {
    stopped: {
      waiting: stops[0]!.said.waiting,
      undurable: spread(stops.map(({ said }) => said.undurable)),
      untilDurable: spread(stops.map(({ said }) => said.untilDurableNs)),
    },
    accounts: [
      account("stopped without its database", 0, left),
      account("the same, after the next start", 1, 0),
    ],
  };
}

async function stopOnce(place: Place, events: number): Promise<Stop> {
  const folder = mkdtempSync(join(place.folder, "stopped-"));
  const spool = join(folder, "spool");
  const road = await openRoad(place.url);
  try {
    const task: StoppedTask = { url: road.url, spool, events };
    const child = Bun.spawn(
      [process.execPath, join(import.meta.dir, "stopped-writer.ts"), JSON.stringify(task)],
      { stdin: "pipe", stdout: "pipe", stderr: "inherit" },
    );
    const said = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    // It is open, and has stored its first event: now its database goes.
    await said.read();
    road.set("cut");
    child.stdin.write("go\n");
    child.stdin.end();
    let rest = "";
    for (let one = await said.read(); !one.done; one = await said.read()) rest += one.value;
    if ((await child.exited) !== 0) throw new Error("the process that is to be stopped ended by itself");
    const last = JSON.parse(rest) as StoppedSaid;
    const then = await countInTable(place.sql, last.writer);
    await drainSpool({ spool, sink: postgresSink({ url: place.url }) });
    return { said: last, found: [then, await countInTable(place.sql, last.writer)] };
  } finally {
    road.stop();
  }
}
