/** The second thread of the compile stage: skims files in batches until none is left, and walks where that is much of the work. */
import { skimCode } from "../code/skim.ts";
import { parseInBulk } from "../code/syntax.ts";
import { type Contents, contentsOf } from "../contents.ts";
import type { FileFacts } from "../model.ts";
import { workingTree } from "../tree/working.ts";
import { nextBatch, type Outcome, type Report, type Task, type WalkTask } from "./batches.ts";
import { breathe } from "./breathe.ts";
import { encodeFacts } from "./codec.ts";

declare const self: {
  onmessage: (event: MessageEvent<Task | WalkTask>) => void;
  postMessage(report: Report): void;
};

/** Where one file in so many is to be walked, both threads walk from the start. */
const MANY = 4;

type Compile = (path: string, text: string) => FileFacts | null;

let task: Task | null = null;
let walk: Compile = () => null;

self.onmessage = async ({ data }) => {
  using _ = parseInBulk();
  if ("walks" in data) {
    await learnToWalk();
    await work(data.walks, data.taken);
  } else {
    task = data;
    await work([...data.candidates.keys()], data.taken);
  }
  self.postMessage(null);
};

async function learnToWalk(): Promise<void> {
  const { compileFile } = await import("./file.ts");
  const settings = { dialect: "postgresql", queryFunctions: task?.queryFunctions ?? [] } as const;
  walk = (path, text) => compileFile(path, text, settings);
}

async function work(indices: readonly number[], taken: SharedArrayBuffer): Promise<void> {
  if (!task) return;
  const { root, candidates } = task;
  const contents = contentsOf(workingTree(root));
  let [seen, toBeWalked] = [0, 0];
  for (let batch = nextBatch(indices, taken); batch.length > 0; batch = nextBatch(indices, taken)) {
    contents.prefetch?.(batch.flatMap((index) => candidates[index] ?? []));
    const outcomes: Outcome[] = [];
    const walks: number[] = [];
    for (const index of batch) {
      const outcome = outcomeOf(index, contents, task);
      if (outcome === "walk") walks.push(index);
      else if (outcome) outcomes.push(outcome);
    }
    self.postMessage({ outcomes, walks });
    seen += batch.length;
    toBeWalked += walks.length;
    if (toBeWalked * MANY > seen) await learnToWalk();
    await breathe();
  }
}

/** Null for what nests too deeply to be written down: the first thread keeps it as it is. */
function outcomeOf(index: number, contents: Contents, { candidates, queryFunctions }: Task) {
  const candidate = candidates[index];
  const content = candidate ? contents.read(candidate) : null;
  if (!candidate || !content) return null;
  if (!("text" in content)) return { index, ...content };
  const { path } = candidate;
  const { id, text } = content;
  if (text === null) return { index, id, facts: null };
  try {
    const facts = skimCode(path, text, { queryFunctions }) ?? walk(path, text);
    return facts ? { index, id, facts: encodeFacts(facts) } : "walk";
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
