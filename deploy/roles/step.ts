/** One statement of a plan, and what it is planned from. */
import type { TableName } from "../../manifest/mod.ts";
import type { DeployedDatabase } from "../databases.ts";
import type { Catalog } from "./catalog.ts";
import type { Desired } from "./desired.ts";

export type StepKind =
  | "role"
  | "password"
  | "membership"
  | "extension"
  | "revoke"
  | "schema"
  | "owner"
  | "grant"
  | "default"
  | "setting";

export interface Step {
  kind: StepKind;
  /** One statement, without a semicolon. */
  sql: string;
  /** The same for a screen, where the statement holds a password's verifier. */
  shown: string;
  /** What is not as it should be, as a sentence. */
  fault: string;
}

/** What keeps a plan from being carried out: each is one line for a person. */
export interface Plan {
  steps: Step[];
  obstacles: string[];
  /** What cannot be granted yet, and which role has no password. */
  notes: string[];
}

export interface PlanInput {
  database: DeployedDatabase;
  catalog: Catalog;
  desired: Desired;
  /** Passwords by role. */
  passwords: ReadonlyMap<string, string>;
  /** Tables of tools, which no service owns: their rights are left alone. */
  system: readonly TableName[];
  /** Take over roles, schemas and tables that others have made. */
  takeOver?: boolean;
}

/**
 * One statement of a plan.
 * @param fault what is wrong while it has not run
 * @param shown the statement as it may be printed
 */
export function step(kind: StepKind, sql: string, fault: string, shown = sql): Step {
  return { kind, sql, shown, fault };
}
