/** A benchmark's flags; `--help` prints what its file says of itself, and a flag that is wrong is one line. */
import { readFileSync } from "node:fs";
import { type ParseArgsConfig, parseArgs } from "node:util";

/** @param config as `parseArgs` of node:util takes it */
export function readFlags<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  if (process.argv.includes("--help") || process.argv.includes("-h")) {
    console.log(headerOf(readFileSync(Bun.main, "utf8")));
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (!code.startsWith("ERR_PARSE_ARGS")) throw error;
    console.error(`${(error as Error).message.split(". ")[0]}; --help says what there is`);
    process.exit(2);
  }
}

/** The comment that a file opens with, without its markers. */
export function headerOf(source: string): string {
  const [, text = ""] = /^(?:#![^\n]*\n)?\/\*\*(.*?)\*\//s.exec(source) ?? [];
  return text
    .split("\n")
    .map((line) => line.replace(/^ ?\* ?/, "").trimEnd())
    .join("\n")
    .trim();
}
