/** How a Worker comes to harm by itself, for the faulty ones. */

/**
 * What FREEHOLD_PROVE_WORKER says, `<which> <what> <n>`: `spool hang 40` hangs the spool Worker at its fortieth call of what is
 * returned. Each Worker that is started counts anew, so that this happens again and again.
 */
export function ailing(which: "spool" | "flusher"): () => void {
  const [whose, what, at] = (process.env["FREEHOLD_PROVE_WORKER"] ?? "").split(" ");
  let calls = 0;
  return () => {
    calls += 1;
    if (whose !== which || calls !== Number(at)) return;
    if (what === "hang") for (;;);
    if (what === "memory") hoard();
    throw new Error("a bug");
  };
}

/** Takes memory until it is refused: a RangeError. (Where the system kills instead, it kills the process: that is a kill -9.) */
function hoard(): never {
  const kept: ArrayBuffer[] = [];
  for (;;) kept.push(new ArrayBuffer(2 ** 40));
}
