import { expect, test } from "bun:test";
import { editsThatDiffer, killsThatSpoil, stagedThatDiffer } from "./same.ts";

// The full count is `bun bench/check/same.ts`.

test("cold, warm and staged runs say the same after each random edit", async () => {
  expect(await editsThatDiffer(25, 7)).toEqual([]);
});

test("what is staged is judged by what it concerns as it is judged as a whole", async () => {
  const { differing, again } = await stagedThatDiffer(14, 3);
  expect(differing).toEqual([]);
  // Else nothing was compared.
  expect(again).toBeGreaterThan(2);
});

test("a run that is killed leaves nothing that changes the next one's answer", async () => {
  expect(await killsThatSpoil(3, 7)).toEqual([]);
});
