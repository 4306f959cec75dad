/**
 * What answers follow from beside the files that are read: our own sources, the rules' among them, and
 * the parsers that they stand on. One change in any of them, and nothing that was cached before is used.
 *
 * Reading the sources takes longer than many a run. So it is written down what they came to, by their stats, as
 * the cache does for the files of a workspace, and with the same care for clocks that tick slowly. A bundle
 * (scripts/bundle/) knows what its own sources came to.
 */
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { bundled } from "../bundled.ts";
import { SETTLED_MS } from "./stats.ts";

export const PARSERS = ["oxc-parser", "libpg-query", "sql-parser-cst", "jsonc-parser"];

const here = join(import.meta.dir, "..");
const FOLDERS = [here, join(here, "../manifest"), join(here, "../rules")];

export interface Fingerprint {
  print: string;
  /** Writes down what the sources came to, where that is not known yet. */
  keep(): void;
}

/** @param folder absolute path of the cache, where it is written down what the sources came to */
export function fingerprint(folder: string): Fingerprint {
  // Whoever took the bundle has looked whether these are still its sources.
  if (bundled) return { print: bundled.print, keep: () => {} };
  const files = standingOn();
  const { key, changedMs } = seen(files);
  const note = `${folder}/sources.json`;
  try {
    const [known, print] = JSON.parse(readFileSync(note, "utf8")) as [unknown, unknown];
    if (known === key && typeof print === "string" && /^[0-9a-f]{16}$/.test(print))
      return { print, keep: () => {} };
  } catch {
    // Nothing was written down, or it makes no sense.
  }
  const startedMs = Date.now();
  const print = printOf(files);
  const keep = () => {
    if (changedMs >= startedMs - SETTLED_MS) return;
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(note, JSON.stringify([key, print]));
    } catch {
      // Then the next run reads them, too.
    }
  };
  return { print, keep };
}

/** The fingerprint, with nothing taken from what was written down. */
export function readFingerprint(): string {
  return printOf(standingOn());
}

function printOf(files: readonly string[]): string {
  const hash = new Bun.CryptoHasher("sha256");
  hash.update(Bun.version);
  for (const file of files) {
    hash.update(`${file.endsWith("package.json") ? versionOf(file) : relative(here, file)}\0`);
    if (file.endsWith(".ts")) hash.update(readFileSync(file));
  }
  return hash.digest("hex").slice(0, 16);
}

function standingOn(): string[] {
  return [...sources(), ...PARSERS.flatMap((parser) => packageFile(parser) ?? [])];
}

function sources(): string[] {
  return FOLDERS.flatMap((folder) =>
    (readdirSync(folder, { recursive: true }) as string[])
      .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
      .sort()
      .map((path) => `${folder}/${path}`),
  );
}

/** All that tells that a file was touched, as one text, and when that was for the last time. */
function seen(files: readonly string[]): { key: string; changedMs: number } {
  let told = Bun.version;
  let changedMs = 0;
  for (const file of files) {
    const { size, mtimeMs, ctimeMs, ino } = lstatSync(file);
    told += `${file}\0${size} ${mtimeMs} ${ctimeMs} ${ino}\0`;
    changedMs = Math.max(changedMs, mtimeMs, ctimeMs);
  }
  return { key: new Bun.CryptoHasher("sha256").update(told).digest("hex"), changedMs };
}

/** An optional parser may not be installed. */
function packageFile(parser: string): string | null {
  try {
    return Bun.resolveSync(`${parser}/package.json`, import.meta.dir);
  } catch {
    return null;
  }
}

function versionOf(file: string): string {
  const { name, version } = JSON.parse(readFileSync(file, "utf8")) as { name?: unknown; version?: unknown };
  return `${name} ${version}`;
}
