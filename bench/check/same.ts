/**
 * Speed must not change an answer: over random edits of a generated monorepo, what a run with a cache
 * says, and what a run over the index says, is held against a run that starts from nothing. And a run
 * that is killed must leave nothing behind that changes the next one's answer.
 *
 *     bun bench/check/same.ts [--edits 300] [--kills 50] [--seed 1]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cache, openCache } from "../../analysis/cache/mod.ts";
import { openJudge } from "../../analysis/judge.ts";
import { analyse } from "../../analysis/mod.ts";
import { indexTree } from "../../analysis/tree/git-tree.ts";
import type { Tree } from "../../analysis/tree/tree.ts";
import { diskSource, formatProblem, loadManifest } from "../../manifest/mod.ts";
import { version } from "../../package.json" with { type: "json" };
import { rules } from "../../rules/mod.ts";
import { readFlags } from "../flags.ts";
import { editOnce } from "./edits.ts";
import { generateMonorepo } from "./monorepo.ts";
import { seeded } from "./seeded.ts";
import { commit, git, writeRepository } from "./write.ts";

/** Far enough ahead of any file's time that the cache takes its stats at their word: the edits here lie apart by a whole run. */
const AHEAD_MS = 60_000;

export interface Difference {
  after: string;
  run: "warm" | "once more" | "staged" | "after a kill";
}

/** @returns what differed; empty where nothing did */
export async function editsThatDiffer(edits: number, seed: number): Promise<Difference[]> {
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
  }
  return found;
}

/** Kills runs at random moments, half of them by what Ctrl-C sends. @returns what differed; empty where nothing did */
export async function killsThatSpoil(kills: number, seed: number): Promise<Difference[]> {
  using scratch = scratchRepository(seed);
  const { root, cache } = scratch;
  const chance = seeded(seed);
  const found: Difference[] = [];
  const started = performance.now();
  const wanted = await command(root, "--no-cache");
  const wholeMs = performance.now() - started;
  for (let kill = 0; kill < kills; kill++) {
    // Half of them begin with nothing, so that the cache is written while they are killed.
    if (kill % 2 === 0) rmSync(cache, { recursive: true, force: true });
    const child = start(root, "--cache-dir", cache);
    await Bun.sleep(chance.number(Math.ceil(wholeMs)));
    child.kill(kill % 4 < 2 ? "SIGKILL" : "SIGINT");
    await child.exited;
    if ((await command(root, "--cache-dir", cache)) !== wanted)
      found.push({ after: `kill ${kill + 1}`, run: "after a kill" });
  }
  return found;
}

function scratchRepository(seed: number): { root: string; cache: string } & Disposable {
  const scratch = mkdtempSync(join(tmpdir(), "freehold-same-"));
  const root = join(scratch, "workspace");
  const { files } = generateMonorepo({ services: 3, filesPerService: 14, seed });
  writeRepository(root, files);
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

function start(root: string, ...args: string[]) {
  return Bun.spawn([process.execPath, bin, "check", "--format", "json", ...args], {
    cwd: root,
    stdout: "pipe",
    stderr: "ignore",
  });
}

async function command(root: string, ...args: string[]): Promise<string> {
  const text = await new Response(start(root, ...args).stdout).text();
  return text.replace(/"milliseconds":[\d.]+/, "");
}

if (import.meta.main) {
  const { values } = readFlags({
    options: {
      edits: { type: "string", default: "300" },
      kills: { type: "string", default: "50" },
      seed: { type: "string", default: "1" },
    },
  });
  const seed = Number(values.seed);
  const differing = [
    ...(await editsThatDiffer(Number(values.edits), seed)),
    ...(await killsThatSpoil(Number(values.kills), seed)),
  ];
  for (const { after, run } of differing) console.log(`${run} differs after: ${after}`);
  console.log(
    `${values.edits} edits, ${values.kills} kills, seed ${seed}: ${differing.length} answers that differ`,
  );
  process.exit(differing.length === 0 ? 0 : 1);
}
