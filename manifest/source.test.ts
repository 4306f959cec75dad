import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadManifest } from "./load.ts";
import { formatProblem, ManifestReadError } from "./problem.ts";
import { diskSource, memorySource } from "./source.ts";

let folder: string;
let root: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "freehold-source-"));
  root = join(folder, "workspace");
  write("workspace/a/main.ts", "");
  write("workspace/a/lib/deep.ts", "");
  write("workspace/node_modules/x/x.ts", "");
  write("workspace/freehold.json", `{ "services": { "a": { "path": "a" } } }`);
  write("workspace-2/secret.json", `{ "services": {} }`);
  symlinkSync(join(folder, "workspace-2"), join(root, "outside"));
  symlinkSync(join(folder, "workspace-2/secret.json"), join(root, "secret.json"));
  symlinkSync("freehold.json", join(root, "inside.json"));
  symlinkSync("a", join(root, "inside"));
  symlinkSync("loop.json", join(root, "loop.json"));
  symlinkSync("nowhere.json", join(root, "dangling.json"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

function problemsOf(file: string, home = root): string[] {
  return loadManifest(diskSource(home, file)).problems.map(formatProblem);
}

test("a workspace on disk is read, by links within it, too", () => {
  const source = diskSource(root);
  expect({
    file: source.file,
    text: source.read("freehold.json"),
    none: source.read("a/none.json"),
    beneathFile: source.read("a/main.ts/none.json"),
    exists: ["a", "a/main.ts", "b", "dangling.json"].map((path) => source.exists(path)),
    folders: ["", "a", "inside", "a/main.ts", "b"].map((path) => source.isFolder(path)),
    files: source.files?.().toSorted(),
  }).toEqual({
    file: "freehold.json",
    text: `{ "services": { "a": { "path": "a" } } }`,
    none: null,
    beneathFile: null,
    exists: [true, true, false, false],
    folders: [true, true, true, false, false],
    files: ["a/lib/deep.ts", "a/main.ts", "freehold.json"],
  });
  expect(problemsOf("freehold.json")).toEqual([]);
  expect(problemsOf("./inside.json")).toEqual([]);
  write("workspace/all.json", `{ "services": { "all": { "path": "." } } }`);
  expect(problemsOf("all.json")).toEqual([]);
});

test("texts in memory look like the same workspace", () => {
  const source = memorySource({ "a/main.ts": "x" });
  expect({
    text: source.read("a/main.ts"),
    none: source.read("a"),
    exists: ["a", "a/main.ts", "b"].map((path) => source.exists(path)),
    folders: ["", "a", "a/main.ts", "b"].map((path) => source.isFolder(path)),
    files: source.files?.(),
  }).toEqual({
    text: "x",
    none: null,
    exists: [true, true, false],
    folders: [true, true, false, false],
    files: ["a/main.ts"],
  });
});

test("no link is followed out of the workspace", () => {
  const message = "is a link that leads out of the workspace, and is not followed";
  const source = diskSource(root);
  expect(() => source.read("secret.json")).toThrow(new ManifestReadError(message));
  expect(() => source.read("outside/secret.json")).toThrow(new ManifestReadError(message));
  expect(() => source.exists("outside/secret.json")).toThrow(new ManifestReadError(message));
  expect(() => source.isFolder("outside")).toThrow(new ManifestReadError(message));
  expect(problemsOf("secret.json")).toEqual([`secret.json:1:1  ${message}`]);

  write(
    "workspace/leads-out.json",
    `{ "services": { "a": "secret.json", "b": { "path": "outside" }, "c": { "path": "a", "migrations": "outside/m" } } }`,
  );
  write("workspace-2/m/001.sql", "");
  expect(problemsOf("leads-out.json")).toEqual([
    `leads-out.json:1:22  the file of service "a", "secret.json", ${message}`,
    `leads-out.json:1:52  "path" "outside" ${message}`,
    `leads-out.json:1:99  "migrations" "outside/m" ${message}`,
  ]);
});

test("what cannot be read is said in one line", () => {
  write("workspace/latin.json", Uint8Array.of(0x7b, 0xe9, 0x7d));
  write("workspace/utf16.json", Uint8Array.of(0xff, 0xfe, 0x7b, 0, 0x7d, 0));
  write("workspace/large.json", "{}");
  truncateSync(join(root, "large.json"), 50 * 1024 * 1024);
  expect(Bun.spawnSync(["mkfifo", join(root, "pipe.json")]).success).toBe(true);
  const files = ["latin", "utf16", "large", "pipe", "loop", "dangling"].map((name) => `${name}.json`);
  expect([...files, "a", "../x.json", "/etc/x.json"].flatMap((file) => problemsOf(file))).toEqual([
    "latin.json:1:1  is not UTF-8: save it as UTF-8",
    "utf16.json:1:1  is UTF-16: save it as UTF-8",
    "large.json:1:1  is 50 MB large; a manifest has at most 16 MB",
    "pipe.json:1:1  is no plain file",
    "loop.json:1:1  is a link that leads to itself",
    "dangling.json:1:1  does not exist: write one (README.md shows a first one), or name another with --config",
    "a:1:1  is a folder, not a file",
    '../x.json:1:1  holds "..": write it relative to the workspace\'s root',
    "/etc/x.json:1:1  is absolute: write it relative to the workspace's root",
  ]);
  expect(problemsOf("x.json", join(folder, "nowhere"))).toEqual([
    `x.json:1:1  lies in ${join(folder, "nowhere")}, which does not exist`,
  ]);
});

test("the caller's list of files is the one that globs are tried on", () => {
  write("workspace/globs.json", `{ "services": {}, "ignore": ["a/**", "b/**"] }`);
  const source = diskSource(root, "globs.json", () => ["b/main.ts"]);
  expect(loadManifest(source).problems.map(formatProblem)).toEqual([
    'globs.json:1:30  "ignore" "a/**" matches no file',
  ]);
});
