/** GitLab's code quality report: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format */
import type { CheckResult } from "../analysis/model.ts";
import { safeJson } from "./text.ts";

interface Issue {
  description: string;
  check_name: string;
  fingerprint: string;
  severity: "minor" | "major" | "blocker";
  location: { path: string; lines: { begin: number; end: number } };
}

/** Renders new findings and unread inputs as one list. */
export function gitlab({ findings, problems }: CheckResult): string {
  const fresh = findings.filter(({ status }) => status === "new");
  const issues: Issue[] = [
    ...fresh.map(
      ({ rule, severity, message, help, at, fingerprint }): Issue => ({
        description: `${message}. Help: ${help}`,
        check_name: rule,
        fingerprint,
        severity: severity === "error" ? "major" : "minor",
        location: { path: at.file, lines: { begin: at.line, end: at.endLine } },
      }),
    ),
    ...problems.map(
      ({ file, line = 1, message }): Issue => ({
        description: `unread: ${message}`,
        check_name: "unread",
        fingerprint: Bun.hash(JSON.stringify([file, line, message]))
          .toString(16)
          .padStart(16, "0"),
        severity: "blocker",
        location: { path: file, lines: { begin: line, end: line } },
      }),
    ),
  ];
  return `${safeJson(issues)}\n`;
}
