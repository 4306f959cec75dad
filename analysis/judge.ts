/**
 * Analysis and check in one, and neither where the answer is known: it follows from the files' contents,
 * the manifest, the baseline, the day and the commit that migrations landed with, so it is kept under
 * those. The analyser itself is loaded only where something has changed.
 */
import { startSecondThread } from "./compile/second-thread.ts";
import { contentsOf } from "./contents.ts";
import { type Looked, type LookOptions, look } from "./look.ts";
import type { AnalyseOptions } from "./mod.ts";
import type { Baseline, CheckResult, Model, Rule } from "./model.ts";
import { baseOf } from "./tree/base.ts";

export type JudgeOptions = LookOptions &
  Omit<AnalyseOptions, "landed"> & {
    /** All of the tool's: asked for where something is to be judged. */
    rules: () => Promise<readonly Rule[]>;
    /** The tool's own version. */
    version: string;
    /** As {@link analyse} takes it: what the type checker says is not kept. */
    types?: boolean;
  };

/** An answer larger than this is worked out each time, so that the cache stays small. */
const LARGEST_ANSWER = 4_000_000;

/** What is not known by its stats is read before anything is judged, up to this many files. */
const MOST_UNKNOWN = 100;

/**
 * @param baseline what is known already
 * @returns the findings, with no time in their summary
 * @throws the signal's reason, once it is aborted
 */
export type Judge = (baseline: Baseline | null) => Promise<CheckResult>;

/** Looks at a workspace once, to judge it by any baseline. */
export function openJudge(options: JudgeOptions): Judge {
  const { manifest, rules, version, root } = options;
  const today = options.today ?? new Date().toISOString().slice(0, 10);
  let skipped = false;
  const onSkipped: JudgeOptions["onSkipped"] = (file) => {
    skipped = true;
    options.onSkipped?.(file);
  };
  const looked = look({ ...options, onSkipped });
  const base = once(() => baseOf(root));
  const ids = new Map<string, string>();
  let model: Model | null = null;

  const keyOf = (baseline: Baseline | null): string | null => {
    if (looked.cache === null || options.types || skipped) return null;
    const files = filesOf(looked, ids);
    if (files === null) return null;
    const given = {
      root,
      manifest,
      baseline,
      version,
      today,
      base: base(),
    };
    return `answer\0${new Bun.CryptoHasher("sha256").update(JSON.stringify([given, files])).digest("hex")}`;
  };

  return async (baseline) => {
    try {
      if (model === null && looked.cache !== null) readUnknown(looked, ids);
      const key = model === null ? keyOf(baseline) : null;
      const known = key === null ? null : (looked.cache?.answers.get(key) ?? null);
      if (known !== null) return JSON.parse(known) as CheckResult;
      if (model === null) {
        using secondThread = startSecondThread(looked, options);
        const { analyseLooked } = await import("./mod.ts");
        const onRead = (path: string, id: string) => ids.set(path, id);
        model = await analyseLooked(looked, {
          ...options,
          today,
          onSkipped,
          onRead,
          findBase: base,
          secondThread,
        });
      }
      const { check } = await import("./check.ts");
      const result = check(model, await rules(), { baseline, version });
      // What was not known before is known now that it was read.
      const learnt = result.problems.length === 0 ? keyOf(baseline) : null;
      const text = learnt === null ? "" : JSON.stringify(result);
      if (learnt !== null && text.length <= LARGEST_ANSWER) looked.cache?.answers.set(learnt, () => text);
      return result;
    } finally {
      looked.close();
    }
  };
}

/** A file that was touched, or only just written, is read to know whether it has changed; where that is most of them, so has something. */
function readUnknown({ tree, found, cache }: Looked, ids: Map<string, string>): void {
  const unknown = [...found.candidates, ...found.configs].filter(({ id }) => id === null);
  if (unknown.length > MOST_UNKNOWN) return;
  const contents = contentsOf(tree);
  for (const candidate of unknown) {
    const content = contents.read(candidate);
    if (!("id" in content)) continue;
    ids.set(candidate.path, content.id);
    cache?.stats?.learn(candidate.source, content.id);
  }
}

/** All that the survey found, by contents; null where one of them is not known without reading it, or a path went unread. */
function filesOf({ found }: Looked, ids: ReadonlyMap<string, string>): unknown {
  if (found.problems.length + found.skipped.length > 0) return null;
  const named: unknown[] = [];
  for (const { path, source, id, dispensable } of [...found.candidates, ...found.configs]) {
    const content = ids.get(path) ?? id;
    if (content === null) return null;
    named.push(path, source, content, dispensable);
  }
  return { named, configs: found.configs.length, links: [...found.links], leftOut: found.leftOut };
}

function once<T>(ask: () => T): () => T {
  let answer: { value: T } | null = null;
  return () => {
    answer ??= { value: ask() };
    return answer.value;
  };
}
