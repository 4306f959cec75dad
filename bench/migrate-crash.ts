/**
 * `bun bench/migrate-crash.ts [--seed N] [--kills N]`: kills migration runs, runners and servers, and judges what is
 * left. Exits with 1 at the first fault's end; the same seed makes the same choices.
 */
import { parseArgs } from "node:util";
import { startPostgres } from "../deploy/embedded/mod.ts";
import { crash } from "./migrate/crash.ts";

const { values } = parseArgs({ options: { seed: { type: "string" }, kills: { type: "string" } } });
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const kills = Number(values.kills ?? 200);
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(kills) || kills < 1) {
  console.error("--seed and --kills take whole numbers");
  process.exit(2);
}
await using server = await startPostgres({ settings: { restart_after_crash: "on" } });
console.log(`seed ${seed}, ${kills} kills, PostgreSQL ${server.version}`);
const all = await crash(server, {
  seed,
  kills,
  onKill({ number, what, afterMs, landed, unfinished, faults }) {
    const left = `${landed} landed${unfinished ? ", one unfinished" : ""}`;
    console.log(`${String(number).padStart(4)}  ${what.padEnd(9)}  after ${afterMs} ms  ${left}`);
    for (const fault of faults) console.log(`      FAULT: ${fault}`);
  },
});
const faulty = all.filter(({ faults }) => faults.length > 0);
const midway = all.filter(({ landed }) => landed > 0 && landed < 16).length;
console.log(`${all.length} kills, ${midway} of them midway, ${faulty.length} with faults`);
process.exitCode = faulty.length > 0 ? 1 : 0;
