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
 * Collects what compiling has left, and gives the room back before linking asks for more. By itself the collector waits too
 * long: the memory that a grammar of SQL reserves, and hardly uses, counts to it as several times all the rest. What linking
 * leaves is not collected: the run is nearly over, and it would cost that run's end more than the room is worth.
 */
export function tidy({ fresh }: { fresh: number }): void {
  if (fresh >= MANY) Bun.gc(true);
}
