/** `freehold init`: a first manifest from what the code says, every doubt as a comment at its line. */
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { check } from "../analysis/check.ts";
import { draftManifest, withManifest } from "../analysis/draft/mod.ts";
import { analyse } from "../analysis/mod.ts";
import { doubtsOf, loadManifest, renderDraft } from "../manifest/mod.ts";
import { version } from "../package.json" with { type: "json" };
import { counted, unreadLines } from "../report/mod.ts";
import { rules } from "../rules/mod.ts";
import { baselineFile, changeBaseline, checkBaselineFlags, readBaseline } from "./baseline.ts";
import { ExpectedError, exitCodes, type Io } from "./io.ts";
import { progressOf } from "./progress.ts";
import { cannotWrite } from "./write-whole.ts";

export interface InitOptions {
  /** Prints the manifest and writes nothing. */
  print?: boolean;
  /** Takes what is found today as known. */
  baseline?: boolean;
}

const file = "freehold.json";

/** @throws ExpectedError where there is a manifest already, or the folder may not be written to */
export async function run({ print = false, baseline = false }: InitOptions, io: Io): Promise<number> {
  if (print && baseline) throw new ExpectedError("--print writes nothing, so it has no baseline");
  checkBaselineFlags({ updateBaseline: baseline }, io);
  const root = resolve(io.cwd);
  const path = join(root, file);
  if (!print && existsSync(path)) {
    throw new ExpectedError(`${file} is there already: --print shows what init would write today`);
  }
  const [major, minor] = version.split(".");
  const onProgress = progressOf(io);
  const { draft, model } = await draftManifest(root, `${major}.${minor}`, { onProgress });
  const text = renderDraft(draft);
  const { manifest, problems } = loadManifest(withManifest(root, text), rules);
  io.status(null);
  if (manifest === null) {
    throw new Error(
      `init wrote a manifest that is none:\n${problems.map((one) => one.message).join("\n")}\n${text}`,
    );
  }
  if (print) {
    io.out(text);
    return exitCodes.clean;
  }
  try {
    writeFileSync(path, text, { flag: "wx" });
  } catch (error) {
    throw cannotWrite(file, error);
  }
  const tables = manifest.services.reduce((sum, { owns }) => sum + owns.length, 0);
  io.out(
    `${file}: ${counted(manifest.services.length, "service")}, ${counted(tables, "table")}, ${counted(doubtsOf(draft), "doubt")} to look at\n`,
  );
  if (baseline) {
    const known = await readBaseline(withManifest(root, text), manifest);
    const result = check(await analyse({ root, manifest, onProgress }), rules, { baseline: known, version });
    io.status(null);
    const { said } = await changeBaseline({
      root,
      manifest,
      baseline: known,
      result,
      allowNew: "there when freehold came",
      within: () => true,
    });
    io.out(`${said}\n`);
  } else
    io.out(
      `next: look through it, then "freehold check"; "freehold check --update-baseline --allow-new REASON" writes ${baselineFile(manifest)} and starts from today\n`,
    );
  if (model.problems.length === 0) return exitCodes.clean;
  io.err(unreadLines(model.problems));
  return exitCodes.failed;
}
