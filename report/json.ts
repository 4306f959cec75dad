/** The report for programs: one object, described in report.schema.json. */
import type { CheckResult, Finding } from "../analysis/model.ts";
import type { CheckJson, FindingJson } from "./shapes.ts";
import { safeJson } from "./text.ts";

/** Renders every finding, known and ignored ones, too: `status` tells them apart. */
export function json(result: CheckResult): string {
  return `${safeJson(checkJson(result))}\n`;
}

/** The object that `json` writes. */
export function checkJson({ findings, problems, summary }: CheckResult): CheckJson {
  const { files, leftOut, references, own, foreign, unowned, unresolved, errors, warnings, milliseconds } =
    summary;
  return {
    version: 1,
    findings: findings.map(findingJson),
    problems: problems.map(({ file, line, column, message }) => ({
      file,
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
      message,
    })),
    summary: {
      files,
      leftOut,
      references,
      own,
      foreign,
      unowned,
      unresolved,
      errors,
      warnings,
      milliseconds,
    },
  };
}

function findingJson(finding: Finding): FindingJson {
  const { rule, severity, status, message, help, services, owners, table, access, at, related } = finding;
  return {
    rule,
    severity,
    status,
    message,
    help,
    service: services[0] ?? null,
    services,
    owner: owners[0] ?? null,
    owners,
    table,
    access,
    ...placeJson(at),
    related: related.map((other) => ({ message: other.message, ...placeJson(other.at) })),
    fingerprint: finding.fingerprint,
    reason: finding.reason,
  };
}

/** A place with its keys in the order in which they are documented, and nothing beside them. */
export function placeJson({ file, line, column, endLine, endColumn }: Finding["at"]) {
  return { file, line, column, endLine, endColumn };
}
