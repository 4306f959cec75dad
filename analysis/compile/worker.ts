/** The second thread of the compile stage: takes files in batches, as the first one does, until none is left. */
import { parseInBulk } from "../code/mod.ts";
import { contentsOf } from "../contents.ts";
import { workingTree } from "../tree/working.ts";
import { BATCH, type Outcome, type Report, type Task } from "./batches.ts";
import { breathe } from "./breathe.ts";
import { encodeFacts } from "./codec.ts";
import { compileFile } from "./file.ts";

declare const self: { onmessage: (event: MessageEvent<Task>) => void; postMessage(report: Report): void };

self.onmessage = async ({ data }) => {
  using _ = parseInBulk();
  const { root, queryFunctions, candidates, taken } = data;
  const contents = contentsOf(workingTree(root));
  const settings = { dialect: "postgresql", queryFunctions } as const;
  for (;;) {
    const start = Atomics.add(new Int32Array(taken), 0, 1) * BATCH;
    if (start >= candidates.length) break;
    const outcomes: Outcome[] = [];
    const batch = candidates.slice(start, start + BATCH);
    contents.prefetch?.(batch);
    for (const [offset, candidate] of batch.entries()) {
      const index = start + offset;
      const content = contents.read(candidate);
      if (!("text" in content)) outcomes.push({ index, ...content });
      else {
        const { id, text } = content;
        const facts =
          text === null ? null : textOf(() => encodeFacts(compileFile(candidate.path, text, settings)));
        if (facts !== undefined) outcomes.push({ index, id, facts });
      }
    }
    self.postMessage(outcomes);
    await breathe();
  }
  self.postMessage(null);
};

/** Undefined for what nests too deeply to be written down: the first thread keeps it as it is. */
function textOf(read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
