/**
 * `bun scripts/new-reporter.ts NAME`: a new format for `freehold check`, its test, and its place in the
 * list from which the command line takes its choices.
 */
import { type SourceFile, SyntaxKind } from "ts-morph";
import { camel, type Part, runScaffold, writePart } from "./scaffold.ts";

/** @returns the files written; see {@link writePart} for what is thrown */
export function newReporter(root: string, name: string): string[] {
  return writePart(root, name, reporter(name));
}

function reporter(name: string): Part {
  return {
    files: { [`report/${name}.ts`]: reporterText(name), [`report/${name}.test.ts`]: testText(name) },
    list: "report/check-formats.ts",
    enlist: (list) => enlist(list, name),
  };
}

function enlist(list: SourceFile, name: string): void {
  const formats = list
    .getVariableDeclarationOrThrow("checkFormats")
    .getFirstDescendantByKindOrThrow(SyntaxKind.ObjectLiteralExpression);
  const key = camel(name) === name ? name : `"${name}"`;
  const entry = `${key}: later(() => (require("./${name}.ts") as typeof import("./${name}.ts")).${camel(name)})`;
  formats.replaceWithText(formats.getText().replace(/,?\s*\}$/, `,\n  ${entry},\n}`));
}

function reporterText(name: string): string {
  return `/** Say here for whom this format is, and where it is described. */
import type { CheckResult } from "../analysis/model.ts";
import { unreadLines } from "./compact.ts";
import { escapeControls } from "./text.ts";

/** Renders new findings and unread inputs. */
export function ${camel(name)}(result: CheckResult): string {
  const lines = result.findings
    .filter(({ status }) => status === "new")
    .map(({ at, message }) => \`\${escapeControls(at.file)}: \${escapeControls(message)}\\n\`);
  return lines.join("") + unreadLines(result.problems);
}
`;
}

function testText(name: string): string {
  return `import { expect, test } from "bun:test";
import { foreignRead, placeOf, resultOf } from "../fixtures/findings.ts";
import { ${camel(name)} } from "./${name}.ts";

const at = placeOf("services/guardian/badges.ts", "sql\`select actor from audit_log\`\\n", "audit_log");

test("new findings and unread inputs are shown, ignored ones are not", () => {
  const findings = [foreignRead(at), foreignRead(at, { status: "ignored" })];
  const problems = [{ file: "services/lobby/latin1.sql", message: "it is not UTF-8" }];
  expect(${camel(name)}(resultOf(findings, { problems }))).toBe(
    [
      "services/guardian/badges.ts: guardian reads audit_log, which gatekeeper owns",
      "services/lobby/latin1.sql:1:1 error unread it is not UTF-8",
      "",
    ].join("\\n"),
  );
});
`;
}

if (import.meta.main) {
  runScaffold(
    "new-reporter",
    newReporter,
    "make the reporter print what it should, and let `bun test -u scripts/cli.test.ts` take its name into the help",
  );
}
