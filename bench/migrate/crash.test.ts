import { expect, test } from "bun:test";
import { testDatabases } from "../../deploy/embedded/testing.ts";
import { crash } from "./crash.ts";

const databases = testDatabases();

test("twenty kills of runners and servers leave each migration done or not done, as the history says", async () => {
  const kills = await crash(await databases.server(), { seed: 7, kills: 20 });
  expect(
    kills.flatMap(({ number, what, faults }) => faults.map((fault) => `${number} ${what}: ${fault}`)),
  ).toEqual([]);
  expect(kills).toHaveLength(20);
}, 120_000);
