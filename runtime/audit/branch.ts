/**
 * Events in whose place the table has others. Whoever clones a machine, or copies a spool whose writer lives, makes two of one
 * writer, and each goes on with the same sequence. One of them is the first to store; the other keeps what it has, and here it
 * is stored as a writer's of its own, a *branch*, whose first row says whose events follow.
 *
 * States: *seen* (the table holds other ids for their sequences) → *stored* in the branch. The branch's name and order follow
 * from the events alone, so that after a crash its checkpoint tells how many of them are stored.
 */
import type { SpoolReader } from "./reader.ts";
import type { SinkContents } from "./sink.ts";
import type { Store } from "./store.ts";
import { renumber, tupleEnds, tupleKey } from "./tuples.ts";

type Look = (from: number, to: number) => Promise<SinkContents>;

/** Events of the spool, up to a sequence up to which the table has all, that are not in it; valid until the next ones are asked for. */
export async function* strays(reader: SpoolReader, upTo: number, look: Look): AsyncGenerator<Uint8Array[]> {
  for (let next = reader.next(upTo); next; next = reader.next(upTo)) {
    if (next.kind === "gap") continue;
    const { ids } = await look(next.first, Math.min(next.last, upTo));
    const found: Uint8Array[] = [];
    let from = 0;
    for (const end of tupleEnds(next.tuples)) {
      const tuple = next.tuples.subarray(from, end);
      const { sequence, id } = tupleKey(tuple);
      if (sequence <= upTo && ids.get(sequence) !== id) found.push(tuple);
      from = end;
    }
    if (found.length > 0) yield found;
  }
}

/**
 * Stores strays as a branch's.
 * @param open makes the store of a writer with that id
 * @returns how many there are, and the branch
 */
export async function storeBranch(
  all: AsyncGenerator<Uint8Array[]>,
  writer: string,
  open: (branch: string) => Store,
): Promise<{ count: number; branch: string }> {
  let store: Store | null = null;
  let branch = "";
  let number = 1; // The first row announces.
  for await (const tuples of all) {
    if (!store) {
      const first = tupleKey(tuples[0]!);
      branch = Bun.randomUUIDv5(first.id, writer);
      store = open(branch);
      await store.claim();
      await store.announceBranch(writer, first.sequence);
    }
    const left: Uint8Array[] = [];
    for (const tuple of tuples) {
      number += 1;
      if (number > store.sequence) left.push(renumber(tuple, branch, number));
    }
    if (left.length > 0) await store.put(Buffer.concat(left), number);
  }
  return { count: number - 1, branch };
}
