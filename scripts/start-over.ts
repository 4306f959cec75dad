/**
 * A run of a second or ten has no time to earn back what the engine's last compilers cost it: FTL for our code, OMG for
 * the grammar's WebAssembly. In a cold check they take a quarter of the processor time, from two threads that have work
 * for both cores; a collector beside them takes some more. They can be left out by the environment alone, which is read as Bun starts. So before a run that
 * is to read many files has begun, the process replaces itself (execve) by the same program with the same arguments and
 * these settings: it stays the same process, with its streams, its terminal and whoever waits for it.
 *
 * A Bun that does not know a setting says so and exits with 1, before any line of ours. So one that is not known to
 * take them is asked first, by a process of its own. Wherever that, or anything else, is not given, the run goes on as it is.
 * Who has set options of the engine's in the environment has decided: then nothing happens, and so none starts over twice.
 */
import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** What the engine's options begin with in Bun's environment. */
const PREFIX = "BUN_JSC_";

const SETTINGS = { BUN_JSC_useFTLJIT: "0", BUN_JSC_useOMGJIT: "0", BUN_JSC_useConcurrentGC: "0" };

/** Takes the settings: Bun 1.4.5. */
const KNOWN = "a7733435cf40429e3b35c36072769df2052b80f1";

/** A Bun: its absolute path, and the commit that it was built from. */
export interface Program {
  path: string;
  revision: string;
}

/**
 * Starts this process over, or returns: before it has written or begun anything, and only from the bin.
 * @param args what stands after the bin
 * @param program the one that runs
 */
export function startOver(
  args: readonly string[],
  env: Environment,
  program: Program = { path: process.execPath, revision: Bun.revision },
): void {
  const { path, revision } = program;
  if (Object.keys(env).some((name) => name.startsWith(PREFIX))) return;
  try {
    accessSync(path, constants.X_OK);
    if (revision !== KNOWN && !takes(SETTINGS, path)) return;
    const whole = { ...env, ...SETTINGS } as Record<string, string>;
    process.execve?.(path, [process.argv0, ...process.execArgv, Bun.main, ...args], whole);
  } catch {
    // The system does not let it, or has no such call.
  }
}

/** Whether the Bun at this path starts with these settings. */
export function takes(settings: Readonly<Record<string, string>>, path = process.execPath): boolean {
  const flags = ["--config=/dev/null", "--no-env-file", "--no-install", "--eval", "0"];
  const { exitCode } = Bun.spawnSync([path, ...flags], {
    cwd: dirname(path),
    env: settings,
    stdio: ["ignore", "ignore", "ignore"],
  });
  return exitCode === 0;
}
