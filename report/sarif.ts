/**
 * SARIF 2.1.0, the format in which code scanning takes findings:
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
import type { CheckResult, Finding, InputProblem, Place, Rule, Severity } from "../analysis/model.ts";
import type { ReportContext } from "./context.ts";
import { safeJson } from "./text.ts";

const schema = "https://json.schemastore.org/sarif-2.1.0.json";
/** The name by which whoever reads the file replaces the workspace's root. */
const root = "%SRCROOT%";

/** Renders every finding: known ones are unchanged since the baseline and suppressed by it, ignored ones in the source. */
export function sarif(result: CheckResult, { tool }: Pick<ReportContext, "tool">): string {
  const indices = new Map(tool.rules.map(({ id }, index) => [id, index]));
  const log = {
    $schema: schema,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "freehold",
            version: tool.version,
            semanticVersion: tool.version,
            rules: tool.rules.map(descriptor),
          },
        },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: result.problems.length === 0,
            toolExecutionNotifications: result.problems.map(notification),
          },
        ],
        results: result.findings.map((finding) => resultOf(finding, indices.get(finding.rule))),
      },
    ],
  };
  return `${safeJson(log)}\n`;
}

function descriptor({ id, severity, summary, why, fix }: Rule) {
  return {
    id,
    shortDescription: { text: summary },
    fullDescription: { text: why },
    help: { text: fix },
    defaultConfiguration: { level: levelOf(severity) },
  };
}

function resultOf(finding: Finding, ruleIndex: number | undefined) {
  const { rule, severity, status, message, help, at, related, fingerprint, reason } = finding;
  return {
    ruleId: rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: levelOf(severity),
    message: { text: `${message}\nHelp: ${help}` },
    locations: [{ physicalLocation: physical(at) }],
    relatedLocations: related.map((other, index) => ({
      id: index + 1,
      message: { text: other.message },
      physicalLocation: physical(other.at),
    })),
    partialFingerprints: { "freehold/v1": fingerprint },
    baselineState: status === "known" ? "unchanged" : "new",
    suppressions:
      status === "new"
        ? []
        : [
            {
              kind: status === "ignored" ? "inSource" : "external",
              status: "accepted",
              ...(reason === null ? {} : { justification: reason }),
            },
          ],
  };
}

function notification({ file, line, column, message }: InputProblem) {
  const region = line === undefined ? {} : { region: { startLine: line, startColumn: column ?? 1 } };
  return {
    level: "error",
    message: { text: `went unread: ${message}` },
    locations: [{ physicalLocation: { artifactLocation: artifact(file), ...region } }],
  };
}

function physical({ file, line, column, endLine, endColumn }: Place) {
  return {
    artifactLocation: artifact(file),
    region: { startLine: line, startColumn: column, endLine, endColumn },
  };
}

/** A lone surrogate has no place in a URI. */
function artifact(file: string) {
  const uri = file.toWellFormed().split("/").map(encodeURIComponent).join("/");
  return { uri, uriBaseId: root };
}

function levelOf(severity: Severity): "error" | "warning" {
  return severity === "error" ? "error" : "warning";
}
