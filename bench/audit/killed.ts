/**
 * What a process loses that is killed (KILL, no warning) while it logs: the buffer on the main thread, pino, OpenTelemetry,
 * and the audit log, whose next start stores what it left.
 */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drainSpool, postgresSink } from "../../runtime/audit/mod.ts";
import { type Account, countInTable } from "./accounting.ts";
import { type ContenderName, contenderNames, type Place, pinoFile } from "./contenders.ts";
import type { KilledTask } from "./killed-writer.ts";

/** Who has something to lose: a blocking INSERT has none when it returns. */
export const killable: readonly ContenderName[] = ["buffer", "freehold", "pino", "opentelemetry"];

export interface KillOptions {
  kills: number;
  /** Events a second, and for how long from the first that was accepted. */
  rate: number;
  runMs: number;
}

/**
 * Kills a contender so many times.
 * @throws Error where the process does not start, or ends by itself
 */
export async function killContender(
  name: ContenderName,
  place: Place,
  { kills, rate, runMs }: KillOptions,
): Promise<Account> {
  const sum = { sent: 0, accepted: 0, refused: 0, stored: 0, spooled: 0, duplicates: 0, gaps: 0 };
  for (let at = 0; at < kills; at += 1) {
    const folder = mkdtempSync(join(place.folder, "killed-"));
    const one = await kill(name, place, folder, rate, runMs);
    for (const key of ["sent", "accepted", "refused", "stored", "duplicates", "gaps"] as const)
      sum[key] += one[key];
  }
  const who = `${contenderNames[name]}, killed ${kills === 1 ? "once" : `${kills} times`}`;
  return { who, ...sum, promises: name === "freehold" };
}

async function kill(name: ContenderName, place: Place, folder: string, rate: number, runMs: number) {
  const counts = join(folder, "counts");
  writeFileSync(counts, new Uint8Array(24));
  const task: KilledTask = { name, url: place.url, folder, counts, rate };
  const child = Bun.spawn(
    [process.execPath, join(import.meta.dir, "killed-writer.ts"), JSON.stringify(task)],
    { stdin: "pipe", stdout: "pipe", stderr: "inherit" },
  );
  const first = await child.stdout.getReader().read();
  const writer = new TextDecoder().decode(first.value).trim();
  if (writer === "") throw new Error(`${contenderNames[name]} did not start`);
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  while (readCounts(counts)[1] === 0 && !isOver()) await Bun.sleep(1);
  await Bun.sleep(runMs);
  child.kill("SIGKILL");
  await child.exited;
  if (child.signalCode !== "SIGKILL") throw new Error(`${contenderNames[name]} ended by itself`);
  const [sent, accepted, exported] = readCounts(counts);
  const found = { sent, accepted, refused: sent - accepted, duplicates: 0, gaps: 0 };
  if (name === "opentelemetry") return { ...found, stored: exported };
  if (name === "pino")
    return { ...found, stored: readFileSync(pinoFile(folder), "utf8").split("\n").length - 1 };
  if (name === "freehold")
    await drainSpool({ spool: join(folder, "spool"), sink: postgresSink({ url: place.url }) });
  const table = await countInTable(place.sql, writer);
  // Killed between an event and its count, it had accepted one more than it could say.
  const late = table.stored === accepted + 1 ? 1 : 0;
  return { ...found, sent: sent + late, accepted: accepted + late, ...table };
}

/** Events sent, accepted, and exported by OpenTelemetry. */
function readCounts(file: string): [number, number, number] {
  return [...new Float64Array(new Uint8Array(readFileSync(file)).buffer)] as [number, number, number];
}
