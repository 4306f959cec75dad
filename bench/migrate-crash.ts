/**
 * `bun bench/migrate-crash.ts [--seed N] [--kills N] [--debian]`: kills migration runs, runners and servers, and judges
 * what is left; on Debian's PostgreSQL where asked to. Exits with 1 if there was a fault; the same seed makes the same
 * choices.
 */

import { debianBinaries, startCluster } from "../deploy/embedded/cluster.ts";
import { readFlags } from "./flags.ts";
import { crash } from "./migrate/crash.ts";

const { values } = readFlags({
  options: {
    seed: { type: "string" },
    kills: { type: "string" },
    debian: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const kills = Number(values.kills ?? 200);
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(kills) || kills < 1) {
  console.error("--seed and --kills take whole numbers");
  process.exit(2);
}
const debian = debianBinaries();
if (values.debian && debian === null) {
  console.error("there is no PostgreSQL of Debian's (apt-get install postgresql)");
  process.exit(2);
}
await using server = await startCluster(values.debian ? debian : null);
console.log(`seed ${seed}, ${kills} kills, PostgreSQL ${server.version}`);
const all = await crash(server, {
  seed,
  kills,
  onKill({ number, victim, runners, afterMs, landed, unfinished, faults }) {
    const left = `${landed} landed${unfinished ? ", one unfinished" : ""}`;
    console.log(
      `${String(number).padStart(4)}  ${`${victim}, ${runners} at work`.padEnd(26)} after ${afterMs} ms  ${left}`,
    );
    for (const fault of faults) console.log(`      FAULT: ${fault}`);
  },
});
const faulty = all.filter(({ faults }) => faults.length > 0);
const midway = all.filter(({ landed }) => landed > 0 && landed < 16).length;
console.log(`${all.length} kills, ${midway} of them midway, ${faulty.length} with faults`);
process.exitCode = faulty.length > 0 ? 1 : 0;
