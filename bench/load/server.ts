/**
 * Gatekeeper as it is, with an audit log of the caller's choice: none, a blocking INSERT for each decision, the buffer, or the
 * buffer with a sink that stores nothing. Says where it listens, and for each line that it is told, once all is stored, how many
 * decisions it has kept and how many of them left the spool.
 */
import { createAuditLog, postgresSink } from "../../runtime/audit/mod.ts";
import { connect } from "../../runtime/connect/mod.ts";
import { type Parts, serveOn } from "../../services/gatekeeper/main.ts";
import { readPolicy } from "../../services/gatekeeper/policy.ts";

export type Mode = "off" | "blocking" | "buffered" | "elsewhere";

const [mode, url, spool] = process.argv.slice(2) as [Mode, string, string];
const sql = connect({ service: "gatekeeper", variable: "URL", env: { URL: url } });
const writer = crypto.randomUUID();
const quietMs = 50;
let kept = 0;
/** Decisions that wait for their INSERT. */
let underWay = 0;
const nowhere = { worker: new URL("./nothing-worker.ts", import.meta.url), options: {} };
const buffered = createAuditLog({ spool, sink: mode === "elsewhere" ? nowhere : postgresSink({ url }) });
const inBuffer: Parts["audit"]["log"] = (event) => {
  const result = buffered.log(event);
  if (result.accepted) kept += 1;
  return result;
};

const log: Record<Mode, Parts["audit"]["log"]> = {
  off: () => {
    kept += 1;
    return { accepted: true };
  },
  async blocking({ actor, action, resource, decision, detail }) {
    kept += 1;
    const sequence = kept;
    underWay += 1;
    await sql`
      insert into audit_log (writer, sequence, id, at, actor, action, resource, decision, detail)
      values (${writer}, ${sequence}, ${Bun.randomUUIDv7()}, ${new Date()}, ${actor}, ${action}, ${resource},
        ${decision}, ${sql.json(detail as never)})`;
    underWay -= 1;
    return { accepted: true };
  },
  buffered: inBuffer,
  elsewhere: inBuffer,
};

const service = serveOn({
  sql,
  // The log's Workers are there in all of them, so that they differ in nothing but what a decision costs.
  audit: { log: log[mode], stats: () => buffered.stats(), close: (options) => buffered.close(options) },
  holds: async () => false,
  rules: readPolicy(new URL("../../services/gatekeeper/policy.json", import.meta.url)),
  env: {},
});
process.once("SIGTERM", async () => process.exit(await service.stop()));
process.stdin.on("data", async () => {
  // The client has gone, and what it had asked before may still be on its way.
  for (let seen = -1; seen !== kept || underWay > 0; ) {
    seen = kept;
    await Bun.sleep(quietMs);
  }
  await buffered.stored();
  console.info(`settled ${kept} ${buffered.stats().stored}`);
});
// Whoever measures it is gone.
process.stdin.on("end", () => process.exit(1));
console.info(`listening at ${service.url.href}`);
