/**
 * A process that gives a contender events in the open loop until it is killed. How many it sent, and how many were accepted and
 * exported, stands in a mapped file, which outlives it.
 */
import { connect } from "../../runtime/connect/mod.ts";
import { type ContenderName, openContender } from "./contenders.ts";

export interface KilledTask {
  name: ContenderName;
  url: string;
  folder: string;
  /** A file of 24 bytes: events sent, accepted, and exported by OpenTelemetry, as 64-bit floats. */
  counts: string;
  /** Events a second. */
  rate: number;
}

async function write({ name, url, folder, counts, rate }: KilledTask): Promise<void> {
  const mapped = Bun.mmap(counts, { shared: true });
  const numbers = new Float64Array(mapped.buffer, mapped.byteOffset, 3);
  const sql = connect({ service: "bench", variable: "URL", env: { URL: url }, poolSize: 2 });
  const contender = await openContender(name, { url, folder, sql }, (exported) => {
    numbers[2] = exported;
  });
  if (!contender) throw new Error(`${name} is not installed`);
  process.stdout.write(`${contender.writer ?? name}\n`);
  // Whoever is to kill it may be killed itself.
  process.stdin.on("end", () => process.exit(0)).resume();
  const intervalNs = 1e9 / rate;
  const start = Bun.nanoseconds();
  for (let sent = 0; ; ) {
    const due = Math.floor((Bun.nanoseconds() - start) / intervalNs) + 1;
    for (; sent < due; sent += 1) {
      numbers[0]! += 1;
      if (contender.log()) numbers[1]! += 1;
    }
    await Bun.sleep(1);
  }
}

await write(JSON.parse(process.argv[2]!) as KilledTask);
