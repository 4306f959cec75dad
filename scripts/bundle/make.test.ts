/**
 * The bundle as it is made and used, in a copy of the package: it says what the sources say, in every word, and never
 * what they no longer say.
 */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderOf, type Outcome, platform, violation } from "../../fixtures/command-line.ts";
import packageJson from "../../package.json" with { type: "json" };
import { isWanted } from "./offer.ts";
import { bundleFolder, freshBundle, lookOf, parts, type Stamp, stampFile } from "./stamp.ts";

setDefaultTimeout(240_000); // a bound for a loaded machine, not a measure

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "freehold-bundle-")));
const root = join(scratch, "package");
const home = join(import.meta.dir, "../..");
const bin = join(root, "scripts/cli.ts");
const workspace = folderOf({ ...platform, ...violation });

beforeAll(() => {
  const rooms = packageJson.files.filter((name) => !name.startsWith("!"));
  for (const name of ["package.json", ...rooms])
    cpSync(join(home, name), join(root, name), { recursive: true });
  // Installs are often links to one and the same files, which another project's install touches: these are our own.
  const [from, to] = [join(home, "node_modules"), join(root, "node_modules")];
  mkdirSync(to);
  const ours = Object.keys({ ...packageJson.dependencies, ...packageJson.optionalDependencies });
  for (const name of readdirSync(from)) {
    if (ours.includes(name)) cpSync(join(from, name), join(to, name), { recursive: true });
    else symlinkSync(join(from, name), join(to, name));
  }
  git("init", "--quiet");
  git("add", "--all");
});

afterAll(() => {
  rmSync(scratch, { recursive: true });
  workspace[Symbol.dispose]();
});

function git(...args: string[]): void {
  Bun.spawnSync(["git", ...args], { cwd: workspace.root });
}

async function start(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const child = Bun.spawn([bin, ...args], {
    cwd: workspace.root,
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, out, err };
}

const onSources = { FREEHOLD_BUNDLE: "off" };

function bundles(): string[] {
  return readdirSync(bundleFolder(root)).filter((name) =>
    statSync(join(bundleFolder(root), name)).isDirectory(),
  );
}

test("neither CI nor a check of everything makes one, and nobody in somebody else's package", async () => {
  await start(["check", "--staged"], { CI: "true" });
  await start(["check"]);
  await start(["check", "--staged"], onSources);
  expect(existsSync(bundleFolder(root))).toBe(false);
  const user = statSync(root).uid;
  expect([isWanted(root, {}, user), isWanted(root, {}, user + 1)]).toEqual([true, false]);
});

test("a staged check makes one, after its answer, beside the sources and in no workspace", async () => {
  const said = await start(["check", "--staged", "--format", "compact"]);
  expect(said).toEqual(await start(["check", "--staged", "--format", "compact"], onSources));
  expect(freshBundle(root)).not.toBeNull();
  expect(bundles()).toHaveLength(1);
  expect(readFileSync(join(bundleFolder(root), ".gitignore"), "utf8")).toBe("*\n");
  const kept = readdirSync(join(workspace.root, ".git/freehold"));
  expect(kept.filter((name) => !/\.pack$|^sources\.json$/.test(name))).toEqual([]);
});

/** Nothing listens there; the driver has to be loaded to be told so. */
const nowhere = "postgres://app@127.0.0.1:1/none";

const commands: { args: string[]; env?: Record<string, string> }[] = [
  { args: [] },
  { args: ["--version"] },
  { args: ["--help"] },
  { args: ["check", "--no-cache", "--format", "compact"] },
  { args: ["check", "--format", "compact"], env: { FORCE_COLOR: "1" } },
  { args: ["check", "--staged"], env: { FORCE_COLOR: "1", NO_COLOR: "1" } },
  { args: ["check", "--since", "HEAD"] },
  { args: ["check", "--no-cache", "--types", "--format", "compact"] },
  { args: ["check", "--config", "nowhere.json"] },
  { args: ["chekc"] },
  { args: ["facts", "--format", "jsonl"] },
  { args: ["rules", "--format", "json"] },
  { args: ["doctor"] },
  { args: ["bench", "nothing"] },
  { args: ["provision"] },
  { args: ["migrate"], env: { GATEKEEPER_DATABASE_URL: nowhere, GUARDIAN_DATABASE_URL: nowhere } },
];

test.each(commands)("$args says the same with it and without it", async ({ args, env }) => {
  expect(freshBundle(root)).not.toBeNull();
  const [withIt, withoutIt] = [await start(args, env), await start(args, { ...env, ...onSources })];
  const timeless = ({ code, out, err }: Outcome) => ({
    code,
    out: out.replace(/ · \d+(\.\d+)? m?s$/m, ""),
    err,
  });
  expect(timeless(withIt)).toEqual(timeless(withoutIt));
});

/** Puts another text in a part's place, as one that was made so: no checkout can, as stamp.test.ts shows. */
function plant(part: (typeof parts)[number], text: string): void {
  const stamp = JSON.parse(readFileSync(stampFile(root), "utf8")) as Stamp;
  const path = join(bundleFolder(root), stamp.name, part);
  writeFileSync(path, text);
  stamp.looks[parts.indexOf(part)] = lookOf(lstatSync(path));
  writeFileSync(stampFile(root), JSON.stringify(stamp));
}

const maker = join(root, "scripts/bundle/make.ts");

function make() {
  return Bun.spawn([process.execPath, maker], { cwd: root, stdout: "ignore", stderr: "pipe" });
}

const compact = ["check", "--staged", "--format", "compact"];

test("the second thread runs from it, too", async () => {
  const mark = join(scratch, "thread");
  plant(
    "worker.js",
    `require("node:fs").writeFileSync(${JSON.stringify(mark)}, ""); self.postMessage(null);`,
  );
  const many = Array.from({ length: 700 }, (_, index) => [`services/guardian/${index}.ts`, `// ${index}\n`]);
  using large = folderOf({ ...platform, ...violation, ...Object.fromEntries(many) });
  const run = (env: Record<string, string>) => {
    const { stdout } = Bun.spawnSync([bin, "check", "--no-cache", "--format", "compact"], {
      cwd: large.root,
      env,
    });
    return stdout.toString();
  };
  const path = process.env["PATH"] ?? "";
  expect(run({ PATH: path, ...onSources })).toBe(run({ PATH: path }));
  expect(existsSync(mark)).toBe(true);
});

test("it is what runs, and where it does not load, the sources do", async () => {
  plant("main.js", 'exports.start = async () => (console.log("from the bundle"), 3);');
  expect(await start(compact)).toEqual({ code: 3, out: "from the bundle\n", err: "" });
  plant("main.js", 'throw new Error("spoilt")');
  expect(await start(compact, { CI: "true" })).toEqual(await start(compact, onSources));
  plant("main.js", "not a word of (JavaScript");
  expect(await start(compact, { CI: "true" })).toEqual(await start(compact, onSources));
});

test("one that was cut short is passed over, and made anew", async () => {
  const [spoilt] = bundles();
  writeFileSync(join(bundleFolder(root), spoilt ?? "", "main.js.jsc"), "");
  expect(await start(compact)).toEqual(await start(compact, onSources));
  expect(freshBundle(root)).not.toBeNull();
  expect(bundles()).toHaveLength(1);
  expect(bundles()).not.toContain(spoilt);
});

test("a changed source shows at once, and the bundle of what it was is taken away when there is a new one", async () => {
  const [old] = bundles();
  const source = join(root, "rules/parts/words.ts");
  const text = readFileSync(source, "utf8");
  const change = () => writeFileSync(source, text.replaceAll("which ${", "that ${"));
  const said = await start(compact);
  change();
  const changed = await start(compact, { CI: "true" });
  expect(changed).toEqual({ ...said, out: said.out.replaceAll(", which ", ", that ") });
  expect(changed.out).not.toBe(said.out);
  // As it was, but for its times: the bundle counts, and is stamped anew.
  writeFileSync(source, text);
  expect(freshBundle(root)?.read).toContain(source);
  expect(await start(compact)).toEqual(said);
  expect(freshBundle(root)?.read).not.toContain(source);
  expect(bundles()).toEqual([old ?? ""]);
  change();
  expect(await start(compact)).toEqual(changed);
  expect(bundles()).toHaveLength(1);
  expect(bundles()).not.toContain(old);
  expect(await start(compact)).toEqual(changed);
});

test("two makings at once leave one that counts, and write through no link", async () => {
  const elsewhere = join(scratch, "elsewhere");
  rmSync(bundleFolder(root), { recursive: true });
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, bundleFolder(root));
  expect(await make().exited).toBe(1);
  expect(readdirSync(elsewhere)).toEqual([]);
  const file = join(elsewhere, "file");
  writeFileSync(file, "somebody's");
  rmSync(bundleFolder(root));
  mkdirSync(bundleFolder(root));
  symlinkSync(file, join(bundleFolder(root), ".gitignore"));
  symlinkSync(file, stampFile(root));
  expect(await Promise.all([make().exited, make().exited])).toEqual([0, 0]);
  expect(readFileSync(file, "utf8")).toBe("somebody's");
  expect(freshBundle(root)).not.toBeNull();
  expect(await start(compact)).toEqual(await start(compact, onSources));
});

test("a making that is killed as it writes changes no answer, and the next one takes away in time what it left", async () => {
  rmSync(stampFile(root));
  const there = () => readdirSync(bundleFolder(root)).join();
  const before = there();
  const killed = make();
  while (there() === before && killed.exitCode === null) await Bun.sleep(1);
  killed.kill("SIGKILL");
  await killed.exited;
  expect(await start(compact, { CI: "true" })).toEqual(await start(compact, onSources));
  // It may have been done before the kill came.
  rmSync(stampFile(root), { force: true });
  const left = bundles();
  const now = Date.now() / 1000;
  for (const [index, name] of left.entries())
    utimesSync(join(bundleFolder(root), name), now - index * 7200, now - index * 7200);
  expect(await make().exited).toBe(0);
  expect(freshBundle(root)).not.toBeNull();
  // The one that is young may be another making's.
  expect(bundles()).toContain(left[0] ?? "");
  for (const name of left.slice(1)) expect(bundles()).not.toContain(name);
});

test("a making that fails is left for a day, unless Bun is another", async () => {
  const maker = join(root, "scripts/bundle/make.ts");
  const text = readFileSync(maker, "utf8");
  const tries = join(scratch, "tries");
  writeFileSync(maker, `require("node:fs").appendFileSync(${JSON.stringify(tries)}, "x"); process.exit(1);`);
  rmSync(stampFile(root));
  const said = await start(compact, onSources);
  for (let run = 0; run < 3; run++) expect(await start(compact)).toEqual(said);
  expect(readFileSync(tries, "utf8")).toBe("x");
  const note = join(bundleFolder(root), "failed");
  const yesterday = Date.now() / 1000 - 25 * 60 * 60;
  utimesSync(note, yesterday, yesterday);
  await start(compact);
  expect(readFileSync(tries, "utf8")).toBe("xx");
  writeFileSync(note, "another Bun");
  await start(compact);
  expect(readFileSync(tries, "utf8")).toBe("xxx");
  writeFileSync(maker, text);
  rmSync(note);
  expect(await start(compact)).toEqual(said);
  expect(freshBundle(root)).not.toBeNull();
});
