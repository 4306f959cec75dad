/**
 * A process that logs events whose database is gone, is sent TERM by itself with the last of them, and says how long it took to
 * make them durable.
 */
import { type CloseReport, createAuditLog, postgresSink } from "../../runtime/audit/mod.ts";
import { event } from "./event.ts";

export interface StoppedTask {
  url: string;
  spool: string;
  events: number;
}

export interface StoppedSaid {
  writer: string;
  waiting: number;
  undurable: number;
  untilDurableNs: number;
  report: CloseReport;
}

const { url, spool, events } = JSON.parse(process.argv[2]!) as StoppedTask;
const audit = createAuditLog({ spool, sink: postgresSink({ url }) });
audit.log(event);
await audit.stored();
let begun = 0;
process.once("SIGTERM", async () => {
  const { writer, accepted, stored, durable } = audit.stats();
  await audit.durable();
  const untilDurableNs = Bun.nanoseconds() - begun;
  const report = await audit.close({ deadlineMs: 0 });
  const said: StoppedSaid = {
    writer,
    waiting: accepted - stored,
    undurable: accepted - durable,
    untilDurableNs,
    report,
  };
  console.log(JSON.stringify(said));
  process.exit(0);
});
console.log("open");
await Bun.stdin.text();
for (let sent = 0; sent < events; ) {
  if (audit.log(event).accepted) sent += 1;
  else await audit.room();
}
begun = Bun.nanoseconds();
process.kill(process.pid, "SIGTERM");
setInterval(() => {}, 1000);
