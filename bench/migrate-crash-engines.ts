/**
 * `bun bench/migrate-crash-engines.ts sqlite|mariadb [--seed N] [--kills N]`: kills migration runs on SQLite, or runs,
 * connections and servers of MariaDB, and judges what is left. Exits with 1 if there was a fault; the same seed makes the
 * same choices.
 */

import { hasMariaDb } from "../fixtures/mariadb.ts";
import { readFlags } from "./flags.ts";
import { crashOn, mariaDbBed, sqliteBed } from "./migrate/crash-engines.ts";

const { values, positionals } = readFlags({
  options: { seed: { type: "string" }, kills: { type: "string" } },
  allowPositionals: true,
});
const [engine = ""] = positionals;
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const kills = Number(values.kills ?? 200);
if (!["sqlite", "mariadb"].includes(engine) || !Number.isSafeInteger(seed) || !(kills >= 1)) {
  console.error("usage: bun bench/migrate-crash-engines.ts sqlite|mariadb [--seed N] [--kills N]");
  process.exit(2);
}
if (engine === "mariadb" && !hasMariaDb()) {
  console.error("there is no MariaDB (apt-get install mariadb-server)");
  process.exit(2);
}
await using bed = await (engine === "sqlite" ? sqliteBed() : mariaDbBed());
console.log(`seed ${seed}, ${kills} kills, ${bed.name}`);
const all = await crashOn(bed, {
  seed,
  kills,
  onKill({ number, victim, runners, afterMs, landed, statements, faults }) {
    const half = statements > 0 ? `, and ${statements} statements of the next` : "";
    console.log(
      `${String(number).padStart(4)}  ${`${victim}, ${runners} at work`.padEnd(24)} after ${afterMs} ms  ${landed} landed${half}`,
    );
    for (const fault of faults) console.log(`      FAULT: ${fault}`);
  },
});
const faulty = all.filter(({ faults }) => faults.length > 0);
const midway = all.filter(({ landed, statements }) => landed + statements > 0 && landed < 12).length;
console.log(`${all.length} kills, ${midway} of them midway, ${faulty.length} with faults`);
process.exitCode = faulty.length > 0 ? 1 : 0;
