/** `freehold check`: is each table touched by its owner alone? */
import { realpathSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import type { Cache } from "../analysis/cache/mod.ts";
import { noStore } from "../analysis/cache/store.ts";
import { openJudge } from "../analysis/judge.ts";
import type { Baseline, CheckResult, Finding } from "../analysis/model.ts";
import { ManifestReadError } from "../manifest/problem.ts";
import { type ManifestSource, memorySource } from "../manifest/source.ts";
import { version } from "../package.json" with { type: "json" };
import { checkFormats } from "../report/check-formats.ts";
import type { ReportContext } from "../report/context.ts";
import { changeBaseline, checkBaselineFlags, readBaseline } from "./baseline.ts";
import { ExpectedError, exitCodes, type Io } from "./io.ts";
import type { ReportFile } from "./output-option.ts";
import { appendSummary, writeReports } from "./report-files.ts";
import {
  assertHeardOf,
  findingsBefore,
  NothingToJudge,
  ofChange,
  openScope,
  openScopedCache,
  type Scope,
  type ScopeOptions,
} from "./scope.ts";
import { type StagedAgain, stagedAgain } from "./staged-again.ts";
import { treeSource, workingSource } from "./tree-source.ts";
import { typesOption } from "./types-option.ts";
import { allRules, openWorkspace, reportContext, sourceReader } from "./workspace.ts";

export interface CheckOptions extends ScopeOptions {
  /** Absolute, or relative to the working folder; none means the whole workspace. */
  paths: string[];
  format: keyof typeof checkFormats;
  config?: string;
  maxWarnings?: number;
  types?: boolean;
  updateBaseline?: boolean;
  allowNew?: string;
  /** `FORMAT=FILE` each. */
  output?: ReportFile[];
}

/**
 * `freehold check`.
 * @returns the exit code
 * @throws ExpectedError and LocatedError for what a person can mend
 */
export async function run(options: CheckOptions, io: Io): Promise<number> {
  try {
    return await judged(options, io);
  } catch (error) {
    if (!(error instanceof NothingToJudge)) throw error;
    io.err(`freehold: ${error.message}\n`);
    return exitCodes.clean;
  }
}

async function judged(options: CheckOptions, io: Io): Promise<number> {
  const started = performance.now();
  checkBaselineFlags(options, io);
  const again = isStagedAlone(options) ? await stagedAgain(options, io) : null;
  if (again) return await judgedAgain(again, options, io, started);
  let scope: Scope = { tree: null, change: null };
  const sourceOf = (root: string, file: string) => {
    scope = openScope(root, options, io);
    assertHeardOf(root, file, scope);
    return scope.tree ? treeSource(scope.tree, file) : workingSource(root, file);
  };
  let cache = null as Cache | null;
  const answersOf = (root: string) => {
    cache = openScopedCache(root, options, io);
    return cache?.answers ?? noStore;
  };
  const { root, manifest, source, assertUnchanged } = openWorkspace(io, options.config, sourceOf, answersOf);
  const { tree, change } = scope;
  const known = await readBaseline(source, manifest);
  const within = options.paths.map((path) => workspacePath(root, io.cwd, path));
  const given = { ...typesOption(options, io), ...(cache && { cache }) };
  const asked = openJudge({
    root,
    manifest,
    rules: async () => allRules(),
    version,
    ...given,
    ...(tree && { tree }),
  });
  const judge = async (baseline: Baseline | null): Promise<CheckResult> => {
    const result = await asked(baseline);
    const milliseconds = performance.now() - started;
    return { ...result, summary: { ...result.summary, milliseconds } };
  };
  let whole = await judge(known);
  assertUnchanged();
  io.status(null);
  if (options.updateBaseline) {
    const { allowNew } = options;
    const { baseline, said } = await changeBaseline({
      root,
      manifest,
      baseline: known,
      result: whole,
      allowNew,
      within: (finding) => liesIn(finding, within),
    });
    io.err(`${said}\n`);
    whole = await judge(baseline);
  }
  let result = narrow(whole, within);
  if (change) {
    const before = () => findingsBefore(root, manifest.file, change, cache);
    result = keep(result, await ofChange(result, change, before));
  }

  return tell(result, sourceReader(root, tree ? source : undefined), root, options, io);
}

/** Nothing but what is staged is asked for, and what earlier runs have worked out may be used. */
function isStagedAlone({ staged, since, types, updateBaseline, cache }: CheckOptions): boolean {
  return staged === true && since === undefined && !types && !updateBaseline && cache !== false;
}

/** What is staged, where only what it concerns had to be linked. */
async function judgedAgain(
  { root, file, change, judge, baseline, before }: StagedAgain,
  options: CheckOptions,
  io: Io,
  started: number,
): Promise<number> {
  let index: ManifestSource | null = null;
  const read = (path: string) => {
    const { tree } = index ? { tree: null } : openScope(root, options, io);
    if (tree) index = treeSource(tree, file);
    return index?.read(path) ?? null;
  };
  const source = { ...memorySource({}), file, read };
  const known = await readBaseline(baseline === undefined ? source : { ...source, read: () => baseline }, {
    file,
  });
  const within = options.paths.map((path) => workspacePath(root, io.cwd, path));
  const judged = judge(known);
  const milliseconds = performance.now() - started;
  io.status(null);
  const result = narrow({ ...judged, summary: { ...judged.summary, milliseconds } }, within);
  const keysBefore = async (asked: readonly string[]) => {
    const keys = await before(asked);
    if (keys) return keys;
    return findingsBefore(root, file, change, openScopedCache(root, options, io));
  };
  const shown = keep(result, await ofChange(result, change, keysBefore));
  return tell(shown, (path) => readOr(() => read(path)), root, options, io);
}

/** Null for what cannot be read: then there is no code to show beside a finding. */
function readOr(read: () => string | null): string | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof ManifestReadError) return null;
    throw error;
  }
}

/** Prints and writes the findings. @returns the exit code */
function tell(
  result: CheckResult,
  source: ReportContext["source"],
  root: string,
  options: CheckOptions,
  io: Io,
): number {
  const context = reportContext(root, io, source);
  writeReports(options.output ?? [], result, context, io);
  io.out(checkFormats[options.format](result, context));

  if (options.format === "github") appendSummary(result, io);

  const { errors, warnings } = result.summary;
  if (result.problems.length > 0) return exitCodes.failed;
  if (errors > 0) return exitCodes.findings;
  if (options.maxWarnings !== undefined && warnings > options.maxWarnings) {
    io.err(`freehold: more warnings (${warnings}) than --max-warnings allows (${options.maxWarnings})\n`);
    return exitCodes.findings;
  }
  return exitCodes.clean;
}

/**
 * Keeps the findings that lie in one of the paths, and counts them anew. Inputs that went unread stay,
 * wherever they are: what is wrong within the paths may have depended on them.
 */
function narrow(result: CheckResult, paths: readonly string[]): CheckResult {
  return paths.length === 0 ? result : keep(result, (finding) => liesIn(finding, paths));
}

/** Keeps some of the findings, and counts them anew. */
function keep(result: CheckResult, isKept: (finding: Finding) => boolean): CheckResult {
  const findings = result.findings.filter(isKept);
  const count = (severity: "error" | "warn") =>
    findings.filter((finding) => finding.status === "new" && finding.severity === severity).length;
  return {
    ...result,
    findings,
    summary: { ...result.summary, errors: count("error"), warnings: count("warn") },
  };
}

/** No path at all means the whole workspace. */
function liesIn({ at }: Finding, paths: readonly string[]): boolean {
  const within = (path: string) => path === "" || at.file === path || at.file.startsWith(`${path}/`);
  return paths.length === 0 || paths.some(within);
}

/** The path within the workspace, empty for its root. */
function workspacePath(root: string, cwd: string, path: string): string {
  let real: string;
  try {
    real = realpathSync(resolve(cwd, path));
  } catch {
    throw new ExpectedError(`${path} does not exist: name a file or a folder of the workspace`);
  }
  const inside = relative(realpathSync(root), real);
  if (inside === ".." || inside.startsWith(`..${sep}`)) {
    throw new ExpectedError(`${path} lies outside the workspace ${root}`);
  }
  return inside.replaceAll(sep, "/");
}
