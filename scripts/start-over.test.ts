/** A run of much work as it is started: by whom its git was called says which process it was, and with which settings. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { bin, folderOf } from "../fixtures/command-line.ts";
import { startOver, takes } from "./start-over.ts";

setDefaultTimeout(240_000); // a bound for a loaded machine, not a measure

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "freehold-start-over-")));
const calls = join(scratch, "calls");
const service = (name: string, table: string) =>
  `"${name}": { "path": "services/${name}", "database": "${name.toUpperCase()}_URL", "owns": ["${table}"] }`;

const workspace = {
  "freehold.json": `{ "services": { ${service("a", "t")}, ${service("b", "u")} } }`,
  "services/a/migrations/001_t.sql": "create table t (x int)",
  "services/b/migrations/001_u.sql": "create table u (x int)",
  "services/b/reads.ts": "export const q = (sql: any) => sql`select 1 from t`;\n",
};
const small = folderOf(workspace);
const large = folderOf({
  ...workspace,
  ...Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`notes/${index}.txt`, `${index}\n`])),
});

beforeAll(() => {
  const git = join(scratch, "git");
  const lines = [
    "#!/bin/sh",
    `echo "$PPID \${BUN_JSC_useFTLJIT-usual}" >>${calls}`,
    'if [ "$SEND" ] && [ "$BUN_JSC_useFTLJIT" ]; then kill -s "$SEND" "$PPID"; fi',
    `exec ${Bun.which("git")} "$@"`,
  ];
  writeFileSync(git, `${lines.join("\n")}\n`);
  chmodSync(git, 0o755);
  for (const { root } of [small, large]) {
    for (const args of [
      ["init", "--quiet"],
      ["add", "--all"],
    ])
      Bun.spawnSync(["git", ...args], { cwd: root });
  }
});

afterAll(() => {
  for (const folder of [small, large]) folder[Symbol.dispose]();
  rmSync(scratch, { recursive: true });
});

function begin(cwd: string, args: readonly string[], env: Record<string, string> = {}, command = [bin]) {
  rmSync(calls, { force: true });
  const PATH = [scratch, process.env["PATH"]].join(delimiter);
  return Bun.spawn([...command, "check", "--format", "json", ...args], {
    cwd,
    env: { PATH, FREEHOLD_BUNDLE: "off", ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
}

/** What its git was called with: the process's settings, where it was this process. */
function settings(pid: number): string[] {
  const lines = readFileSync(calls, "utf8").trim().split("\n");
  return [...new Set(lines)].map((line) => line.replace(`${pid} `, ""));
}

async function run(...given: Parameters<typeof begin>) {
  const child = begin(...given);
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  const { summary, ...said } = JSON.parse(out);
  const answer = { code: await child.exited, err, said, errors: summary.errors };
  return { answer, settings: settings(child.pid) };
}

test("the first run over many files starts over as the same process, and says what it would have said", async () => {
  const cache = ["--cache-dir", join(scratch, "cache")];
  const first = await run(large.root, cache);
  expect(first.settings).toEqual(["0"]);
  expect(first.answer).toMatchObject({ code: 1, err: "", errors: 1 });
  const decided = await run(large.root, ["--no-cache"], { BUN_JSC_useFTLJIT: "1" });
  expect(decided).toEqual({ answer: first.answer, settings: ["1"] });
  // What is known from before is not worth a start, and neither is a workspace of a few files.
  expect(await run(large.root, cache)).toEqual({ answer: first.answer, settings: ["usual"] });
  expect(await run(small.root, ["--no-cache"])).toEqual({ answer: first.answer, settings: ["usual"] });
});

test("it starts with the flags that it was started with, by the link of an install, in the folder it was started in", async () => {
  const [link, folder] = [join(scratch, "freehold"), join(large.root, "services/b")];
  symlinkSync(bin, link);
  large.write({
    "services/b/bunfig.toml": 'preload = ["./harm.js"]\n',
    "services/b/harm.js": "process.exit(9);\n",
  });
  const { answer, settings } = await run(folder, ["--no-cache", "reads.ts"], {}, [link]);
  expect({ answer, settings }).toMatchObject({ answer: { code: 1, err: "", errors: 1 }, settings: ["0"] });
});

test.each([
  ["INT", 130],
  ["TERM", 143],
])("%s ends one that has started over with %d", async (signal, code) => {
  const child = begin(large.root, ["--cache-dir", join(scratch, signal)], { SEND: signal });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  expect({ code: await child.exited, out, err, settings: settings(child.pid) }).toEqual({
    code,
    out: "",
    err: "",
    settings: ["0"],
  });
});

test("a Bun that does not take the settings, or cannot be started, is left alone", () => {
  expect(takes({ BUN_JSC_useFTLJIT: "0", BUN_JSC_useOMGJIT: "0" })).toBe(true);
  expect(takes({ BUN_JSC_useNoSuchCompiler: "0" })).toBe(false);
  const asked = join(scratch, "asked");
  const another = { path: join(scratch, "another"), revision: "another" };
  writeFileSync(another.path, `#!/bin/sh\necho "$BUN_JSC_useFTLJIT$BUN_JSC_useOMGJIT" >>${asked}\nexit 1\n`);
  chmodSync(another.path, 0o755);
  // Each of them returns.
  startOver([], {}, another);
  expect(readFileSync(asked, "utf8")).toBe("00\n");
  startOver([], {}, { ...another, path: join(scratch, "none") });
  startOver([], { BUN_JSC_useDFGJIT: "1" });
});
