/**
 * The flags of `freehold check`, once. Commander is given them (check-command.ts); where they are all of a plain
 * form, as in a hook, they are read here without it.
 */
import { checkFormats } from "../report/check-formats.ts";
import type { CheckOptions } from "./check.ts";

export interface Flag {
  /** As help shows it: `--name`, or `--name <value>`. */
  flags: string;
  about: string;
  /** What a value must be one of. */
  choices?: readonly string[];
  /** The value where it is left out. */
  usual?: string;
  /** A value that is made into something else, or that may be given several times: commander's business. */
  made?: "whole number" | "report files";
}

export const checkFlags: readonly Flag[] = [
  { flags: "--format <format>", about: "how to print", choices: Object.keys(checkFormats), usual: "pretty" },
  {
    flags: "--output <format=file>",
    about: "write a report into a file as well; may be given several times",
    made: "report files",
  },
  {
    flags: "--config <file>",
    about: "the manifest to use; its folder is the workspace (default: the nearest freehold.json)",
  },
  { flags: "--staged", about: "judge what is staged, and show what the commit would bring" },
  { flags: "--since <commit>", about: "show what has come since the branch left this commit's" },
  {
    flags: "--cache-dir <folder>",
    about: "where to keep what was read (default: node_modules/.cache/freehold, else .git/freehold)",
  },
  { flags: "--no-cache", about: "read every file anew, and keep nothing" },
  {
    flags: "--max-warnings <n>",
    about: "fail if there are more warnings than this",
    made: "whole number",
  },
  {
    flags: "--update-baseline",
    about: "take out of the baseline what is gone; it grows by --allow-new alone",
  },
  { flags: "--allow-new <reason>", about: "let the new findings into the baseline, with this reason" },
  { flags: "--types", about: "ask TypeScript's checker where a table is still unknown (slower)" },
];

/**
 * Reads the arguments of a check that leave no doubt: known flags, each value an argument of its own.
 * @param args what stands after `freehold`
 * @returns null for all else, whatever it is
 */
export function plainCheck([command, ...args]: readonly string[]): CheckOptions | null {
  if (command !== "check") return null;
  const options: Record<string, unknown> = {};
  for (const { flags, usual } of checkFlags) if (usual !== undefined) options[keyOf(flags)] = usual;
  const paths: string[] = [];
  const rest = args.values();
  for (const argument of rest) {
    if (argument === "") return null;
    if (!argument.startsWith("-")) {
      paths.push(argument);
      continue;
    }
    const flag = checkFlags.find(({ flags }) => flags.split(" ")[0] === argument);
    if (!flag || flag.made) return null;
    const key = keyOf(flag.flags);
    if (!flag.flags.includes(" ")) {
      options[key] = !argument.startsWith("--no-");
      continue;
    }
    const { value = "" } = rest.next();
    if (value === "" || value.startsWith("-")) return null;
    if (flag.choices && !flag.choices.includes(value)) return null;
    options[key] = value;
  }
  return { ...options, paths } as CheckOptions;
}

/** As commander calls an option: `--cache-dir <folder>` is `cacheDir`, `--no-cache` is `cache`. */
function keyOf(flags: string): string {
  const [name = ""] = flags.split(" ");
  return name.replace(/^--(?:no-)?/, "").replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
