import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bin, folderOf, platform, violation } from "../fixtures/command-line.ts";
import { sarifErrors } from "../fixtures/sarif-schema.ts";

const faulty = { ...platform, ...violation };
const read = (root: string, file: string) => readFileSync(join(root, file), "utf8");

test("several reports are written at once, beside the one that is printed", async () => {
  using folder = folderOf(faulty);
  mkdirSync(join(folder.root, "out"));
  const outputs = ["sarif=out/a.sarif", "gitlab=b.json", "markdown=c.md", "json=d=e.json"];
  const { code, out, err } = await folder.freehold([
    "check",
    "--format",
    "compact",
    ...outputs.flatMap((output) => ["--output", output]),
  ]);
  const line =
    "services/guardian/recent.ts:4:25 error cross-service-read guardian reads audit_log, which gatekeeper owns\n";
  expect({ code, out, err }).toEqual({ code: 1, out: line, err: "" });

  const log = JSON.parse(read(folder.root, "out/a.sarif"));
  expect(sarifErrors(log)).toEqual([]);
  expect(log.runs[0].tool.driver.rules.length).toBeGreaterThan(20);
  expect(log.runs[0].results.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual(["cross-service-read"]);
  const { fingerprint } = JSON.parse(read(folder.root, "d=e.json")).findings[0];
  expect(JSON.parse(read(folder.root, "b.json"))).toMatchObject([{ fingerprint }]);
  expect(log.runs[0].results[0].partialFingerprints).toEqual({ "freehold/v1": fingerprint });
  expect(read(folder.root, "c.md")).toContain("**cross-service-read**: guardian reads audit\\_log");
});

test("an output that makes no sense, or that cannot be written, is one line", async () => {
  using folder = folderOf(faulty);
  for (const output of ["sarif", "sarif=", "=a", "xml=a", "toString=a"]) {
    expect(await folder.freehold(["check", "--output", output])).toEqual({
      code: 2,
      out: "",
      err: `freehold: option '--output <format=file>' argument '${output}' is invalid. Give FORMAT=FILE, such as sarif=out.sarif; formats are pretty, compact, json, github, gitlab, sarif, markdown.\n`,
    });
  }
  expect(await folder.freehold(["check", "--output", "sarif=none/a.sarif"])).toEqual({
    code: 2,
    out: "",
    err: "freehold: --output: none/a.sarif cannot be written (ENOENT)\n",
  });
});

test("for GitHub the step's summary is written, after what stands there", async () => {
  using folder = folderOf({ ...faulty, "summary.md": "before\n" });
  const env = { GITHUB_STEP_SUMMARY: join(folder.root, "summary.md") };
  await folder.freehold(["check"], { env });
  expect(read(folder.root, "summary.md")).toBe("before\n");
  const { code, out } = await folder.freehold(["check", "--format", "github"], { env });
  expect({ code, lines: out.match(/^::error file=\S+/gm) }).toEqual({
    code: 1,
    lines: [
      "::error file=services/guardian/recent.ts,line=4,endLine=4,col=25,endColumn=34,title=cross-service-read::guardian",
    ],
  });
  expect(read(folder.root, "summary.md")).toStartWith("before\n## freehold\n\n✗ 1 error, 0 warnings");
});

test("the action's script checks, and takes what its inputs hold as it is", async () => {
  using folder = folderOf(faulty);
  const action = Bun.YAML.parse(await Bun.file(join(import.meta.dir, "../action.yml")).text()) as {
    inputs: object;
    runs: { steps: { name?: string; run?: string; env?: Record<string, string> }[] };
  };
  const { run = "", env = {} } = action.runs.steps.find(({ name }) => name === "Check") ?? {};
  expect(Object.values(env).filter((text) => text.includes("inputs."))).toEqual(
    ["paths", "config", "sarif", "max-warnings"].map((input) => `\${{ inputs.${input} }}`),
  );
  const start = async (inputs: Record<string, string>) => {
    const child = Bun.spawn(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", run], {
      cwd: folder.root,
      env: {
        PATH: process.env["PATH"] ?? "",
        FREEHOLD: bin,
        ...Object.fromEntries(
          Object.keys(env)
            .filter((key) => key !== "FREEHOLD")
            .map((key) => [key, ""]),
        ),
        ...inputs,
      },
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, err] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    return { code: await child.exited, annotations: out.match(/^::error /gm)?.length ?? 0, err };
  };
  expect(await start({ INPUT_SARIF: "with space.sarif" })).toEqual({ code: 1, annotations: 1, err: "" });
  expect(sarifErrors(JSON.parse(read(folder.root, "with space.sarif")))).toEqual([]);
  expect(await start({ INPUT_PATHS: "services/gatekeeper\nfreehold.json" })).toEqual({
    code: 0,
    annotations: 0,
    err: "",
  });
  expect(await start({ INPUT_PATHS: "$(touch harm); `touch harm`" })).toMatchObject({ code: 2 });
  expect(existsSync(join(folder.root, "harm"))).toBe(false);
  expect(await start({ INPUT_CONFIG: "none.json" })).toMatchObject({ code: 2, annotations: 0 });
});

test("the template for GitLab runs a command that there is, and hands on the report that it writes", async () => {
  using folder = folderOf(faulty);
  const template = Bun.YAML.parse(
    await Bun.file(join(import.meta.dir, "../templates/freehold.gitlab-ci.yml")).text(),
  ) as { freehold: { script: string[]; artifacts: { reports: { codequality: string } } } };
  const command = template.freehold.script.at(-1)!.replace("$FREEHOLD_ARGS", "").trim();
  const [bunx, name, ...args] = command.split(" ");
  expect([bunx, name]).toEqual(["bunx", "freehold"]);
  expect((await folder.freehold(args)).code).toBe(1);
  expect(JSON.parse(read(folder.root, template.freehold.artifacts.reports.codequality))).toHaveLength(1);
});
