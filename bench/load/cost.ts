/** What a request costs whom, in processor time: from it follows how many there can be at most on one machine. */
import { isOurs, readProcesses, threadSeconds } from "../processes.ts";
import type { Driven } from "./client.ts";

/** Microseconds of processor time a request. */
export interface Cost {
  /** The service's thread that answers. */
  service: number;
  /** Its other threads: the audit log's Workers, and what the runtime does beside. */
  behind: number;
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
    const thread = after.thread - before.thread;
    return {
      service: each(thread),
      behind: each(after.service - before.service - thread),
      client: each(clientSeconds),
      database: each(after.database - before.database),
    };
  };
}

/**
 * What all processors, never idle, could do at most of buffered requests with everything on this machine, as a share of what
 * could be done at most without an audit log; one thread answers.
 */
export function limitShare(off: Cost, buffered: Cost, processors: number): number {
  const most = ({ service, behind, client, database }: Cost) =>
    Math.min(processors / (service + behind + client + database), 1 / service);
  return Math.min(1, most(buffered) / most(off));
}

function seconds(service: number): { service: number; thread: number; database: number } | null {
  const all = readProcesses();
  if (!all) return null;
  let database = 0;
  for (const [pid, one] of all) if (one.name === "postgres" && isOurs(all, pid)) database += one.seconds;
  return { service: all.get(service)?.seconds ?? 0, thread: threadSeconds(service), database };
}
