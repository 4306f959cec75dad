#!/usr/bin/env -S bun --config=/dev/null --no-env-file --tsconfig-override=/dev/null --no-install
/**
 * The bin: runs the command line of main.ts, from the bundle where there is a fresh one (bundle/stamp.ts says
 * what that is), from the sources otherwise.
 *
 * The first line keeps Bun from running what a checked folder's bunfig.toml and .env name, from looking
 * our own imports up in its tsconfig.json's "paths", and from installing what is missing.
 */
import { join } from "node:path";
import { freshBundle } from "./bundle/stamp.ts";

const { argv, env } = process;
const args = argv.slice(2);
const root = join(import.meta.dir, "..");
if (args[0] === "check" && !args.includes("--staged")) await startOverIfFirst();
const fresh = env["FREEHOLD_BUNDLE"] === "off" ? null : freshBundle(root);
const { start } = loaded(fresh?.module) ?? (await import("./main.ts"));
const code = await start(args);
if (fresh?.read.length !== 0) await offer();
process.exit(code);

/** Null where there is none, or where it does not load: then the sources say why, if they do not either. */
function loaded(module: string | undefined): typeof import("./main.ts") | null {
  try {
    return module === undefined ? null : require(module);
  } catch {
    return null;
  }
}

/** A hook has no time to ask. A working folder that is gone is told by the command. */
async function startOverIfFirst(): Promise<void> {
  const { isPlainlyFirst } = await import("./first-run.ts");
  try {
    if (!isPlainlyFirst(args, process.cwd())) return;
  } catch {
    return;
  }
  const { startOver } = await import("./start-over.ts");
  startOver(args, env);
}

/** What has been answered stands, whatever comes of a bundle. */
async function offer(): Promise<void> {
  const staged = args[0] === "check" && args.includes("--staged");
  if (!staged && !(args[0] === "hook" && args[1] === "install")) return;
  const { offerBundle } = await import("./bundle/offer.ts");
  offerBundle(root, env);
}
