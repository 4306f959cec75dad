/**
 * git, asked in a way in which it starts no program that a configuration names: no file system monitor,
 * no hook, no pager, no transport for objects that a partial clone lacks, and nothing from `GIT_*`
 * variables but what the caller hands on. The folder may be a stranger's, its `.git` included.
 */
import { realpathSync } from "node:fs";
import { delimiter, isAbsolute, sep } from "node:path";

const HARMLESS = [
  "--no-pager",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "safe.bareRepository=explicit",
  // A container's checkout often belongs to another user; with nothing to run, its configuration does no harm.
  "-c",
  "safe.directory=*",
];

const found = new Map<string, string | null>();

/** `npx` and `bun run` search node_modules/.bin of the working folder first: a git that lies there is the workspace's, and not run. */
function findGit(folder: string): string | null {
  const known = found.get(folder);
  if (known !== undefined) return known;
  const home = realpathSync(folder);
  const trusted = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter(
      (place) =>
        isAbsolute(place) &&
        !place.split(sep).includes("node_modules") &&
        !`${place}${sep}`.startsWith(`${home}${sep}`),
    );
  const program = Bun.which("git", { PATH: trusted.join(delimiter) });
  found.set(folder, program);
  return program;
}

export interface GitRun {
  exitCode: number;
  stdout: Buffer;
}

interface GitOptions {
  index?: string | undefined;
  input?: string;
}

/** As {@link git}, while other work goes on; what git complains of is dropped. */
export async function gitSoon(
  folder: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitRun | null> {
  const program = findGit(folder);
  if (!program) return null;
  const child = Bun.spawn([program, ...HARMLESS, ...args], {
    cwd: folder,
    stdin: options.input === undefined ? "ignore" : Buffer.from(options.input),
    stdout: "pipe",
    stderr: "ignore",
    env: environment(options),
  });
  const [stdout, exitCode] = await Promise.all([new Response(child.stdout).arrayBuffer(), child.exited]);
  return { exitCode, stdout: Buffer.from(stdout) };
}

/** An object of git's. */
export interface GitObject {
  id: string;
  kind: string;
  bytes: Buffer;
}

/** What `git cat-file --batch` printed, in the order in which it was asked; null for what is not there. */
export function objectsOf(printed: Buffer): (GitObject | null)[] {
  const found: (GitObject | null)[] = [];
  for (let at = 0; at < printed.length; ) {
    const line = printed.indexOf(10, at);
    if (line < 0) break;
    const [, id, kind = "", size] =
      /^([0-9a-f]+) (blob|commit|tag|tree) (\d+)$/.exec(printed.toString("latin1", at, line)) ?? [];
    const start = line + 1;
    found.push(id === undefined ? null : { id, kind, bytes: printed.subarray(start, start + Number(size)) });
    at = id === undefined ? start : start + Number(size) + 1;
  }
  return found;
}

function environment({ index }: GitOptions): Record<string, string | undefined> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")));
  return {
    ...env,
    ...(index === undefined ? {} : { GIT_INDEX_FILE: index }),
    LC_ALL: "C",
    GIT_ALLOW_PROTOCOL: "none",
    GIT_NO_LAZY_FETCH: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
  };
}

/**
 * @param folder absolute path of the working folder
 * @param options.index absolute path of the index to use, where it is not the repository's own
 * @returns null where there is no git
 */
export function git(
  folder: string,
  args: readonly string[],
  options: GitOptions = {},
): (GitRun & { stderr: Buffer }) | null {
  const program = findGit(folder);
  if (!program) return null;
  const { exitCode, stdout, stderr } = Bun.spawnSync([program, ...HARMLESS, ...args], {
    cwd: folder,
    stdin: options.input === undefined ? "ignore" : Buffer.from(options.input),
    stdout: "pipe",
    stderr: "pipe",
    env: environment(options),
  });
  return { exitCode, stdout, stderr };
}
