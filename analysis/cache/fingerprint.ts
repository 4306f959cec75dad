/**
 * What answers follow from beside the files that are read: our own sources, the rules' among them, and
 * the parsers that they stand on. One change in any of them, and nothing that was cached before is used.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const PARSERS = ["oxc-parser", "libpg-query", "sql-parser-cst", "jsonc-parser"];

export function fingerprint(): string {
  const hash = new Bun.CryptoHasher("sha256");
  hash.update(Bun.version);
  const here = join(import.meta.dir, "..");
  for (const folder of [here, join(here, "../manifest"), join(here, "../rules")])
    for (const path of (readdirSync(folder, { recursive: true }) as string[]).sort())
      if (path.endsWith(".ts") && !path.endsWith(".test.ts")) {
        hash.update(`${path}\0`);
        hash.update(readFileSync(join(folder, path)));
      }
  for (const parser of PARSERS) hash.update(`${parser} ${versionOf(parser)}\0`);
  return hash.digest("hex").slice(0, 16);
}

/** An optional parser may not be installed. */
function versionOf(parser: string): string {
  try {
    const entry = Bun.resolveSync(`${parser}/package.json`, import.meta.dir);
    return String((JSON.parse(readFileSync(entry, "utf8")) as { version?: unknown }).version);
  } catch {
    return "";
  }
}
