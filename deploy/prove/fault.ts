/** One way in which the world fails, and what has to hold then. */
import type { Arena } from "./arena.ts";

export interface FaultOptions {
  /** How often a process is killed. */
  kills: number;
  /** Short runs for the gate, long ones for a night. */
  long: boolean;
}

export interface FaultReport {
  /** What was done how often: `50 kills`. */
  count: string;
  /** Events in the table in the end. */
  stored: number;
  /** Of the sequence, what rows announce as missing or refused. */
  announced: number;
  /** What did not hold; empty where all did. */
  problems: string[];
}

export interface Fault {
  name: string;
  /** How long this one may take, whatever the others may. */
  deadlineMs?: number;
  run(arena: Arena, options: FaultOptions): Promise<FaultReport>;
}
