import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Folder, folderOf, platform, violation } from "../fixtures/command-line.ts";

const file = "freehold.baseline.jsonl";
const read = ({ root }: Folder) => readFileSync(join(root, file), "utf8");
const allow = ["check", "--update-baseline", "--allow-new", "there before", "--format", "compact"];
const shrink = ["check", "--update-baseline", "--format", "compact"];
const check = ["check", "--format", "compact"];

test("what is in the baseline is known, what is not is new, and what is gone is stale", async () => {
  using folder = folderOf({ ...platform, ...violation });
  expect(await folder.freehold(shrink)).toEqual({
    code: 1,
    out: "services/guardian/recent.ts:4:25 error cross-service-read guardian reads audit_log, which gatekeeper owns\n",
    err: `${file}: 0 added, 0 taken out, 0 moved; nothing is left, so there is no such file\n`,
  });
  expect(existsSync(join(folder.root, file))).toBe(false);

  expect(await folder.freehold(allow)).toEqual({
    code: 0,
    out: "",
    err: `${file}: 1 added, 0 taken out, 0 moved; 1 finding known\n`,
  });
  expect(read(folder)).toMatchInlineSnapshot(`
    "{"freehold":"baseline","version":1}
    {"rule":"cross-service-read","services":["guardian"],"table":"audit_log","operation":"select","file":"services/guardian/recent.ts","function":"recent","statement":"3bacb3d3079974bd","reason":"there before"}
    "
  `);
  expect(await folder.freehold(["check"])).toMatchObject({
    code: 0,
    out: "✓ no new findings · 1 known · 5 files, 4 references (3 own, 1 foreign, 0 unowned, 0 unresolved) · 0 ms\n",
  });
  const { findings } = JSON.parse((await folder.freehold(["check", "--format", "json"])).out);
  expect(findings).toMatchObject([{ status: "known", reason: "there before" }]);

  folder.write({ "services/guardian/recent.ts": "" });
  expect(await folder.freehold(check)).toEqual({
    code: 1,
    out: `${file}:2:1 error stale-baseline cross-service-read of guardian finds nothing about audit_log in recent in services/guardian/recent.ts any more\n`,
    err: "",
  });
  expect(await folder.freehold(shrink)).toMatchObject({ code: 0, out: "" });
  expect(existsSync(join(folder.root, file))).toBe(false);
});

test("a swap of one statement for another does not pass", async () => {
  using folder = folderOf({ ...platform, ...violation });
  await folder.freehold(allow);
  folder.write({
    "services/guardian/recent.ts": violation["services/guardian/recent.ts"].replace("actor", "secret"),
  });
  const { code, out } = await folder.freehold(check);
  expect({ code, rules: out.match(/ (?:cross|stale)\S+/g) }).toEqual({
    code: 1,
    // Both the rule that finds and, in the stale entry's message, the rule that found.
    rules: [" stale-baseline", " cross-service-read", " cross-service-read"],
  });
});

test("growth in what cannot be resolved is an error like any other", async () => {
  const unknown = (name: string) =>
    `import { sql } from "./database.ts";\nexport const ${name} = (table: string) => sql\`select 1 from \${sql(table)}\`;\n`;
  using folder = folderOf({ ...platform, "services/guardian/one.ts": unknown("one") });
  expect((await folder.freehold(allow)).code).toBe(0);
  folder.write({ "services/guardian/two.ts": unknown("two") });
  const { code, out } = await folder.freehold(check);
  expect({ code, lines: out.split("\n").length - 1 }).toEqual({ code: 1, lines: 1 });
  expect(out).toContain("services/guardian/two.ts:2:59 error unresolved-table");
});

test("only what lies in the paths is let in", async () => {
  using folder = folderOf({
    ...platform,
    ...violation,
    "services/guardian/old/recent.sql": "select 1 from audit_log;\n",
  });
  await folder.freehold([...allow, "services/guardian/old"]);
  const { code, out } = await folder.freehold(check);
  expect({ code, files: out.match(/^[^:]+/gm) }).toEqual({ code: 1, files: ["services/guardian/recent.ts"] });
});

test("exceptions that outlived their cause cannot be excused by a further one", async () => {
  using folder = folderOf({
    ...platform,
    "services/guardian/code.sql":
      "-- freehold-ignore cross-service-read -- long gone\nselect 1 from agent_badges;\n",
  });
  expect(await folder.freehold(allow)).toMatchObject({ code: 1 });
});

test("flags that do not go together, and CI, are refused", async () => {
  using folder = folderOf({ ...platform, ...violation });
  const told = async (args: string[], env: Record<string, string> = {}) => {
    const { code, out, err } = await folder.freehold(["check", ...args], { env });
    return `${code} ${out}${err}`;
  };
  expect(await told(["--allow-new", "x"])).toBe(
    '2 freehold: --allow-new goes with --update-baseline: freehold check --update-baseline --allow-new "reason"\n',
  );
  expect(await told(["--update-baseline", "--allow-new", " "])).toBe(
    "2 freehold: --allow-new needs a reason: why may these findings stay?\n",
  );
  expect(await told(["--update-baseline"], { CI: "true" })).toBe(
    "2 freehold: --update-baseline is for people, and CI says that this is CI: run it on your machine and commit what it writes\n",
  );
  expect(await told(["--update-baseline", "--format", "compact"], { CI: "false" })).toStartWith("1 ");
});

test("a baseline that cannot be read, or that is from a newer version, is no clean bill", async () => {
  using folder = folderOf({ ...platform, [file]: '{"freehold":"baseline","version":7}\n' });
  expect(await folder.freehold(check)).toEqual({
    code: 2,
    out: "",
    err: `${file}:1:1  is of version 7, written by a newer freehold: this one reads 1, so upgrade it\n`,
  });
  folder.write({ [file]: new Uint8Array([0xff, 0xfe, 0x7b]) });
  expect(await folder.freehold(check)).toEqual({
    code: 2,
    out: "",
    err: `freehold: ${file} is UTF-16: save it as UTF-8\n`,
  });
});

test("a manifest that counts on a newer freehold's rules is not proven by this one", async () => {
  using folder = folderOf(platform);
  folder.write({ "freehold.json": platform["freehold.json"].replace("{", '{ "since": "99.1",') });
  const { code, out, err } = await folder.freehold(check);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toStartWith(
    'freehold: freehold.json counts on the rules of freehold 99.1 ("since"), and this is ',
  );
});

test("while an input goes unread nothing is taken out", async () => {
  using folder = folderOf({ ...platform, ...violation });
  await folder.freehold(allow);
  const before = read(folder);
  folder.write({ "services/guardian/recent.ts": new Uint8Array([0xff, 0xfe, 0x7b, 0x00]) });
  const { code, err } = await folder.freehold(shrink);
  expect(code).toBe(2);
  expect(err).toStartWith(`freehold: ${file} stays as it is: services/guardian/recent.ts went unread`);
  expect(read(folder)).toBe(before);
});

test("a manifest that is edited during the run leads to no result", async () => {
  using folder = folderOf(platform);
  let edited = false;
  const { code, out, err } = await folder.freehold(["check"], {
    status() {
      if (edited) return;
      edited = true;
      folder.write({ "freehold.json": platform["freehold.json"].replace("audit_log", "audit_trail") });
    },
  });
  expect({ code, out, err }).toEqual({
    code: 2,
    out: "",
    err: "freehold: freehold.json was edited while it was in use: run again\n",
  });
});

test("a folder that may not be written to is one line, and what stood there stays", async () => {
  using folder = folderOf({ ...platform, ...violation });
  mkdirSync(join(folder.root, `${file}.${process.pid}.tmp`));
  const { code, err } = await folder.freehold(allow);
  expect({ code, err }).toEqual({ code: 2, err: `freehold: ${file} cannot be written (EISDIR)\n` });
});
