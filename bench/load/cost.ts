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

/** @returns requests a second that so many processors can do at most, if none of them is ever idle */
export function limitOf({ service, client, database }: Cost, processors: number): number {
  return (processors / (service + client + database)) * 1e6;
}

function seconds(service: number): { service: number; database: number } | null {
  const all = readProcesses();
  if (!all) return null;
  let database = 0;
  for (const [pid, one] of all) if (one.name === "postgres" && isOurs(all, pid)) database += one.seconds;
  return { service: all.get(service)?.seconds ?? 0, database };
}
