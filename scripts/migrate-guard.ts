/**
 * What keeps a migration within its own service: the analyser reads it before a byte reaches the database, and what
 * `check` has against it as an error stops it, with the same finding.
 */
import { check } from "../analysis/check.ts";
import { analyse } from "../analysis/mod.ts";
import type { CheckResult, Finding, Model } from "../analysis/model.ts";
import { rules } from "../rules/mod.ts";
import type { Io } from "./io.ts";
import { progressOf } from "./progress.ts";
import type { Workspace } from "./workspace.ts";

export interface Guard {
  model: Model;
  result: CheckResult;
  /** New errors by the file in which they stand. */
  against: ReadonlyMap<string, Finding[]>;
}

/** Reads the workspace as `check` does. */
export async function guard({ root, manifest }: Workspace, io: Io): Promise<Guard> {
  const { signal } = io;
  const model = await analyse({ root, manifest, signal, onProgress: progressOf(io) });
  io.status(null);
  const result = check(model, rules);
  const errors = result.findings.filter(({ severity, status }) => severity === "error" && status === "new");
  return { model, result, against: Map.groupBy(errors, ({ at }) => at.file) };
}

/** The result as if these findings were all. */
export function only(result: CheckResult, findings: Finding[]): CheckResult {
  const { summary } = result;
  return { findings, problems: [], summary: { ...summary, errors: findings.length, warnings: 0 } };
}
