import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type DiscoverOptions, discover } from "./files.ts";

// Somebody else is to read what lies here, whatever the umask of whoever runs the tests.
const umask = process.umask(0o022);
const scratch = mkdtempSync(join(tmpdir(), "freehold-files-"));
chmodSync(scratch, 0o755);
afterAll(() => {
  process.umask(umask);
  Bun.spawnSync(["chmod", "-R", "u+rwX", scratch]);
  rmSync(scratch, { recursive: true, force: true });
});

let count = 0;
let root = "";
beforeEach(() => {
  root = join(scratch, `${++count}`, "workspace");
  mkdirSync(root, { recursive: true });
});

function write(files: Record<string, string | Uint8Array>, folder = root): void {
  for (const [path, content] of Object.entries(files)) {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
  }
}

function link(path: string, target: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
}

/** Runs a program to its end; throws with what it said if it fails. */
function run(command: string[], options: { cwd?: string; env?: Record<string, string> } = {}): string {
  const { stdout, stderr, exitCode } = Bun.spawnSync(command, {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env },
  });
  if (exitCode !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
  return stdout.toString();
}

const as = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
const git = (...args: string[]) => run(["git", ...as, ...args]);

const paths = (options?: DiscoverOptions) => discover(root, options).files.map(({ path }) => path);

describe("in git", () => {
  beforeEach(() => git("init", "-q"));

  test("untracked files count, and ignored ones do not", () => {
    write({
      ".gitignore": "ignored.ts\nlogs/\n",
      "a.ts": "1",
      "b.ts": "2",
      "ignored.ts": "3",
      "logs/c.ts": "4",
    });
    git("add", "a.ts");
    expect(discover(root)).toEqual({
      files: [
        { path: "a.ts", text: "1" },
        { path: "b.ts", text: "2" },
      ],
      configs: new Map(),
      links: new Map(),
      problems: [],
      skipped: [],
      leftOut: 0,
    });
  });

  test("a tracked file counts although it is ignored", () => {
    write({ ".gitignore": "a.ts\n", "a.ts": "1" });
    git("add", "-f", "a.ts");
    expect(paths()).toEqual(["a.ts"]);
  });

  test("the working tree's content counts, not the index's", () => {
    write({ "a.ts": "staged" });
    git("add", ".");
    write({ "a.ts": "edited" });
    expect(discover(root).files).toEqual([{ path: "a.ts", text: "edited" }]);
  });

  test("a file that is deleted in the working tree is no problem", () => {
    write({ "a.ts": "1", "b/c.ts": "2" });
    git("add", ".");
    rmSync(join(root, "a.ts"));
    rmSync(join(root, "b"), { recursive: true });
    expect(discover(root)).toMatchObject({ files: [], problems: [] });
  });

  test("a tracked file whose place a folder took is read from the folder", () => {
    write({ "a.ts": "1" });
    git("add", ".");
    rmSync(join(root, "a.ts"));
    write({ "a.ts/b.ts": "2" });
    expect(discover(root, { keep: ["a.ts"] })).toMatchObject({
      files: [{ path: "a.ts/b.ts", text: "2" }],
      problems: [],
    });
  });

  test("names with spaces, quotes, line breaks and letters of any script are read as they are", () => {
    const names = [
      "a b.ts",
      'c"d.ts',
      "e'f.ts",
      "g\nh.ts",
      "prüfung.ts",
      "таблица.sql",
      "🐘.ts",
      "[x]{y}.ts",
      "-n.ts",
    ];
    write(Object.fromEntries(names.map((name) => [name, ""])));
    git("add", "--", ...names.slice(0, 4));
    expect(paths()).toEqual([...names].sort());
  });

  test("a name that is not UTF-8 is a problem", () => {
    run(["sh", "-c", "printf 1 > \"$(printf 'caf\\351.ts')\""]);
    expect(discover(root)).toMatchObject({
      files: [],
      problems: [{ file: "caf\ufffd.ts", message: "its name is not UTF-8; rename it" }],
    });
  });

  test("a workspace in a folder of a repository is that folder alone", () => {
    write({ "a.ts": "", "sub/b.ts": "", "sub/c/d.sql": "", "other/e.ts": "" });
    git("add", "sub/b.ts", "other");
    root = join(root, "sub");
    expect(paths()).toEqual(["b.ts", "c/d.sql"]);
  });

  test("a workspace in an ignored folder of a repository is read whole", () => {
    write({ ".gitignore": "/scratch/\n", "scratch/a.ts": "", "scratch/b.ts": "" });
    git("add", "-f", "scratch/a.ts");
    root = join(root, "scratch");
    expect(paths()).toEqual(["a.ts", "b.ts"]);
  });

  test("submodules and repositories within are read, less what they ignore", () => {
    write({ "a.ts": "" });
    write({ ".gitignore": "d.ts\n", "c.ts": "", "d.ts": "" }, join(root, "libs/sub"));
    write({ "f.ts": "" }, join(root, "untracked"));
    git("-C", "libs/sub", "init", "-q");
    git("-C", "untracked", "init", "-q");
    git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},libs/sub`);
    expect(discover(root)).toMatchObject({
      files: [{ path: "a.ts" }, { path: "libs/sub/c.ts" }, { path: "untracked/f.ts" }],
      problems: [],
    });
  });

  test("a submodule that is not checked out is a problem where a service's code should be", () => {
    mkdirSync(join(root, "services/a"), { recursive: true });
    mkdirSync(join(root, "docs/theme"), { recursive: true });
    for (const path of ["services/a", "docs/theme"])
      git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},${path}`);
    expect(discover(root, { keep: ["services/a"] }).problems).toEqual([
      { file: "services/a", message: "the submodule is not checked out; run git submodule update --init" },
    ]);
  });

  test("a repository that another user owns is read like one's own", () => {
    write({ ".gitignore": "b.ts\n", "a.ts": "", "b.ts": "" });
    if (process.getuid?.() === 0) run(["chown", "-R", "65534:65534", root]);
    expect(paths()).toEqual(["a.ts"]);
  });

  test("a folder that may not be read is a problem, and the rest is read", () => {
    write({ "a.ts": "1", "it's/closed/b.ts": "2", "kept/c.ts": "3", "data/d.ts": "4" });
    git("add", "kept");
    chmodSync(join(root, "it's/closed"), 0);
    chmodSync(join(root, "kept"), 0);
    chmodSync(join(root, "data"), 0);
    expect(discoverAsNobody({ ignore: ["data/**"] })).toEqual({
      files: ["a.ts"],
      problems: [
        {
          file: "it's/closed",
          message: "the folder could not be read (permission denied); let it be read or list it under ignore",
        },
        {
          file: "kept",
          message: "the folder could not be read (permission denied); let it be read or list it under ignore",
        },
        {
          file: "kept/c.ts",
          message: "it may not be read (permission denied); let it be read or list it under ignore",
        },
      ],
    });
  });
});

describe("outside git", () => {
  test("everything is read but what is installed", () => {
    write({
      "a.ts": "",
      "b/c.sql": "",
      "node_modules/d/e.ts": "",
      "b/node_modules/f.ts": "",
      ".yarn/g.cjs": "",
    });
    expect(paths()).toEqual(["a.ts", "b/c.sql"]);
  });

  test("a folder that may not be read is a problem, and the rest is read", () => {
    write({ "a.ts": "1", "closed/b.ts": "2" });
    chmodSync(join(root, "closed"), 0);
    expect(discoverAsNobody({})).toEqual({
      files: ["a.ts"],
      problems: [
        {
          file: "closed",
          message: "the folder could not be read (permission denied); let it be read or list it under ignore",
        },
      ],
    });
  });

  test("a file that may not be read is a problem, and the rest is read", () => {
    write({ "a.ts": "1", "b.ts": "2", "c.txt": "3" });
    chmodSync(join(root, "b.ts"), 0);
    chmodSync(join(root, "c.txt"), 0);
    expect(discoverAsNobody({})).toEqual({
      files: ["a.ts"],
      problems: [
        {
          file: "b.ts",
          message: "it may not be read (permission denied); let it be read or list it under ignore",
        },
      ],
    });
  });

  test("a pipe does not hold the check up", () => {
    write({ "a.ts": "1" });
    run(["mkfifo", "b.ts"]);
    expect(discover(root)).toMatchObject({
      files: [{ path: "a.ts" }],
      problems: [{ file: "b.ts", message: "it is a pipe, a socket or a device, and no file; take it out" }],
    });
  });
});

describe("texts", () => {
  test("what is not UTF-8 is a problem, and the rest is read", () => {
    write({
      "latin1.sql": Uint8Array.of(0x63, 0x61, 0x66, 0xe9),
      "utf16.ts": Uint8Array.of(0xff, 0xfe, 0x31, 0x00),
      "utf8.ts": "é",
    });
    const message = "it is not UTF-8; save it as UTF-8 or list it under ignore";
    expect(discover(root)).toMatchObject({
      files: [{ path: "utf8.ts", text: "é" }],
      problems: [
        { file: "latin1.sql", message },
        { file: "utf16.ts", message },
      ],
    });
  });

  test("a byte order mark is no part of the text: columns count what a person sees", () => {
    write({ "a.ts": Uint8Array.of(0xef, 0xbb, 0xbf, 0x31) });
    expect(discover(root).files).toEqual([{ path: "a.ts", text: "1" }]);
  });

  test("a bundle or a dump of 50 MB is skipped and said to be; what a service may migrate by is a problem", () => {
    write({ "a.ts": "1" });
    const large = ["app/bundle.js", "app/init.sql", "dump.sql", "migrations/001_init.sql"];
    for (const path of large) {
      write({ [path]: "" });
      truncateSync(join(root, path), 50 * 1024 * 1024);
    }
    const tooLarge = "50 MB are more than source has (the limit is 5 MB)";
    expect(discover(root, { keep: ["app", "migrations"] })).toMatchObject({
      files: [{ path: "a.ts" }],
      problems: [
        { file: "app/init.sql", message: `${tooLarge}; list it under ignore if it is data` },
        { file: "migrations/001_init.sql", message: `${tooLarge}; list it under ignore if it is data` },
      ],
      skipped: [
        { file: "app/bundle.js", message: `${tooLarge}; it is skipped` },
        { file: "dump.sql", message: `${tooLarge}; it is skipped` },
      ],
    });
  });

  test("what a machine wrote is left out and counted", () => {
    write({
      "a.ts": "",
      "a.d.ts": "",
      "jquery.min.js": "",
      "client.generated.ts": "",
      "generated/b.ts": "",
      ".pnp.cjs": "",
      ".pnp.loader.mjs": "",
      "dist/c.js": "",
      "a/dist/src/c.js": "",
      "src/build/b.ts": "",
      "vendor/d/e.ts": "",
      "packed.js": `${"x;".repeat(20_000)}\n`,
      "data.sql": `${"x;".repeat(20_000)}\n`,
    });
    expect(discover(root)).toMatchObject({
      files: [{ path: "a.ts" }, { path: "data.sql" }, { path: "src/build/b.ts" }],
      problems: [],
      leftOut: 10,
    });
  });

  test("a bundle is told by its long lines of code, whatever stands between them; long lines of data and SQL are none", () => {
    const code = `${"var a=b(c),d;".repeat(2000)}\n`;
    const rows = `await knex.raw("insert into a values ${"(1, 'b'), ".repeat(300)}(2, 'c')");\n`.repeat(20);
    const data = `const image = "${"QUJD".repeat(5000)}";\n`;
    const between = "/* a licence */\n".repeat(400);
    write({
      "bundle.cjs": between + code,
      "bundle.ts": between + code,
      "mostly.js": between.repeat(5) + code,
      "data.js": between + data,
      "plain.js": "var a=b(c),d;\n".repeat(4000),
      "rows.js": "// What an empty shop has.\n".repeat(100) + rows,
    });
    expect(discover(root)).toMatchObject({
      files: [
        { path: "bundle.ts" },
        { path: "data.js" },
        { path: "mostly.js" },
        { path: "plain.js" },
        { path: "rows.js" },
      ],
      leftOut: 1,
    });
  });

  test("a service's folders and files are source whatever they are called", () => {
    write({
      "vendor/a/b.ts": "",
      "vendor/a/dist/c.ts": "",
      "vendor/a/build/d.sql": "",
      "build/schema.sql": "",
      "build/other.sql": "",
      "vendor/b/e.ts": "",
      "c/src/build/f.ts": "",
    });
    const keep = ["vendor/a", "vendor/a/build", "build/schema.sql", "c/src"];
    expect(discover(root, { keep })).toMatchObject({
      files: [
        { path: "build/schema.sql" },
        { path: "c/src/build/f.ts" },
        { path: "vendor/a/b.ts" },
        { path: "vendor/a/build/d.sql" },
      ],
      leftOut: 3,
    });
  });

  test("what the manifest ignores is not looked at", () => {
    write({ "a.ts": "", "data/b.ts": Uint8Array.of(0xff), "c.gen/d.ts": "" });
    link("data/out.ts", "/etc/hostname");
    expect(discover(root, { ignore: ["data", "*.gen/**"] })).toMatchObject({
      files: [{ path: "a.ts" }],
      problems: [],
    });
  });

  test("package.json and tsconfig files are handed on for resolving imports", () => {
    write({
      "package.json": "{}",
      "a/tsconfig.build.json": "{}",
      "a/other.json": "{}",
      "_tsconfig.base.json": "{}",
      "packages/typescript-config/base.json": "{}",
      "node_modules/b/package.json": "",
    });
    expect(discover(root).configs).toEqual(
      new Map([
        ["_tsconfig.base.json", "{}"],
        ["a/tsconfig.build.json", "{}"],
        ["package.json", "{}"],
        ["packages/typescript-config/base.json", "{}"],
      ]),
    );
  });
});

describe("links", () => {
  test("a link to a file or a folder outside is a problem, and is not followed", () => {
    write({ "secret.ts": "secret", "elsewhere/a.ts": "secret" }, dirname(root));
    write({ "a.ts": "1" });
    link("out.ts", "../secret.ts");
    link("folder", "../elsewhere");
    link("notes.txt", "../secret.ts");
    const message =
      "a link that leads out of the workspace is not followed; take it out or list it under ignore";
    expect(discover(root)).toMatchObject({
      files: [{ path: "a.ts", text: "1" }],
      problems: [
        { file: "folder", message },
        { file: "out.ts", message },
      ],
    });
  });

  test("a sibling folder whose name begins like the workspace's is outside", () => {
    write({ "a.ts": "secret" }, `${root}-evil`);
    link("out.ts", `${root}-evil/a.ts`);
    expect(discover(root)).toMatchObject({ files: [], problems: [{ file: "out.ts" }] });
  });

  test("installed packages may be linked from anywhere", () => {
    write({ "a.ts": "secret" }, join(dirname(root), "store"));
    link("node_modules", "../store");
    link("services/a/node_modules", "../../../store");
    expect(discover(root)).toMatchObject({ files: [], problems: [] });
  });

  test("a loop is a problem", () => {
    link("a.ts", "b.ts");
    link("b.ts", "a.ts");
    link("c", "c");
    const message = "a link that leads back to itself; take it out";
    expect(discover(root)).toMatchObject({
      files: [],
      problems: [
        { file: "a.ts", message },
        { file: "b.ts", message },
        { file: "c", message },
      ],
    });
  });

  test("a folder that holds a link to itself is read once", () => {
    write({ "a/b.ts": "" });
    link("a/again", "../a");
    expect(discover(root)).toMatchObject({ files: [{ path: "a/b.ts" }], problems: [] });
  });

  test("a link that leads nowhere is a problem, but for an editor's lock", () => {
    link("a.ts", "gone.ts");
    link(".#b.ts", "ann@desk.4711:1");
    link("c.txt", "gone.txt");
    expect(discover(root)).toMatchObject({
      files: [],
      problems: [{ file: "a.ts", message: "a link that leads nowhere; take it out or list it under ignore" }],
    });
  });

  test("a link within the workspace is handed on, and its target is read once", () => {
    write({ "shared/db.ts": "1" });
    link("lib", "shared");
    link("services/db.ts", "../shared/db.ts");
    expect(discover(root)).toMatchObject({
      files: [{ path: "shared/db.ts" }],
      links: new Map([
        ["lib", "shared"],
        ["services/db.ts", "shared/db.ts"],
      ]),
      problems: [],
    });
  });

  test("a link in a service's folder makes the file that service's code, too", () => {
    write({ "shared/001.sql": "1" });
    link("services/a/migrations/001.sql", "../../../shared/001.sql");
    expect(discover(root, { keep: ["services/a/migrations", "services/a"] })).toMatchObject({
      files: [
        { path: "services/a/migrations/001.sql", text: "1" },
        { path: "shared/001.sql", text: "1" },
      ],
      problems: [],
    });
  });

  test("a link to a file that is not read under its own name is read", () => {
    write({ "schema.txt": "1" });
    link("schema.sql", "schema.txt");
    expect(discover(root).files).toEqual([{ path: "schema.sql", text: "1" }]);
  });
});

describe("a stranger's repository", () => {
  let marker = "";
  let trap = "";
  beforeEach(() => {
    marker = join(dirname(root), "ran");
    trap = join(dirname(root), "trap");
    writeFileSync(trap, `#!/bin/sh\necho "$0 $*" >> '${marker}'\nexit 1\n`, { mode: 0o755 });
    git("init", "-q");
  });

  /** What ran since the last call. */
  function ran(): string {
    const text = existsSync(marker) ? readFileSync(marker, "utf8") : "";
    rmSync(marker, { force: true });
    return text;
  }

  test("no program that its configuration names is run", () => {
    write({ ".gitattributes": "*.ts filter=x diff=x\n", "a.ts": "1" });
    git("add", ".");
    write({ "a.ts": "2", "b.ts": "3" });
    mkdirSync(join(root, "hooks"));
    for (const hook of ["post-index-change", "fsmonitor-watchman", "reference-transaction"])
      writeFileSync(join(root, "hooks", hook), readFileSync(trap), { mode: 0o755 });
    const settings = {
      "core.fsmonitor": trap,
      "core.hooksPath": "hooks",
      "core.sshCommand": trap,
      "core.pager": trap,
      "pager.ls-files": trap,
      "alias.ls-files": `!${trap}`,
      "filter.x.clean": trap,
      "filter.x.smudge": trap,
      "filter.x.process": trap,
      "filter.x.required": "true",
      "diff.x.textconv": trap,
      "diff.external": trap,
    };
    for (const [key, value] of Object.entries(settings)) git("config", key, value);
    // The trap springs for whoever asks git without care.
    run(["sh", "-c", "git status || true"]);
    expect(ran()).toContain("trap");
    expect(paths()).toEqual(["a.ts", "b.ts"]);
    expect(ran()).toBe("");
  });

  test("no program that the environment names is run", () => {
    write({ "a.ts": "1" });
    git("add", ".");
    const environment = {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "core.fsmonitor",
      GIT_CONFIG_VALUE_0: trap,
      GIT_EXTERNAL_DIFF: trap,
      GIT_SSH_COMMAND: trap,
      GIT_PAGER: trap,
      GIT_DIR: join(scratch, "nowhere"),
      GIT_INDEX_FILE: join(scratch, "no-index"),
    };
    run(["git", "ls-files", "-co"], {
      env: { ...environment, GIT_DIR: ".git", GIT_INDEX_FILE: ".git/index" },
    });
    expect(ran()).toContain("trap");
    const child = `import { discover } from ${JSON.stringify(join(import.meta.dir, "files.ts"))};
      console.log(JSON.stringify(discover(process.argv[1]).files.map(({ path }) => path)));`;
    const printed = run([process.execPath, "-e", child, root], { env: environment });
    expect(JSON.parse(printed)).toEqual(["a.ts"]);
    expect(ran()).toBe("");
  });

  test("objects that a partial clone lacks are not fetched", () => {
    write({ "a/b.ts": "1", "c/d.ts": "2" });
    git("add", ".");
    git("commit", "-q", "-m", "one");
    git("sparse-checkout", "init", "--cone", "--sparse-index");
    git("sparse-checkout", "set", "a");
    const tree = git("rev-parse", "HEAD:c").trim();
    rmSync(join(root, ".git/objects", tree.slice(0, 2), tree.slice(2)));
    const settings = {
      "core.repositoryFormatVersion": "1",
      "extensions.partialClone": "origin",
      "remote.origin.url": `ext::${trap} %S`,
      "remote.origin.promisor": "true",
      "protocol.ext.allow": "always",
    };
    for (const [key, value] of Object.entries(settings)) git("config", key, value);
    run(["sh", "-c", "git ls-files -co || true"]);
    expect(ran()).toContain("trap");
    expect(paths()).toEqual(["a/b.ts"]);
    expect(ran()).toBe("");
  });

  test("a bare repository among its files hides nothing", () => {
    rmSync(join(root, ".git"), { recursive: true });
    git("init", "-q", "--bare", ".");
    git("config", "core.bare", "false");
    git("config", "core.worktree", ".");
    write({ "info/exclude": "*\n", "a.ts": "" });
    expect(run(["git", "ls-files", "-co", "--exclude-standard"])).toBe("");
    expect(paths()).toEqual(["a.ts"]);
  });
});

/** Discovery as a user who owns nothing, since root may read everything. */
function discoverAsNobody(options: DiscoverOptions): unknown {
  const child = `
    import { discover } from ${JSON.stringify(join(import.meta.dir, "files.ts"))};
    const [root, options] = process.argv.slice(1);
    if (process.getuid() === 0) {
      process.setgroups([]);
      process.setgid(65534);
      process.setuid(65534);
    }
    const { files, problems } = discover(root, JSON.parse(options));
    console.log(JSON.stringify({ files: files.map(({ path }) => path), problems }));`;
  return JSON.parse(
    run([process.execPath, "-e", child, root, JSON.stringify(options)], { env: { HOME: scratch } }),
  );
}
