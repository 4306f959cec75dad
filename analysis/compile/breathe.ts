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
