/** The second thread of the compile stage: skims files in batches until none is left, and then helps to walk. */
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

let task: Task | null = null;

self.onmessage = async ({ data }) => {
  using _ = parseInBulk();
  if ("walks" in data) {
    const { compileFile } = await import("./file.ts");
    await work(data.walks, data.taken, (path, text, { queryFunctions }) =>
      compileFile(path, text, { dialect: "postgresql", queryFunctions }),
    );
  } else {
    task = data;
    await work([...data.candidates.keys()], data.taken, skimCode);
  }
  self.postMessage(null);
};

/** Null where a file is to be walked. */
type Compile = (path: string, text: string, settings: Pick<Task, "queryFunctions">) => FileFacts | null;

async function work(indices: readonly number[], taken: SharedArrayBuffer, compile: Compile): Promise<void> {
  if (!task) return;
  const { root, candidates } = task;
  const contents = contentsOf(workingTree(root));
  for (let batch = nextBatch(indices, taken); batch.length > 0; batch = nextBatch(indices, taken)) {
    contents.prefetch?.(batch.flatMap((index) => candidates[index] ?? []));
    const outcomes: Outcome[] = [];
    const walks: number[] = [];
    for (const index of batch) {
      const outcome = outcomeOf(index, contents, task, compile);
      if (outcome === "walk") walks.push(index);
      else if (outcome) outcomes.push(outcome);
    }
    self.postMessage({ outcomes, walks });
    await breathe();
  }
}

/** Null for what nests too deeply to be written down: the first thread keeps it as it is. */
function outcomeOf(index: number, contents: Contents, task: Task, compile: Compile): Outcome | "walk" | null {
  const candidate = task.candidates[index];
  if (!candidate) return null;
  const content = contents.read(candidate);
  if (!("text" in content)) return { index, ...content };
  const { id, text } = content;
  if (text === null) return { index, id, facts: null };
  try {
    const facts = compile(candidate.path, text, task);
    return facts ? { index, id, facts: encodeFacts(facts) } : "walk";
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
