/** `freehold doctor`: git, manifest, variables, versions and cache as they are found here. */
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { usualFolder } from "../analysis/cache/mod.ts";
import { loadSql } from "../analysis/sql/mod.ts";
import { git } from "../analysis/tree/git.ts";
import type { Dialect, Manifest } from "../manifest/mod.ts";
import { engines, version } from "../package.json" with { type: "json" };
import { counted, type Diagnosis, doctor } from "../report/mod.ts";
import { readBaseline } from "./baseline.ts";
import { openRepository } from "./hook.ts";
import { holdsCheck, isOurs } from "./hook-text.ts";
import { ExpectedError, exitCodes, type Io } from "./io.ts";
import { readIfThere } from "./read-if-there.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

/** @returns 1 where something is to be mended */
export async function run(options: { config?: string }, io: Io): Promise<number> {
  const found: Diagnosis[] = [bun()];
  const opened = await attempt(() => openWorkspace(io, options.config));
  if (opened.value === null) found.push(ill("the manifest cannot be used", opened.message));
  const root = opened.value?.root ?? io.cwd;
  found.push(...(await repository(root)));
  if (opened.value) found.push(...(await workspace(opened.value, io)));
  found.push(cache(root));
  io.out(doctor(found, io));
  return found.some(({ state }) => state === "ill") ? exitCodes.findings : exitCodes.clean;
}

function well(what: string): Diagnosis {
  return { state: "well", what, wayOut: null };
}

function note(what: string, wayOut: string | null = null): Diagnosis {
  return { state: "note", what, wayOut };
}

function ill(what: string, wayOut: string): Diagnosis {
  return { state: "ill", what, wayOut };
}

/** What a person can mend is no fault of ours: its message is kept. */
async function attempt<T>(
  act: () => T | Promise<T>,
): Promise<{ value: T; message: "" } | { value: null; message: string }> {
  try {
    return { value: await act(), message: "" };
  } catch (error) {
    if (error instanceof ExpectedError) return { value: null, message: error.message };
    throw error;
  }
}

function bun(): Diagnosis {
  const what = `freehold ${version} on Bun ${Bun.version}`;
  if (Bun.semver.satisfies(Bun.version, engines.bun)) return well(what);
  return ill(what, `it needs Bun ${engines.bun}: run "bun upgrade"`);
}

async function repository(root: string): Promise<Diagnosis[]> {
  const run = git(root, ["--version"]);
  const name = run?.stdout.toString().trim() ?? "";
  if (name === "") {
    return [
      ill(
        "git is not installed, or not on PATH",
        "install it: without it every file counts, and --staged has no index",
      ),
    ];
  }
  const opened = await attempt(() => openRepository(root));
  if (opened.value === null) {
    return [
      note(
        `${name}; ${opened.message}`,
        "every file counts, and --staged, --since and diff have nothing to ask",
      ),
    ];
  }
  const shallow = git(root, ["rev-parse", "--is-shallow-repository"])?.stdout.toString().trim() === "true";
  const hook = readIfThere(join(opened.value.hooks, "pre-commit"));
  const runs = hook !== null && (isOurs(hook) || holdsCheck(hook));
  return [
    well(name),
    ...(shallow
      ? [
          note(
            "the clone is shallow",
            "--since and diff see no further than it goes: fetch with --unshallow, or fetch-depth: 0 in CI",
          ),
        ]
      : []),
    runs
      ? well("the check runs before each commit")
      : note("no hook of git's runs the check", '"freehold hook install" puts it there'),
  ];
}

async function workspace({ manifest, source }: Workspace, { env }: Io): Promise<Diagnosis[]> {
  const tables = manifest.services.reduce((sum, { owns }) => sum + owns.length, 0);
  const baseline = await attempt(() => readBaseline(source, manifest));
  const entries = baseline.value?.entries.length ?? 0;
  return [
    well(`${manifest.file}: ${counted(manifest.services.length, "service")}, ${counted(tables, "table")}`),
    ...(baseline.message !== ""
      ? [ill("the baseline cannot be used", baseline.message)]
      : entries > 0
        ? [note(`the baseline knows ${counted(entries, "finding")}`)]
        : []),
    ...(await grammars(manifest)),
    ...variables(manifest, env),
  ];
}

async function grammars({ dialect, services }: Manifest): Promise<Diagnosis[]> {
  const wanted = new Set<Dialect>(
    services.length === 0 ? [dialect] : services.map((service) => service.dialect),
  );
  try {
    await loadSql(wanted);
    return [well(`SQL of ${[...wanted].join(", ")} can be read`)];
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "MissingGrammarError") throw error;
    return [ill(`SQL of ${[...wanted].join(", ")} cannot be read`, error.message)];
  }
}

/** Which are set, never what they hold. Checking needs none of them. */
function variables({ services }: Manifest, env: Io["env"]): Diagnosis[] {
  return services
    .filter(({ database, migrate }) => database.length + migrate.length > 0)
    .map(({ name, database, migrate }) => {
      const all = [...new Set([...database, ...migrate])];
      const missing = all.filter((variable) => !env[variable]);
      if (missing.length === 0) return well(`${name}: ${all.join(", ")} set`);
      return note(`${name}: ${missing.join(", ")} not set`, "to check needs none; to migrate, set it");
    });
}

function cache(root: string): Diagnosis {
  const folder = usualFolder(root);
  if (folder === null) {
    return note(
      "no place for a cache",
      "each run reads everything anew; a node_modules or --cache-dir gives it one",
    );
  }
  let there = folder;
  while (!existsSync(there)) there = dirname(there);
  try {
    readdirSync(there);
    accessSync(there, constants.W_OK);
    return well(`cache in ${folder.slice(root.length + 1)}`);
  } catch {
    return note(
      `the cache in ${folder.slice(root.length + 1)} cannot be written`,
      "each run reads everything anew; --cache-dir names another place",
    );
  }
}
