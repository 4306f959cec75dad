/** Reports that go into files: `--output FORMAT=FILE`, and the summary of a step in GitHub Actions. */
import { appendFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { CheckResult } from "../analysis/model.ts";
import { checkFormats } from "../report/check-formats.ts";
import { plain, type ReportContext } from "../report/context.ts";
import type { Io } from "./io.ts";
import type { ReportFile } from "./output-option.ts";
import { cannotWrite } from "./write-whole.ts";

/** Columns of a report that no terminal shows. */
const width = 120;

/** @throws ExpectedError where a file cannot be written */
export function writeReports(
  files: readonly ReportFile[],
  result: CheckResult,
  context: ReportContext,
  io: Io,
): void {
  for (const { format, file } of files) {
    const text = checkFormats[format](result, { ...context, color: plain, width });
    try {
      writeFileSync(resolve(io.cwd, file), text);
    } catch (error) {
      throw cannotWrite(`--output: ${file}`, error);
    }
  }
}

/**
 * Adds the result to the page of the step that GitHub Actions runs this in; elsewhere there is none.
 * @throws ExpectedError where the runner's file cannot be written
 */
export function appendSummary(result: CheckResult, { env }: Io): void {
  const file = env["GITHUB_STEP_SUMMARY"];
  if (!file) return;
  const text = checkFormats.markdown(result);
  try {
    appendFileSync(file, text);
  } catch (error) {
    throw cannotWrite(`GITHUB_STEP_SUMMARY names ${file}, which`, error);
  }
}
