/**
 * Which files an answer follows from: what is asked while one file is linked is written down for it, so that a later
 * run knows what must be linked again when a file has changed. Answers that are kept and given out again bring
 * along what they followed from.
 *
 * What leads back to itself is given a meanwhile answer; everything that is worked out on the way round follows
 * from all that the whole circle follows from.
 */

/** What an answer follows from. Those of one circle are one: each points to the next, the last one holds the files. */
interface Deps {
  files: Set<string>;
  /** Files whose importers were asked for. */
  callers: Set<string>;
  merged: Deps | null;
}

/** A kept answer, with what it follows from where somebody writes that down. */
export interface Known<T> {
  value: T;
  deps: Deps | null;
}

/** What was worked out for one file: what its definitions are, and what it says once it is linked. */
export type Task = "define" | "link";

export interface Followed {
  files: Set<string>;
  callers: Set<string>;
}

/** Notes from which files each file's answers follow, for as long as somebody wants to know. */
export class Trace {
  /** From what each file's answers follow; null where nobody wants to know. */
  readonly tasks: Readonly<Record<Task, Map<string, Followed>>> | null;
  /** What gathers over the whole workspace followed from: all that is read by anyone may follow from it. */
  readonly everywhere = new Set<string>();
  /** Pairs of files of which one's answer speaks of the other. */
  readonly coupled = new Map<string, Set<string>>();
  /** A gather was part of a circle: what it followed from is not known. */
  broken = false;
  private readonly open: Deps[] = [];
  private readonly circles = new Set<Deps>();

  /** @param recording whether it is to be written down from what each file's answers follow */
  constructor(recording = false) {
    this.tasks = recording ? { define: new Map(), link: new Map() } : null;
  }

  /** Works something out for a file, and writes down what it followed from. */
  task<T>(task: Task, file: string, act: () => T): T {
    if (!this.tasks) return act();
    const deps = fresh();
    const value = this.within(deps, act);
    const { files, callers } = last(deps);
    const known = this.tasks[task].get(file);
    if (!known) this.tasks[task].set(file, { files, callers });
    else {
      for (const path of files) known.files.add(path);
      for (const path of callers) known.callers.add(path);
    }
    return value;
  }

  /** The facts of a file were asked for. */
  file(path: string): void {
    const top = this.open.at(-1);
    if (top) last(top).files.add(path);
  }

  /** The importers of a file were asked for. */
  callers(path: string): void {
    const top = this.open.at(-1);
    if (top) last(top).callers.add(path);
  }

  couple(a: string, b: string): void {
    if (a === b) return;
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const others = this.coupled.get(one);
      if (others) others.add(other);
      else this.coupled.set(one, new Set([other]));
    }
  }

  /** An answer from those that are known, else worked out and kept. @param meanwhile the answer to whoever asks while it is worked out */
  once<K, T>(known: Pick<Map<K, Known<T>>, "get" | "set">, key: K, meanwhile: T, act: () => T): T {
    const found = known.get(key);
    if (found) {
      if (found.deps) this.join(found.deps);
      return found.value;
    }
    const entry: Known<T> = { value: meanwhile, deps: this.open.length > 0 ? fresh() : null };
    known.set(key, entry);
    entry.value = entry.deps ? this.within(entry.deps, act) : act();
    return entry.value;
  }

  /** An answer that follows from the whole workspace: from what it follows is everybody's. */
  gather<T>(act: () => T): T {
    if (this.open.length === 0) return act();
    const deps = fresh();
    this.open.push(deps);
    try {
      return act();
    } finally {
      this.open.pop();
      if (deps.merged) this.broken = true;
      for (const file of last(deps).files) this.everywhere.add(file);
      if (last(deps).callers.size > 0) this.broken = true;
    }
  }

  /** What was worked out led back to itself. */
  isInCircle(deps: Deps): boolean {
    return deps.merged !== null || this.circles.has(deps);
  }

  private within<T>(deps: Deps, act: () => T): T {
    this.open.push(deps);
    try {
      return act();
    } finally {
      this.open.pop();
      this.pass(deps);
    }
  }

  /** What a kept answer followed from, the one that asks for it follows from, too. */
  private join(deps: Deps): void {
    const root = last(deps);
    const at = this.open.findIndex((one) => last(one) === root);
    if (at < 0) this.pass(root);
    else {
      this.circles.add(root);
      for (const inner of this.open.slice(at + 1)) merge(inner, root);
    }
  }

  private pass(deps: Deps): void {
    const top = this.open.at(-1);
    if (!top) return;
    const [from, to] = [last(deps), last(top)];
    if (from === to) return;
    for (const file of from.files) to.files.add(file);
    for (const file of from.callers) to.callers.add(file);
  }
}

/** What a kept answer followed from. */
export function filesOf({ deps }: { deps: Deps }): ReadonlySet<string> {
  return last(deps).files;
}

function fresh(): Deps {
  return { files: new Set(), callers: new Set(), merged: null };
}

function last(deps: Deps): Deps {
  let at = deps;
  while (at.merged) at = at.merged;
  return at;
}

function merge(inner: Deps, root: Deps): void {
  const from = last(inner);
  if (from === root) return;
  for (const file of from.files) root.files.add(file);
  for (const file of from.callers) root.callers.add(file);
  from.merged = root;
}
