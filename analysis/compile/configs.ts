/** The texts by which imports are resolved: `package.json` and `tsconfig*.json` files. */
import type { Store } from "../cache/store.ts";
import type { Candidate, Contents } from "../contents.ts";
import type { InputProblem } from "../model.ts";

/** @param onRead told of each one that the store did not have, with git's name for its content */
export function readConfigs(
  contents: Contents,
  candidates: readonly Candidate[],
  store: Store,
  onRead: (candidate: Candidate, id: string) => void,
): { texts: Map<string, string>; problems: InputProblem[] } {
  const texts = new Map<string, string>();
  const problems: InputProblem[] = [];
  const keyOf = (id: string) => `text\0${id}`;
  const unknown: Candidate[] = [];
  for (const candidate of candidates) {
    const known = candidate.id === null ? null : store.get(keyOf(candidate.id));
    if (known === null) unknown.push(candidate);
    else texts.set(candidate.path, known);
  }
  contents.prefetch?.(unknown);
  for (const candidate of unknown) {
    const content = contents.read(candidate);
    if ("problem" in content) problems.push(content.problem);
    else if ("text" in content && content.text !== null) {
      const { id, text } = content;
      texts.set(candidate.path, text);
      onRead(candidate, id);
      store.set(keyOf(id), () => text);
    }
  }
  // Of two packages of one name the order decides: it is that of the paths, whatever was known.
  const ordered = candidates.flatMap(({ path }) => {
    const text = texts.get(path);
    return text === undefined ? [] : [[path, text] as const];
  });
  return { texts: new Map(ordered), problems };
}
