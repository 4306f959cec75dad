import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const checkout = join(import.meta.dir, "..");
let copy = "";

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "freehold-new-rule-"));
  const parts = ["rules", "analysis", "manifest", "fixtures/rule-tester.ts", "fixtures/workspace.ts"];
  const own = [
    "scripts/new-rule.ts",
    "scripts/io.ts",
    "package.json",
    "tsconfig.json",
    "biome.json",
    ".gitignore",
  ];
  for (const part of [...parts, ...own]) {
    cpSync(join(checkout, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(checkout, "node_modules"), join(copy, "node_modules"));
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

function run(...command: string[]) {
  const env = { ...process.env, FORCE_COLOR: undefined, NO_COLOR: "1" };
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, ...command], { cwd: copy, env });
  return { exitCode, out: stdout.toString(), err: stderr.toString() };
}

const rulesOf = () => readdirSync(join(copy, "rules")).sort();
const read = (path: string) => readFileSync(join(copy, path), "utf8");

test("a new rule is written, listed and documented, and its tests and the list's pass at once", () => {
  const before = rulesOf();
  expect(run("scripts/new-rule.ts", "no-table-lock")).toEqual({
    exitCode: 0,
    out: "written: rules/no-table-lock.ts, rules/no-table-lock.test.ts, rules/mod.ts, rules/README.md\nnext: make rules/no-table-lock.ts find what it should, then: bun run ok\n",
    err: "",
  });
  expect(rulesOf()).toEqual([...before, "no-table-lock.test.ts", "no-table-lock.ts"].sort());
  expect(read("rules/mod.ts")).toContain('import { noTableLock } from "./no-table-lock.ts";\n');
  expect(read("rules/mod.ts")).toContain(",\n  noTableLock,\n];\n");
  expect(read("rules/README.md")).toContain("\n## no-table-lock\n");

  const tests = run("test", "./rules/no-table-lock.test.ts", "./rules/mod.test.ts");
  expect({ ...tests, out: "" }).toMatchObject({ exitCode: 0, err: expect.stringContaining(" 0 fail") });
  const style = run("x", "biome", "check", "--vcs-enabled=false", "rules");
  expect(style).toMatchObject({ exitCode: 0 });
});

test("a name that is taken, that is none or that is missing is refused, and nothing is written", () => {
  const before = rulesOf();
  const refused = (err: string) => ({ exitCode: 2, out: "", err: `${err}\n` });
  const illFormed = (name: string) =>
    refused(
      `${JSON.stringify(name)} is no name for a rule: give two or more lower-case words joined by hyphens, such as no-table-lock`,
    );
  expect(run("scripts/new-rule.ts", "cross-service-read")).toEqual(
    refused("the name cross-service-read is taken: rules/cross-service-read.ts exists"),
  );
  for (const name of ["NoThing", "nothing", "no_thing", "../no-thing", "no-thing.ts", "no--thing", ""]) {
    expect(run("scripts/new-rule.ts", name)).toEqual(illFormed(name));
  }
  expect(run("scripts/new-rule.ts")).toEqual(refused("give one name: bun scripts/new-rule.ts NAME"));
  expect(run("scripts/new-rule.ts", "no-thing", "no-other")).toEqual(
    refused("give one name: bun scripts/new-rule.ts NAME"),
  );
  expect(rulesOf()).toEqual(before);
});
