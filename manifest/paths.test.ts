import { expect, test } from "bun:test";
import { foldersAbove, isWithin, normalizePath } from "./paths.ts";

test.each([
  ["services/x", "services/x", null],
  ["./services//x/", "services/x", null],
  [".", "", null],
  ["./", "", null],
  ["...", "...", null],
  [" a b ", " a b ", null],
  ["", null, 'is empty: write "." for the workspace itself'],
  ["/etc", null, "is absolute: write it relative to the workspace's root"],
  ["~/x", null, "is absolute: write it relative to the workspace's root"],
  ["C:\\x", null, "is absolute: write it relative to the workspace's root"],
  ["a\\b", null, 'holds a "\\": write "/" between folders'],
  ["a/../b", null, 'holds "..": write it relative to the workspace\'s root'],
  ["a\u0000b", null, "holds a control character"],
])("the path %j becomes %j", (text, path, fault) => {
  expect(normalizePath(text)).toEqual({ path, fault } as ReturnType<typeof normalizePath>);
});

test("a folder holds itself and what is beneath it, and no neighbour of a longer name", () => {
  const held = ["services/x", "services/x/a/b.ts", "services/x2", "services"].map((path) =>
    isWithin(path, "services/x"),
  );
  expect([held, isWithin("a", ""), isWithin("", "a")]).toEqual([[true, true, false, false], true, false]);
});

test("the folders above a path end with the workspace's root", () => {
  expect([[...foldersAbove("a/b/c.ts")], [...foldersAbove("c.ts")], [...foldersAbove("")]]).toEqual([
    ["a/b", "a", ""],
    [""],
    [],
  ]);
});
