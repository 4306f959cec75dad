/**
 * Two ways to ask what an event costs. In the *closed* loop the next event waits for the one before, as in a test. In the
 * *open* loop each event has its time, as requests have, and its response time counts from then: whatever makes the loop
 * late counts for every event that it keeps waiting.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Contender } from "./contenders.ts";

/** Events between two turns of the event loop, as between requests. */
const eventsATurn = 10;

/** @returns nanoseconds that each event cost its caller */
export async function closedLoop(contender: Contender, count: number): Promise<Float64Array> {
  const times = new Float64Array(count);
  for (let at = 0; at < count; at += 1) {
    const start = Bun.nanoseconds();
    const kept = contender.log();
    if (kept instanceof Promise) await kept;
    times[at] = Bun.nanoseconds() - start;
    if (at % eventsATurn === 0) await nextTurn();
  }
  return times;
}

export interface OpenLoop {
  offered: number;
  /** Events a second that were sent. */
  achieved: number;
  sent: number;
  /** Nanoseconds from the call to its end. */
  service: Float64Array;
  /** Nanoseconds from the intended time to the end. */
  response: Float64Array;
}

/** Beyond this, the loop lets others have a turn. */
const longestBurst = 64;

/**
 * Sends events at their times, the first one in any case; what is not sent when twice the time has passed is not sent at all.
 * @param rate events a second
 */
export async function openLoop(contender: Contender, rate: number, durationMs: number): Promise<OpenLoop> {
  const total = Math.max(1, Math.round((rate * durationMs) / 1000));
  const intervalNs = 1e9 / rate;
  const service = new Float64Array(total);
  const response = new Float64Array(total);
  const pending: Promise<void>[] = [];
  const start = Bun.nanoseconds();
  const giveUp = start + durationMs * 2e6;
  let sent = 0;
  do {
    const due = Math.min(
      total,
      Math.floor((Bun.nanoseconds() - start) / intervalNs) + 1,
      sent + longestBurst,
    );
    while (sent < due) {
      const index = sent;
      const intended = start + index * intervalNs;
      sent += 1;
      const begin = Bun.nanoseconds();
      const note = () => {
        const end = Bun.nanoseconds();
        service[index] = end - begin;
        response[index] = end - intended;
      };
      const kept = contender.log();
      if (kept instanceof Promise) pending.push(kept.then(note));
      else note();
    }
    await nextTurn();
  } while (sent < total && Bun.nanoseconds() < giveUp);
  const seconds = (Bun.nanoseconds() - start) / 1e9;
  await Promise.all(pending);
  return {
    offered: rate,
    achieved: sent / seconds,
    sent,
    service: service.subarray(0, sent),
    response: response.subarray(0, sent),
  };
}
