let breaths = 0;

/** Breaths between two collections of garbage. */
const COLLECT = 8;

/**
 * Lets the event loop turn: only then is the parser's own memory given back, and without it a long run
 * holds every tree that it ever made. The collector does not see how large they are, so it is told.
 */
export async function breathe(): Promise<void> {
  breaths++;
  if (breaths % COLLECT === 0) Bun.gc(false);
  await new Promise((done) => setImmediate(done));
}

/** Files whose reading leaves more behind than a collection costs. */
const MANY = 1000;

/**
 * Collects what a stage of a long run has left. By itself the collector waits too long: the memory that a
 * grammar of SQL reserves, and hardly uses, counts to it as several times all the rest.
 *
 * @param when `at once` holds the next stage up, and gives the room back before that one asks for more; `beside` it
 *   costs that stage next to no time
 */
export function tidy({ fresh }: { fresh: number }, when: "at once" | "beside"): void {
  if (fresh >= MANY) Bun.gc(when === "at once");
}
