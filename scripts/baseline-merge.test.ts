import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commit, git } from "../bench/check/write.ts";
import { type Folder, folderOf, platform } from "../fixtures/command-line.ts";

const file = "freehold.baseline.jsonl";
const reader = (name: string) =>
  `import { sql } from "./database.ts";\n\nexport const ${name} = () => sql\`select actor from audit_log\`;\n`;
const path = (name: string) => `services/guardian/${name}.ts`;
const allow = (folder: Folder, reason: string) =>
  folder.freehold(["check", "--update-baseline", "--allow-new", reason]);

/** The functions that a baseline names. */
const named = ({ root }: Folder) =>
  [...readFileSync(join(root, file), "utf8").matchAll(/"function":"(\w+)"/g)].map(([, name]) => name);

async function repository(...names: string[]): Promise<Folder> {
  const folder = folderOf({
    ...platform,
    ...Object.fromEntries(names.map((name) => [path(name), reader(name)])),
  });
  git(folder.root, "init", "--quiet", "--initial-branch=main");
  await allow(folder, "there before");
  commit(folder.root, "the beginning");
  return folder;
}

test("branches that each take out or put in an entry of their own merge without a conflict", async () => {
  using folder = await repository("a", "b", "c", "d", "e");
  git(folder.root, "switch", "--quiet", "--create", "shrinks");
  git(folder.root, "rm", "--quiet", path("b"));
  await folder.freehold(["check", "--update-baseline"]);
  commit(folder.root, "b is gone");
  git(folder.root, "switch", "--quiet", "main");
  folder.write({ [path("f")]: reader("f") });
  await allow(folder, "f needs it until GRV-112");
  commit(folder.root, "f");
  git(folder.root, "merge", "--quiet", "--no-edit", "shrinks");
  expect(named(folder)).toEqual(["a", "c", "d", "e", "f"]);
  expect(await folder.freehold(["check", "--format", "compact"])).toEqual({ code: 0, out: "", err: "" });
});

test("with the line for .gitattributes, neighbours merge, too", async () => {
  using folder = await repository("a", "d");
  folder.write({ ".gitattributes": "*.baseline.jsonl merge=union\n" });
  commit(folder.root, "attributes");
  git(folder.root, "switch", "--quiet", "--create", "other");
  folder.write({ [path("b")]: reader("b") });
  await allow(folder, "b");
  commit(folder.root, "b");
  git(folder.root, "switch", "--quiet", "main");
  folder.write({ [path("c")]: reader("c") });
  await allow(folder, "c");
  commit(folder.root, "c");
  git(folder.root, "merge", "--quiet", "--no-edit", "other");
  expect(named(folder).toSorted()).toEqual(["a", "b", "c", "d"]);
  expect(await folder.freehold(["check", "--format", "compact"])).toEqual({ code: 0, out: "", err: "" });
});

test("a file that is renamed takes its entry along, and an update writes where it is now", async () => {
  using folder = await repository("a");
  git(folder.root, "mv", path("a"), path("moved"));
  expect(await folder.freehold(["check", "--format", "compact"])).toEqual({ code: 0, out: "", err: "" });
  expect((await folder.freehold(["check", "--update-baseline", "--format", "compact"])).err).toBe(
    `${file}: 0 added, 0 taken out, 1 moved; 1 finding known\n`,
  );
  expect(readFileSync(join(folder.root, file), "utf8")).toContain(`"file":"${path("moved")}"`);
});

test("line ends of Windows change neither what is known nor the file's own line ends", async () => {
  using folder = await repository("a", "b");
  const windows = (text: string) => text.replaceAll("\n", "\r\n");
  const text = windows(readFileSync(join(folder.root, file), "utf8"));
  folder.write({
    [file]: text,
    "freehold.json": windows(platform["freehold.json"]),
    [path("a")]: windows(reader("a")),
    [path("b")]: windows(reader("b")),
  });
  expect(await folder.freehold(["check", "--format", "compact"])).toEqual({ code: 0, out: "", err: "" });
  folder.write({ [path("b")]: "" });
  await folder.freehold(["check", "--update-baseline"]);
  expect(readFileSync(join(folder.root, file), "utf8")).toBe(
    `${text.split("\r\n").slice(0, 2).join("\r\n")}\r\n`,
  );
});

test("a baseline with the paths of Windows in it says which lines stand for nothing", async () => {
  using folder = await repository("a");
  const text = readFileSync(join(folder.root, file), "utf8");
  folder.write({ [file]: text.replaceAll(path("a"), path("a").replaceAll("/", "\\\\")) });
  // Function and statement still tell.
  expect((await folder.freehold(["check"])).code).toBe(0);
  await folder.freehold(["check", "--update-baseline"]);
  expect(readFileSync(join(folder.root, file), "utf8")).toBe(text);
});
