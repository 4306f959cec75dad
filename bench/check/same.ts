/**
 * Speed must not change an answer: over random edits of a generated monorepo, what a run with a cache
 * says, and what a run over the index says, is held against a run that starts from nothing. And a run
 * that is killed must leave nothing behind that changes the next one's answer.
 *
 *     bun bench/check/same.ts [--edits 300] [--kills 50] [--seed 1] [--bundle]
 *
 * With `--bundle`, commands that are started run from the bundle (scripts/bundle/), and what they say after
 * each edit is held against the sources, too.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseBaseline, renderBaseline, updateBaseline } from "../../analysis/baseline.ts";
import { type Cache, openCache } from "../../analysis/cache/mod.ts";
import { check } from "../../analysis/check.ts";
import { openJudge } from "../../analysis/judge.ts";
import { analyse } from "../../analysis/mod.ts";
import type { Baseline, CheckResult, Finding } from "../../analysis/model.ts";
import { commitTree, type GitTree, indexTree } from "../../analysis/tree/git-tree.ts";
import type { Tree } from "../../analysis/tree/tree.ts";
import { diskSource, formatProblem, loadManifest } from "../../manifest/mod.ts";
import { version } from "../../package.json" with { type: "json" };
import { rules } from "../../rules/mod.ts";
import { freshBundle } from "../../scripts/bundle/stamp.ts";
import { ExpectedError } from "../../scripts/io.ts";
import { keyOf } from "../../scripts/scope.ts";
import { type StagedAgain, stagedAgain } from "../../scripts/staged-again.ts";
import { treeSource } from "../../scripts/tree-source.ts";
import { readFlags } from "../flags.ts";
import { editOnce } from "./edits.ts";
import { generateMonorepo } from "./monorepo.ts";
import { type Chance, seeded } from "./seeded.ts";
import { editALittle } from "./small-edits.ts";
import { tangle } from "./tangle.ts";
import { commit, git, writeRepository } from "./write.ts";

/** Far enough ahead of any file's time that the cache takes its stats at their word: the edits here lie apart by a whole run. */
const AHEAD_MS = 60_000;

export interface Difference {
  after: string;
  run:
    | "warm"
    | "once more"
    | "staged"
    | "staged again"
    | "staged again, baseline"
    | "before"
    | "after a kill"
    | "bundle"
    | "bundle, staged";
}

/** @returns what differed; empty where nothing did */
export async function editsThatDiffer(edits: number, seed: number, bundle = false): Promise<Difference[]> {
  using scratch = scratchRepository(seed);
  const { root, cache } = scratch;
  const chance = seeded(seed);
  const found: Difference[] = [];
  const done: string[] = [];
  for (let edit = 0; edit <= edits; edit++) {
    done.push(edit === 0 ? "nothing" : editOnce(root, chance));
    const opened = () => openCache(root, cache, Date.now() + AHEAD_MS);
    const cold = await answer(root, null);
    const warm = await answer(root, opened());
    const again = await answer(root, opened());
    git(root, "add", "--all");
    const staged = await answer(root, opened(), indexTree({ root }));
    const after = done.slice(-3).join(", ");
    if (warm !== cold) found.push({ after, run: "warm" });
    if (again !== cold) found.push({ after, run: "once more" });
    if (staged !== cold) found.push({ after, run: "staged" });
    if (!bundle) continue;
    for (const more of [[], ["--staged"]]) {
      const said = await command(root, true, "--cache-dir", cache, ...more);
      const run = more.length === 0 ? "bundle" : "bundle, staged";
      if (said !== (await command(root, false, "--no-cache", ...more))) found.push({ after, run });
    }
  }
  return found;
}

/** What became of staged changes that were judged by linking again what they concern. */
export interface StagedOutcome {
  differing: Difference[];
  /** How many were judged so; the others were judged as a whole. */
  again: number;
}

/** Makes, stages and commits small edits, and holds what is said of what is staged against a run that starts from nothing. */
export async function stagedThatDiffer(edits: number, seed: number): Promise<StagedOutcome> {
  using scratch = scratchRepository(seed, tangle);
  const { root, cache } = scratch;
  const chance = seeded(seed);
  const outcome: StagedOutcome = { differing: [], again: 0 };
  const done: string[] = [];
  for (let edit = 0; edit < edits; edit++) {
    if (chance.number(3) === 0) commit(root, "so far");
    for (let more = chance.number(3); more >= 0; more--) done.push(editALittle(root, chance));
    git(root, "add", "--all");
    if (chance.number(8) === 0) done.push(damage(cache, chance));
    const after = done.slice(-6).join(", ");
    const different = (run: Difference["run"]) => outcome.differing.push({ after: `${edit}: ${after}`, run });
    let again: StagedAgain | null;
    try {
      again = await stagedAgain({ cacheDir: cache }, { cwd: root, env: {}, status: () => {} });
    } catch (error) {
      if (error instanceof ExpectedError) continue;
      throw error;
    }
    const found = await foundIn(root, indexTree({ root }), null);
    // What cannot be read whole is not kept, and would stand in the way of all that follows.
    const spoilt = !found || found.problems.length > 0;
    if (!again) {
      if (spoilt) git(root, "reset", "--quiet", "--hard");
      continue;
    }
    outcome.again++;
    const head = git(root, "rev-parse", "HEAD").trim();
    const was = await foundIn(root, commitTree({ root }, head), null);
    if (JSON.stringify(again.judge(null)) !== JSON.stringify(found)) different("staged again");
    const baseline = baselineOf((was?.findings ?? []).filter((_, index) => index % 2 === 0));
    const known = await foundIn(root, indexTree({ root }), baseline);
    if (JSON.stringify(again.judge(baseline)) !== JSON.stringify(known)) different("staged again, baseline");
    const before = await again.before();
    const there = was?.findings.map(keyOf) ?? [];
    if (before && JSON.stringify(before) !== JSON.stringify(there)) different("before");
    const asked = again.judge(null).findings.map(keyOf);
    const told = await again.before(asked);
    if (told && asked.some((key) => told.includes(key) !== there.includes(key))) different("before");
    // Of those alone that were there, less may have to be worked out.
    const stayed = asked.filter((key) => there.includes(key));
    const kept = await again.before(stayed);
    if (kept && !stayed.every((key) => kept.includes(key))) different("before");
  }
  return outcome;
}

/** Changes a byte of a file of the cache's. */
function damage(cache: string, chance: Chance): string {
  const packs = existsSync(cache) ? readdirSync(cache).filter((name) => name.endsWith(".pack")) : [];
  if (packs.length === 0) return "nothing to damage";
  const name = chance.pick(packs.toSorted().filter((one) => chance.number(2) || one.includes("-book-")));
  const bytes = readFileSync(join(cache, name));
  const at = chance.number(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 + chance.number(255));
  writeFileSync(join(cache, name), bytes);
  return `damaged ${name.includes("-book-") ? "a book" : "a pack"}`;
}

function baselineOf(findings: readonly Finding[]): Baseline {
  const file = "freehold.baseline.jsonl";
  const open = findings.filter(({ status }) => status === "new");
  const { baseline } = updateBaseline({ file, lineEnd: "\n", entries: [] }, open, () => "there before");
  const read = parseBaseline(file, renderBaseline(baseline));
  if (Array.isArray(read)) throw new Error(read.map(formatProblem).join("\n"));
  return read;
}

/** What is found in a tree by a run that starts from nothing; null where it has no manifest that can be read. */
async function foundIn(root: string, tree: GitTree, baseline: Baseline | null): Promise<CheckResult | null> {
  const { manifest } = loadManifest(treeSource(tree, "freehold.json"), rules);
  if (!manifest) return null;
  return check(await analyse({ root, manifest, tree }), rules, { baseline, version });
}

/** Kills runs at random moments, half of them by what Ctrl-C sends. @returns what differed; empty where nothing did */
export async function killsThatSpoil(kills: number, seed: number, bundle = false): Promise<Difference[]> {
  using scratch = scratchRepository(seed);
  const { root, cache } = scratch;
  const chance = seeded(seed);
  const found: Difference[] = [];
  // Now and then what is staged is asked about, with the index as it is from here on.
  editALittle(root, chance);
  git(root, "add", "--all");
  const started = performance.now();
  const wanted = await command(root, false, "--no-cache");
  const wantedStaged = await command(root, false, "--no-cache", "--staged");
  const wholeMs = performance.now() - started;
  for (let kill = 0; kill < kills; kill++) {
    // Half of them begin with nothing, so that the cache is written while they are killed.
    if (kill % 2 === 0) rmSync(cache, { recursive: true, force: true });
    const args = kill % 3 === 0 ? ["--cache-dir", cache, "--staged"] : ["--cache-dir", cache];
    const child = start(root, bundle, ...args);
    await Bun.sleep(chance.number(Math.ceil(wholeMs)));
    child.kill(kill % 4 < 2 ? "SIGKILL" : "SIGINT");
    await child.exited;
    if ((await command(root, bundle, ...args)) !== (kill % 3 === 0 ? wantedStaged : wanted))
      found.push({ after: `kill ${kill + 1}`, run: "after a kill" });
  }
  return found;
}

function scratchRepository(
  seed: number,
  more: Readonly<Record<string, string>> = {},
): { root: string; cache: string } & Disposable {
  const scratch = mkdtempSync(join(tmpdir(), "freehold-same-"));
  const root = join(scratch, "workspace");
  const { files } = generateMonorepo({ services: 3, filesPerService: 14, seed });
  writeRepository(root, new Map([...files, ...Object.entries(more)]));
  commit(root, "all of it");
  const cache = join(scratch, "cache");
  return { root, cache, [Symbol.dispose]: () => rmSync(scratch, { recursive: true, force: true }) };
}

/** All that a check says, but for how long it took. */
async function answer(root: string, cache: Cache | null, tree?: Tree): Promise<string> {
  const { manifest, problems } = loadManifest(diskSource(root), rules);
  if (manifest === null) throw new Error(problems.map(formatProblem).join("\n"));
  const given = { ...(cache && { cache }), ...(tree && { tree }) };
  const asked = { root, manifest, today: "2026-11-21", ...given };
  const judged = await openJudge({ ...asked, rules: async () => rules, version })(null);
  return JSON.stringify([judged, (await analyse(asked)).references]);
}

const bin = join(import.meta.dir, "../../scripts/cli.ts");

function start(root: string, bundle: boolean, ...args: string[]) {
  return Bun.spawn([process.execPath, bin, "check", "--format", "json", ...args], {
    cwd: root,
    env: { ...process.env, FREEHOLD_BUNDLE: bundle ? undefined : "off" },
    stdout: "pipe",
    stderr: "ignore",
  });
}

async function command(root: string, bundle: boolean, ...args: string[]): Promise<string> {
  const text = await new Response(start(root, bundle, ...args).stdout).text();
  return text.replace(/"milliseconds":[\d.]+/, "");
}

/** @throws Error where commands would run from the sources */
async function bundled(): Promise<void> {
  const home = join(import.meta.dir, "../..");
  await Bun.spawn([process.execPath, join(home, "scripts/bundle/make.ts")]).exited;
  if (!freshBundle(home)) throw new Error("no bundle could be made: bun scripts/bundle/make.ts says why");
}

if (import.meta.main) {
  const { values } = readFlags({
    options: {
      edits: { type: "string", default: "300" },
      kills: { type: "string", default: "50" },
      seed: { type: "string", default: "1" },
      bundle: { type: "boolean", default: false },
    },
  });
  const { bundle } = values;
  if (bundle) await bundled();
  const seed = Number(values.seed);
  const staged = await stagedThatDiffer(Number(values.edits), seed);
  const differing = [
    ...staged.differing,
    ...(await editsThatDiffer(Number(values.edits), seed, bundle)),
    ...(await killsThatSpoil(Number(values.kills), seed, bundle)),
  ];
  for (const { after, run } of differing) console.log(`${run} differs after: ${after}`);
  console.log(
    `${staged.again} of ${values.edits} staged changes were judged by what they concern; ${values.edits} edits, ${values.kills} kills, seed ${seed}: ${differing.length} answers that differ`,
  );
  process.exit(differing.length === 0 ? 0 : 1);
}
