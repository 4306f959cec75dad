/**
 * `bun bench/migrate/tenants-worker.ts PEER FOLDER`, the databases' URLs as JSON on standard input: one runner brings them
 * all up to head, eight at a time, and prints how many milliseconds that took, and how many of a processor's.
 */
import { dirname, relative } from "node:path";
import { isGood, migrateServices, type ServiceTarget, usualAtOnce } from "../../deploy/mod.ts";
import { limit } from "./limit.ts";
import { peers } from "./peers.ts";

const [name = "", folder = ""] = process.argv.slice(2);
const urls: string[] = await Bun.stdin.json();
const peer = [...peers, limit].find((one) => one.name === name);
if (!peer) throw new Error(`no runner is called ${name}`);
for (const module of peer.modules) await import(module);

const started = performance.now();
const used = process.cpuUsage();
if (name === "freehold") await ours();
else await eightAtATime(peer.run);
const { user, system } = process.cpuUsage(used);
console.log(JSON.stringify({ ms: performance.now() - started, clientMs: (user + system) / 1000 }));

/** The way of `freehold migrate --deployment`. */
async function ours(): Promise<void> {
  const root = dirname(folder);
  const targets = urls.map(
    (_, at): ServiceTarget => ({
      kind: "migrate",
      tenant: String(at),
      service: "s",
      folder: relative(root, folder),
      dialect: "postgresql",
      variable: `TENANT_${at}`,
      schema: null,
      versionTable: null,
      serverVersion: null,
    }),
  );
  const env = Object.fromEntries(urls.map((url, at) => [`TENANT_${at}`, url]));
  for await (const outcome of migrateServices(targets, { root, env }))
    if (!isGood(outcome)) throw "error" in outcome ? outcome.error : new Error(outcome.kind);
}

async function eightAtATime(run: (folder: string, url: string) => Promise<void>): Promise<void> {
  const waiting = [...urls];
  const worker = async () => {
    for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) await run(folder, url);
  };
  await Promise.all(Array.from({ length: usualAtOnce }, worker));
}
