import { expect, test } from "bun:test";
import { join } from "node:path";
import { folderOf } from "../fixtures/command-line.ts";
import { isPlainlyFirst } from "./first-run.ts";

/** The head of git's index, as it stands in front of so many entries: a number whose bytes are all ASCII. */
function index(entries: number): string {
  const head = Buffer.from("DIRC\0\0\0\x02\0\0\0\0", "latin1");
  head.writeUInt32BE(entries, 8);
  return head.toString("latin1");
}

const many = { "freehold.json": "{}", ".git/index": index(1024), "src/a.ts": "" };

const cases: [boolean, string, Record<string, string>, string[], string?][] = [
  [true, "a check", many, ["check"]],
  [true, "a check that keeps nothing", { ...many, ".git/freehold/a": "" }, ["check", "--no-cache"]],
  [true, "a check with a cache that is not there", many, ["check", "--cache-dir", "kept"]],
  [false, "another command", many, ["facts"]],
  [false, "fewer files", { ...many, ".git/index": index(768) }, ["check"]],
  [false, "no repository", { "freehold.json": "{}" }, ["check"]],
  [false, "a folder within the workspace", many, ["check"], "src"],
  [false, "something kept", { ...many, ".git/freehold/a": "" }, ["check"]],
  [false, "something kept by packages", { ...many, "node_modules/.cache/freehold/a": "" }, ["check"]],
  [false, "something kept elsewhere", { ...many, "kept/a": "" }, ["check", "--cache-dir", "kept"]],
];

for (const [first, what, files, args, within = "."] of cases) {
  test(`${what} is ${first ? "" : "not "}plainly a first one`, () => {
    using folder = folderOf(files);
    expect(isPlainlyFirst(args, join(folder.root, within))).toBe(first);
  });
}
