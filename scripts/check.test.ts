import { expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { folderOf, platform, violation } from "../fixtures/command-line.ts";
import { schemaErrors } from "../fixtures/report-schema.ts";

test("a workspace in which each table is touched by its owner alone is clean", async () => {
  using folder = folderOf(platform);
  expect(await folder.freehold(["check"])).toEqual({
    code: 0,
    out: "✓ no findings · 4 files, 3 references (3 own, 0 foreign, 0 unowned, 0 unresolved) · 0 ms\n",
    err: "",
  });
});

test("a foreign read is shown in full, and fails", async () => {
  using folder = folderOf({ ...platform, ...violation });
  const { code, out, err } = await folder.freehold(["check"]);
  expect({ code, err }).toEqual({ code: 1, err: "" });
  expect(`\n${out}`).toMatchInlineSnapshot(`
    "
    services/guardian/recent.ts:4:25  error  cross-service-read
      guardian reads audit_log, which gatekeeper owns

       3 │ export const recent = () =>
       4 │   sql\`select actor from audit_log where at > now() - interval '1 day'\`;
         │                         ━━━━━━━━━
      created in services/gatekeeper/migrations/001_create_audit_log.sql:1
      help: ask gatekeeper (its API or its events), or let gatekeeper publish audit_log and name the read under "uses"

    ✗ 1 error, 0 warnings · 5 files, 4 references (3 own, 1 foreign, 0 unowned, 0 unresolved) · 0 ms
    "
  `);
});

test("the report for programs is as its schema says", async () => {
  using folder = folderOf({
    ...platform,
    ...violation,
    "services/guardian/latin1.sql": new Uint8Array([0x2d, 0x2d, 0xe9]),
  });
  const { code, out } = await folder.freehold(["check", "--format", "json"]);
  const printed = JSON.parse(out);
  expect(schemaErrors(printed, "check")).toEqual([]);
  expect(code).toBe(2);
  expect({ ...printed, summary: { ...printed.summary, milliseconds: 0 } }).toMatchInlineSnapshot(`
    {
      "findings": [
        {
          "access": "read",
          "column": 25,
          "endColumn": 34,
          "endLine": 4,
          "file": "services/guardian/recent.ts",
          "fingerprint": "30915bd0b189a269",
          "help": "ask gatekeeper (its API or its events), or let gatekeeper publish audit_log and name the read under "uses"",
          "line": 4,
          "message": "guardian reads audit_log, which gatekeeper owns",
          "owner": "gatekeeper",
          "owners": [
            "gatekeeper",
          ],
          "reason": null,
          "related": [
            {
              "column": 14,
              "endColumn": 23,
              "endLine": 1,
              "file": "services/gatekeeper/migrations/001_create_audit_log.sql",
              "line": 1,
              "message": "created in services/gatekeeper/migrations/001_create_audit_log.sql:1",
            },
          ],
          "rule": "cross-service-read",
          "service": "guardian",
          "services": [
            "guardian",
          ],
          "severity": "error",
          "status": "new",
          "table": "audit_log",
        },
      ],
      "problems": [
        {
          "file": "services/guardian/latin1.sql",
          "message": "it is not UTF-8; save it as UTF-8 or list it under ignore",
        },
      ],
      "summary": {
        "errors": 1,
        "files": 5,
        "foreign": 1,
        "leftOut": 0,
        "milliseconds": 0,
        "own": 3,
        "references": 4,
        "unowned": 0,
        "unresolved": 0,
        "warnings": 0,
      },
      "version": 1,
    }
  `);
});

test("the compact report is a line a finding", async () => {
  using folder = folderOf({ ...platform, ...violation });
  expect(await folder.freehold(["check", "--format", "compact"])).toEqual({
    code: 1,
    out: "services/guardian/recent.ts:4:25 error cross-service-read guardian reads audit_log, which gatekeeper owns\n",
    err: "",
  });
});

test("a path shows only what lies in it, whether it is relative, absolute or a link", async () => {
  using folder = folderOf({ ...platform, ...violation });
  symlinkSync(join(folder.root, "services/guardian"), join(folder.root, "link"));
  const guardian = join(folder.root, "services/guardian");
  const shows = async (paths: string[], cwd = folder.root) => {
    const { code, out } = await folder.freehold(["check", "--format", "compact", ...paths], { cwd });
    return [code, out.split("\n").length - 1];
  };
  expect(await shows(["services/gatekeeper"])).toEqual([0, 0]);
  expect(await shows(["services/guard"].map((path) => `${path}ian/badges.ts`))).toEqual([0, 0]);
  expect(await shows(["services/guardian"])).toEqual([1, 1]);
  expect(await shows(["services/gatekeeper", "services/guardian/recent.ts"])).toEqual([1, 1]);
  expect(await shows(["."], guardian)).toEqual([1, 1]);
  expect(await shows(["../gatekeeper"], guardian)).toEqual([0, 0]);
  expect(await shows([guardian])).toEqual([1, 1]);
  expect(await shows(["link"])).toEqual([1, 1]);
});

test("a path that is not there, or not in the workspace, is an error", async () => {
  using folder = folderOf(platform);
  using elsewhere = folderOf({});
  expect(await folder.freehold(["check", "services/guardain"])).toEqual({
    code: 2,
    out: "",
    err: "freehold: services/guardain does not exist: name a file or a folder of the workspace\n",
  });
  expect(await folder.freehold(["check", elsewhere.root])).toEqual({
    code: 2,
    out: "",
    err: `freehold: ${elsewhere.root} lies outside the workspace ${folder.root}\n`,
  });
});

test("warnings fail only beyond --max-warnings", async () => {
  const manifest = platform["freehold.json"].replace(
    /\}\n$/,
    ', "rules": { "cross-service-read": "warn" } }\n',
  );
  using folder = folderOf({ ...platform, ...violation, "freehold.json": manifest });
  const codes = [];
  for (const more of [[], ["--max-warnings", "1"], ["--max-warnings", "0"]]) {
    const { code, err } = await folder.freehold(["check", ...more]);
    codes.push([code, err]);
  }
  expect(codes).toEqual([
    [0, ""],
    [0, ""],
    [1, "freehold: more warnings (1) than --max-warnings allows (0)\n"],
  ]);
});

test("an input that went unread is named, the rest is checked, and the exit code is 2", async () => {
  using folder = folderOf({ ...platform, ...violation });
  folder.write({
    "services/gatekeeper/broken.ts": "export const = ;\n",
    "services/guardian/utf16.sql": new Uint8Array([0xff, 0xfe, 0x00]),
  });
  const { code, out } = await folder.freehold(["check", "--format", "compact", "services/guardian"]);
  expect(code).toBe(2);
  expect(`\n${out}`).toMatchInlineSnapshot(`
    "
    services/guardian/recent.ts:4:25 error cross-service-read guardian reads audit_log, which gatekeeper owns
    services/guardian/utf16.sql:1:1 error unread it is not UTF-8; save it as UTF-8 or list it under ignore
    services/gatekeeper/broken.ts:1:14 error unread syntax error: Unexpected token
    "
  `);
});

test("a bundle is skipped with a notice, and the rest is checked", async () => {
  using folder = folderOf(platform);
  folder.write({ "services/guardian/public/bundle.js": new Uint8Array(6 * 1024 * 1024) });
  expect(await folder.freehold(["check"])).toEqual({
    code: 0,
    out: "✓ no findings · 4 files, 3 references (3 own, 0 foreign, 0 unowned, 0 unresolved) · 0 ms\n",
    err: "services/guardian/public/bundle.js: 6 MB are more than source has (the limit is 5 MB); it is skipped\n",
  });
});

test("what is wrong with the manifest is a line each, and nothing is checked", async () => {
  const manifest =
    '{\n  "services": {\n    "guardian": { "path": "services/guardian", "onws": [] }\n  },\n  "dialect": "postgres"\n}\n';
  using folder = folderOf({ ...platform, "freehold.json": manifest });
  const { code, out, err } = await folder.freehold(["check"]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(`\n${err}`).toMatchInlineSnapshot(`
    "
    freehold.json:3:48  unknown key "onws", did you mean "owns"?
    freehold.json:5:14  "dialect" must be one of "postgresql", "sqlite", "mysql", "mariadb", not "postgres", did you mean "postgresql"?
    "
  `);
});

test("without a manifest there is one clear line", async () => {
  using folder = folderOf({ "a.ts": "" });
  expect(await folder.freehold(["check"])).toEqual({
    code: 2,
    out: "",
    err: `freehold: no freehold.json in ${folder.root} or above it: "freehold init" writes a first one, or name one with --config\n`,
  });
  expect(await folder.freehold(["check", "--config", "other.json"])).toEqual({
    code: 2,
    out: "",
    err: "freehold: other.json does not exist: --config names a manifest\n",
  });
});

test("the nearest manifest above is used, and a fragment beside a service is passed by", async () => {
  const fragment =
    '{ "path": "services/guardian", "database": "GUARDIAN_DATABASE_URL", "owns": ["agent_badges"] }\n';
  const manifest = platform["freehold.json"].replace(
    /"guardian": \{.*\}/,
    '"guardian": "services/guardian/freehold.json"',
  );
  using folder = folderOf({
    ...platform,
    "freehold.json": manifest,
    "services/guardian/freehold.json": fragment,
  });
  const cwd = join(folder.root, "services/guardian/migrations");
  expect(await folder.freehold(["check"], { cwd })).toEqual({
    code: 0,
    out: "✓ no findings · 4 files, 3 references (3 own, 0 foreign, 0 unowned, 0 unresolved) · 0 ms\n",
    err: "",
  });
});

test("--config names another manifest, whose folder is the workspace", async () => {
  using folder = folderOf({});
  folder.write(
    Object.fromEntries(
      Object.entries({ ...platform, ...violation }).map(([path, text]) => [`app/${path}`, text]),
    ),
  );
  folder.write({ "app/other.json": platform["freehold.json"] });
  const { code, out } = await folder.freehold([
    "check",
    "--config",
    "app/other.json",
    "--format",
    "compact",
    "app/services",
  ]);
  expect({ code, out }).toEqual({
    code: 1,
    out: "services/guardian/recent.ts:4:25 error cross-service-read guardian reads audit_log, which gatekeeper owns\n",
  });
});

test("progress is shown while it works, and taken away before the report", async () => {
  using folder = folderOf(platform);
  const shown: (string | null)[] = [];
  await folder.freehold(["check"], { status: (line) => shown.push(line), out: () => shown.push("report") });
  expect(shown[0]).toMatch(/^files \d+ of \d+$/);
  expect(shown.slice(-2)).toEqual([null, "report"]);
});

test("no place for a cache, a bare clone, no git and paths of Windows are the right answer or one clear line", async () => {
  using folder = folderOf({ ...platform, ...violation, "node_modules/.cache": "no folder" });
  const told = async (cwd: string, ...args: string[]) => {
    const { code, out, err } = await folder.freehold(["check", "--format", "compact", ...args], { cwd });
    return `${code} ${out}${err}`.replaceAll(folder.root, "ROOT");
  };
  expect(await told(folder.root)).toStartWith("1 services/guardian/recent.ts:4:25 error cross-service-read");
  expect(await told(folder.root, "--cache-dir", "freehold.json/cache")).toStartWith(
    "1 services/guardian/recent.ts",
  );
  expect(await told(folder.root, "--staged")).toMatch(/^2 freehold: --staged: .*not a git repository/);
  expect(await told(folder.root, "services\\guardian")).toStartWith(
    "2 freehold: services\\guardian does not exist",
  );
  using bare = folderOf({});
  Bun.spawnSync(["git", "init", "--quiet", "--bare", "."], { cwd: bare.root });
  const { code, out, err } = await folder.freehold(["check"], { cwd: bare.root });
  expect({ code, out, err: err.replace(bare.root, "BARE") }).toEqual({
    code: 2,
    out: "",
    err: 'freehold: no freehold.json in BARE or above it: "freehold init" writes a first one, or name one with --config\n',
  });
  folder.write({
    "freehold.json": platform["freehold.json"].replace("services/guardian", "services\\\\guardian"),
  });
  expect(await told(folder.root)).toMatchInlineSnapshot(`
    "2 freehold.json:5:27  "path" holds a "\\": write "/" between folders
    "
  `);
});
