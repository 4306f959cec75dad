/** Chance that comes out the same for the same seed. */
export interface Chance {
  /** From 0 up to, and without, `below`. */
  number(below: number): number;
  pick<T>(items: readonly T[]): T;
}

/** Mulberry32: https://github.com/cprosche/mulberry32 */
export function seeded(seed: number): Chance {
  let state = seed >>> 0;
  const number = (below: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
  return {
    number,
    pick: (items) => {
      const item = items[number(items.length)];
      if (item === undefined) throw new RangeError("there is nothing to pick from");
      return item;
    },
  };
}
