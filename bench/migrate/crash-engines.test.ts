import { expect, test } from "bun:test";
import { hasMariaDb } from "../../fixtures/mariadb.ts";
import { type Bed, crashOn, mariaDbBed, sqliteBed } from "./crash-engines.ts";

async function expectNoFaults(bed: Bed, kills: number): Promise<void> {
  const all = await crashOn(bed, { seed: 7, kills });
  expect(
    all.flatMap(({ number, victim, faults }) => faults.map((fault) => `${number} ${victim}: ${fault}`)),
  ).toEqual([]);
  expect(all).toHaveLength(kills);
}

test("kills leave each migration on SQLite done or not done, as the history says", async () => {
  await using bed = await sqliteBed();
  await expectNoFaults(bed, 8);
}, 240_000);

if (hasMariaDb())
  test("kills leave each migration on MariaDB done as far as the history says, and the next run goes on there", async () => {
    await using bed = await mariaDbBed();
    await expectNoFaults(bed, 8);
  }, 240_000);
