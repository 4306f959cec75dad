/** What a request costs whom, in processor time: from it follows how many there can be at most on one machine. */
import { isOurs, readProcesses } from "../processes.ts";
import type { Driven } from "./client.ts";

/** Microseconds of processor time a request. */
export interface Cost {
  /** Gatekeeper, its Workers included. */
  service: number;
  client: number;
  database: number;
}

export interface Run extends Driven {
  /** Decisions that the service kept, and those that arrived. */
  kept: number;
  stored: number;
  cost: Cost | null;
}

/** Begins to watch. @param service its process @returns what says it of the requests since; null where the system does not tell */
export function spent(service: number): (driven: Driven) => Cost | null {
  const before = seconds(service);
  return ({ answered, clientSeconds }) => {
    const after = seconds(service);
    if (!before || !after || answered === 0) return null;
    const each = (one: number) => (one / answered) * 1e6;
    return {
      service: each(after.service - before.service),
      client: each(clientSeconds),
      database: each(after.database - before.database),
    };
  };
}

/**
 * What all processors, never idle, could do at most of buffered requests with everything on this machine, as a share of what
 * could be done at most without an audit log, where one thread does all of the service.
 */
export function limitShare(off: Cost, buffered: Cost, processors: number): number {
  const all = ({ service, client, database }: Cost) => processors / (service + client + database);
  return Math.min(1, all(buffered) / Math.min(all(off), 1 / off.service));
}

function seconds(service: number): { service: number; database: number } | null {
  const all = readProcesses();
  if (!all) return null;
  let database = 0;
  for (const [pid, one] of all) if (one.name === "postgres" && isOurs(all, pid)) database += one.seconds;
  return { service: all.get(service)?.seconds ?? 0, database };
}
