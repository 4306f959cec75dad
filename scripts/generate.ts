/**
 * `bun run generate`: writes the files that follow from the code. With `--check` it writes nothing,
 * names what is out of date and exits with 1.
 */
import { join } from "node:path";
import { manifestJsonSchema } from "../manifest/mod.ts";
import { reportJsonSchema } from "../report/schema-json.ts";
import { rules } from "../rules/mod.ts";
import { rulesReadme } from "../rules/readme.ts";

/** Path from the project's root → text. */
export function generated(): Record<string, string> {
  return {
    "freehold.schema.json": manifestJsonSchema(),
    "report.schema.json": reportJsonSchema(),
    "rules/README.md": rulesReadme(rules),
  };
}

/** @returns the files under `root` that are not what the code says, or are not there */
export async function outdated(root: string, files: Record<string, string>): Promise<string[]> {
  const stale: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    const file = Bun.file(join(root, path));
    if (!(await file.exists()) || (await file.text()) !== text) stale.push(path);
  }
  return stale;
}

if (import.meta.main) {
  const root = join(import.meta.dir, "..");
  const files = generated();
  const stale = await outdated(root, files);
  if (process.argv.includes("--check")) {
    for (const path of stale) console.error(`${path} is out of date: run "bun run generate"`);
    process.exitCode = stale.length > 0 ? 1 : 0;
  } else {
    for (const path of stale) {
      await Bun.write(join(root, path), files[path]!);
      console.log(`wrote ${path}`);
    }
  }
}
