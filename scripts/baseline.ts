/** The baseline's file: where it stands, its reading, and the change that `--update-baseline` makes to it. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Baseline, CheckResult, Finding } from "../analysis/model.ts";
import type { Manifest } from "../manifest/model.ts";
import { formatProblem, ManifestReadError } from "../manifest/problem.ts";
import type { ManifestSource } from "../manifest/source.ts";
import { counted } from "../report/text.ts";
import { ExpectedError, type Io, LocatedError } from "./io.ts";
import { cannotWrite, writeWhole } from "./write-whole.ts";

/** Its reading and writing are loaded where there is one. */
const form = () => import("../analysis/baseline.ts");

/** `freehold.baseline.jsonl` beside `freehold.json`. */
export function baselineFile({ file }: Pick<Manifest, "file">): string {
  return `${file.replace(/\.jsonc?$/, "")}.baseline.jsonl`;
}

/**
 * @param source where the workspace's files come from: the disk, or what is staged
 * @returns null where there is none
 * @throws LocatedError if it cannot be understood: nobody could say then what is known
 */
export async function readBaseline(
  source: ManifestSource,
  manifest: Pick<Manifest, "file">,
): Promise<Baseline | null> {
  const file = baselineFile(manifest);
  let text: string | null;
  try {
    text = source.read(file);
  } catch (error) {
    if (error instanceof ManifestReadError) throw new ExpectedError(`${file} ${error.message}`);
    throw error;
  }
  if (text === null) return null;
  const read = (await form()).parseBaseline(file, text);
  if (Array.isArray(read)) throw new LocatedError(read.map(formatProblem).join("\n"));
  return read;
}

export interface BaselineChange {
  root: string;
  manifest: Manifest;
  baseline: Baseline | null;
  result: CheckResult;
  /** The reason with which new findings are let in; undefined lets none in. */
  allowNew: string | undefined;
  /** Which new findings it is about. */
  within: (finding: Finding) => boolean;
}

/**
 * Brings the file up to the findings: it shrinks, and grows only by what `allowNew` gives a reason for. One
 * without an entry is taken away.
 *
 * @returns the baseline that now holds, and a line that says what became of it
 * @throws ExpectedError where the file cannot be written, or an input went unread
 */
export async function changeBaseline(
  change: BaselineChange,
): Promise<{ baseline: Baseline | null; said: string }> {
  const { renderBaseline, updateBaseline } = await form();
  const { rules } = await import("../rules/mod.ts");
  const { root, manifest, result, allowNew } = change;
  const file = baselineFile(manifest);
  if (result.problems.length > 0) {
    const { file: unread, message } = result.problems[0]!;
    throw new ExpectedError(
      `${file} stays as it is: ${unread} went unread (${message}), so nobody can say what is gone`,
    );
  }
  const before = change.baseline ?? { file, lineEnd: "\n", entries: [] };
  const held = new Set(rules.filter(({ exceptions }) => !exceptions).map(({ id }) => id));
  const findings = result.findings.filter(({ rule, status }) => held.has(rule) && status !== "ignored");
  const reason = (finding: Finding) => (change.within(finding) ? (allowNew ?? null) : null);
  const { baseline, added, removed, moved } = updateBaseline(before, findings, reason);
  const path = join(root, file);
  if (added + removed + moved > 0) {
    if (baseline.entries.length > 0) writeWhole(path, renderBaseline(baseline), file);
    else remove(path, file);
  }
  const { length } = baseline.entries;
  const said = `${file}: ${added} added, ${removed} taken out, ${moved} moved; ${
    length === 0 ? "nothing is left, so there is no such file" : `${counted(length, "finding")} known`
  }`;
  return { baseline: length === 0 ? null : baseline, said };
}

function remove(path: string, file: string): void {
  try {
    rmSync(path);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/**
 * Growth needs a person who answers for it, and a machine that changes a file nobody commits is no help.
 *
 * @throws ExpectedError where the flags do not go together, or in CI
 */
export function checkBaselineFlags(
  { updateBaseline, allowNew }: { updateBaseline?: boolean; allowNew?: string },
  { env }: Pick<Io, "env">,
): void {
  if (allowNew !== undefined && !updateBaseline) {
    throw new ExpectedError(
      '--allow-new goes with --update-baseline: freehold check --update-baseline --allow-new "reason"',
    );
  }
  if (allowNew !== undefined && allowNew.trim() === "") {
    throw new ExpectedError("--allow-new needs a reason: why may these findings stay?");
  }
  const machine = updateBaseline ? runningCi(env) : null;
  if (machine !== null) {
    throw new ExpectedError(
      `--update-baseline is for people, and ${machine} says that this is CI: run it on your machine and commit what it writes`,
    );
  }
}

/** The variable that tells, or null. */
export function runningCi(env: Io["env"]): string | null {
  const telling = [
    "CI",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "BUILDKITE",
    "TF_BUILD",
    "JENKINS_URL",
    "TEAMCITY_VERSION",
  ];
  return telling.find((name) => !["", "0", "false", undefined].includes(env[name])) ?? null;
}
