import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const checkout = join(import.meta.dir, "..");
let copy = "";

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "freehold-scaffold-"));
  for (const part of [
    "analysis",
    "fixtures",
    "manifest",
    "report",
    "rules",
    "scripts",
    "package.json",
    "report.schema.json",
    "tsconfig.json",
    "biome.json",
    ".gitignore",
  ]) {
    cpSync(join(checkout, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(checkout, "node_modules"), join(copy, "node_modules"));
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

function run(...args: string[]) {
  const env = { ...process.env, FORCE_COLOR: undefined, NO_COLOR: "1" };
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, ...args], { cwd: copy, env });
  return { exitCode, out: stdout.toString(), err: stderr.toString() };
}

const read = (path: string) => readFileSync(join(copy, path), "utf8");
const style = (...paths: string[]) => run("x", "biome", "check", "--vcs-enabled=false", ...paths).exitCode;

test("a new reporter is written, listed, well-formed and tested, and the command line offers it", () => {
  expect(run("scripts/new-reporter.ts", "team-city")).toEqual({
    exitCode: 0,
    out: "written: report/team-city.ts, report/team-city.test.ts, report/check-formats.ts\nnext: make the reporter print what it should, and let `bun test -u scripts/cli.test.ts` take its name into the help, then: bun run ok\n",
    err: "",
  });
  expect(read("report/check-formats.ts")).toContain('typeof import("./team-city.ts")).teamCity)');
  expect(run("test", "./report/team-city.test.ts")).toMatchObject({
    exitCode: 0,
    err: expect.stringContaining(" 1 pass\n 0 fail"),
  });
  expect(run("scripts/cli.ts", "check", "--help").out).toContain('"team-city"');
  expect(style("report/check-formats.ts", "report/team-city.ts", "report/team-city.test.ts")).toBe(0);
});

test("a new adapter is written, listed, well-formed and tested", () => {
  expect(run("scripts/new-adapter.ts", "example-client")).toEqual({
    exitCode: 0,
    out: "written: analysis/code/adapters/example-client.ts, analysis/code/adapters/example-client.test.ts, analysis/code/adapters/mod.ts\nnext: give its table a row for each form in which the client takes SQL, then: bun run ok\n",
    err: "",
  });
  expect(run("test", "./analysis/code/adapters/example-client.test.ts")).toMatchObject({
    exitCode: 0,
    err: expect.stringContaining(" 2 pass\n 0 fail"),
  });
  const [adapter, list] = ["analysis/code/adapters/example-client", "analysis/code/adapters/mod.ts"];
  expect(style(`${adapter}.ts`, `${adapter}.test.ts`, list)).toBe(0);
});

test("a name that is taken, that is none or that is missing is refused, and nothing is written", () => {
  const before = { reporters: readdirSync(join(copy, "report")), list: read("report/check-formats.ts") };
  const refused = (err: string) => ({ exitCode: 2, out: "", err: `${err}\n` });
  expect(run("scripts/new-reporter.ts", "compact")).toEqual(
    refused("the name compact is taken: report/compact.ts exists"),
  );
  expect(run("scripts/new-adapter.ts", "bun-sql")).toEqual(
    refused("the name bun-sql is taken: analysis/code/adapters/bun-sql.ts exists"),
  );
  for (const name of ["TeamCity", "../team", ""]) {
    expect(run("scripts/new-reporter.ts", name)).toEqual(
      refused(`${JSON.stringify(name)} is no name: give lower-case words joined by hyphens`),
    );
  }
  expect(run("scripts/new-reporter.ts")).toEqual(refused("give one name: bun scripts/new-reporter.ts NAME"));
  expect(run("scripts/new-adapter.ts", "a", "b")).toEqual(
    refused("give one name: bun scripts/new-adapter.ts NAME"),
  );
  expect({ reporters: readdirSync(join(copy, "report")), list: read("report/check-formats.ts") }).toEqual(
    before,
  );
});
