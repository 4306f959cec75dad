import { expect, test } from "bun:test";
import { editsThatDiffer, killsThatSpoil } from "./same.ts";

// The full count is `bun bench/check/same.ts`.

test("cold, warm and staged runs say the same after each random edit", async () => {
  expect(await editsThatDiffer(25, 7)).toEqual([]);
});

test("a run that is killed leaves nothing that changes the next one's answer", async () => {
  expect(await killsThatSpoil(3, 7)).toEqual([]);
});
