/** When a bundle counts, on a package of two sources: any change, and it does not. */
import { afterAll, beforeEach, expect, test } from "bun:test";
import {
  copyFileSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "freehold-stamp-")));
afterAll(() => rmSync(scratch, { recursive: true }));

const root = join(scratch, "package");
const [one, two] = [join(root, "one.ts"), join(root, "two.ts")];
const packagePath = join(scratch, "node_modules/zod");
const nearer = join(root, "node_modules/zod");
const module = join(bundleFolder(root), "it", "main.js");
let stamp: Stamp;

beforeEach(() => {
  rmSync(scratch, { recursive: true, force: true });
  for (const folder of [
    join(bundleFolder(root), "it"),
    join(scratch, "versions/4"),
    join(scratch, "versions/5"),
  ])
    mkdirSync(folder, { recursive: true });
  mkdirSync(join(scratch, "node_modules"));
  symlinkSync("../versions/4", packagePath);
  for (const path of [one, two, ...files()]) write(path, `what ${path} holds\n`);
  stamp = {
    name: "it",
    setting: setting(root),
    sources: [one, two].map((path) => [path, hashOf(path), lookOf(lstatSync(path))]),
    packages: [nearer, packagePath].map((path) => [path, leadsTo(path)]),
    looks: files().map((file) => lookOf(lstatSync(file))),
  };
  writeStamp(stamp);
  awaitTick();
});

/** As a package's files are from the registry: all of one time. */
function write(path: string, text: string): void {
  writeFileSync(path, text);
  utimesSync(path, 1, 1);
}

/** What is changed from here on is so at another time, as the file system tells it. */
function awaitTick(): void {
  const probe = join(scratch, "probe");
  const now = () => {
    writeFileSync(probe, "");
    return lstatSync(probe).ctimeMs;
  };
  for (const began = now(); now() === began; );
}

function files(): string[] {
  return parts.map((part) => join(bundleFolder(root), "it", part));
}

function writeStamp(text: unknown): void {
  writeFileSync(stampFile(root), JSON.stringify(text));
}

test("a bundle counts while nothing has changed", () => {
  expect(freshBundle(root)).toEqual({ module, read: [] });
});

test("a source that was touched is read, and counts as unchanged where it is", () => {
  write(two, `what ${two} holds\n`);
  expect(freshBundle(root)).toEqual({ module, read: [two] });
});

/** The same bytes, length and time in another place, as a checkout or an archive could bring them. */
function arriveAnew(path: string): void {
  copyFileSync(path, `${path}.new`);
  renameSync(`${path}.new`, path);
  utimesSync(path, 1, 1);
}

const changes: Record<string, () => void> = {
  "a source of another content": () => writeFileSync(one, "another\n"),
  "a source of another content, as long and as old": () => write(one, `WHAT ${one} holds\n`),
  "a source that is gone": () => rmSync(two),
  "a package that would be found first": () => mkdirSync(nearer, { recursive: true }),
  "a package that leads elsewhere": () => {
    rmSync(packagePath);
    symlinkSync("../versions/5", packagePath);
  },
  "a package that is gone": () => rmSync(packagePath),
  "a stamp of another Bun": () =>
    writeStamp({ ...stamp, setting: setting(root).replace(Bun.version, "1.0.0") }),
  "a stamp of no sources": () => writeStamp({ ...stamp, sources: [] }),
  "a stamp that says nothing": () => writeStamp({}),
  "a stamp that says null": () => writeStamp(null),
  "a stamp that knows no looks": () => writeStamp({ ...stamp, looks: [null, null, null, null] }),
  "a stamp of fewer looks": () => writeStamp({ ...stamp, looks: stamp.looks.slice(0, 1) }),
  "a stamp of another folder": () => {
    cpSync(join(bundleFolder(root), "it"), join(bundleFolder(root), "other"), {
      recursive: true,
      preserveTimestamps: true,
    });
    writeStamp({ ...stamp, name: "other" });
  },
  "a stamp that was cut short": () => truncateSync(stampFile(root), 100),
  "no stamp": () => rmSync(stampFile(root)),
};
for (const part of parts) {
  const path = join(bundleFolder(root), "it", part);
  changes[`${part} cut short`] = () => truncateSync(path, 5);
  changes[`${part} with another byte`] = () => write(path, `WHAT ${path} holds\n`);
  changes[`${part} from elsewhere`] = () => arriveAnew(path);
  changes[`${part} as a link`] = () => {
    renameSync(path, join(scratch, part));
    symlinkSync(join(scratch, part), path);
  };
  changes[`no ${part}`] = () => rmSync(path);
}

test.each(Object.entries(changes))("it does not with %s", (_, change) => {
  change();
  expect(freshBundle(root)).toBeNull();
});

test("nor in another place", () => {
  renameSync(root, join(scratch, "moved"));
  expect(freshBundle(join(scratch, "moved"))).toBeNull();
});
