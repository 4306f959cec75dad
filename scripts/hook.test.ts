import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bin, type Folder, folderOf, platform, violation } from "../fixtures/command-line.ts";

const recent = "services/guardian/recent.ts";
const faulty = violation[recent];
const mended = faulty.replace("audit_log", "agent_badges");

interface Repository extends Folder {
  /** Runs git; a commit runs the hooks. @returns the exit code, and everything that was said */
  git(...args: string[]): { code: number; said: string };
  /** Stages everything and commits it. */
  commit(message: string): { code: number; said: string };
}

/** A repository with freehold in its node_modules, and its hook. */
async function repository(files: Record<string, string> = platform): Promise<Repository> {
  const folder = folderOf({ ".gitignore": "node_modules\n", ...files });
  mkdirSync(join(folder.root, "node_modules/.bin"), { recursive: true });
  symlinkSync(bin, join(folder.root, "node_modules/.bin/freehold"));
  const git = gitIn(folder.root);
  git("init", "-q", "-b", "main");
  const found: Repository = Object.assign(folder, {
    git,
    commit(message: string) {
      git("add", "-A");
      return git("commit", "-q", "-m", message);
    },
  });
  await found.freehold(["hook", "install"]);
  return found;
}

/** No configuration but the repository's own, and no other hooks. */
function gitIn(root: string) {
  const person = { NAME: "a", EMAIL: "a@example.org" };
  const env = {
    PATH: process.env["PATH"] ?? "",
    FREEHOLD_BUNDLE: "off",
    // Bun keeps a cache there, which no commit is to hold.
    HOME: join(root, "node_modules"),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    ...Object.fromEntries(
      ["AUTHOR", "COMMITTER"].flatMap((who) =>
        Object.entries(person).map(([key, value]) => [`GIT_${who}_${key}`, value]),
      ),
    ),
  };
  return (...args: string[]) => {
    const run = Bun.spawnSync(["git", ...args], { cwd: root, env, stdout: "pipe", stderr: "pipe" });
    return { code: run.exitCode, said: `${run.stdout}${run.stderr}` };
  };
}

const refused = { code: 1, said: expect.stringContaining("guardian reads audit_log, which gatekeeper owns") };

test("an empty first commit passes, a violating one is refused, and a manifest that is taken away fails", async () => {
  using folder = await repository({ ...platform, [recent]: faulty });
  expect(folder.git("commit", "-q", "--allow-empty", "-m", "nothing yet")).toEqual({
    code: 0,
    said: "freehold: freehold.json is not staged, and no commit has it: there is nothing to judge yet\n",
  });
  expect(folder.commit("all of it")).toEqual(refused);
  folder.write({ [recent]: mended });
  expect(folder.commit("mended").code).toBe(0);
  folder.git("rm", "-q", "--cached", "freehold.json");
  expect(folder.git("commit", "-q", "-m", "no manifest")).toEqual({
    code: 1,
    said: expect.stringContaining("freehold.json:1:1  does not exist"),
  });
});

test("what is staged is judged, and nothing else", async () => {
  using folder = await repository({ ...platform, [recent]: mended });
  expect(folder.commit("first").code).toBe(0);

  // The working folder is at fault, the index is not.
  folder.write({ [recent]: faulty, "services/guardian/note.ts": "export {};\n" });
  folder.git("add", "services/guardian/note.ts");
  expect(folder.git("commit", "-q", "-m", "a note").code).toBe(0);

  // The index is at fault, the working folder is not.
  folder.git("add", recent);
  folder.write({ [recent]: mended });
  expect(folder.git("commit", "-q", "-m", "partly staged")).toEqual(refused);
  // What `commit -a` and `commit FILE` are about lies in an index of its own.
  folder.write({ [recent]: faulty });
  folder.git("reset", "-q");
  expect(folder.git("commit", "-q", "-am", "all")).toEqual(refused);
  expect(folder.git("commit", "-q", "-m", "one", recent)).toEqual(refused);
});

test("renames and deletions, of a file and of an owner's table, are judged by what is left", async () => {
  using folder = await repository({ ...platform, [recent]: mended });
  expect(folder.commit("first").code).toBe(0);
  folder.git("mv", recent, "services/guardian/latest.ts");
  expect(folder.git("commit", "-q", "-m", "rename").code).toBe(0);
  folder.git("rm", "-q", "services/guardian/latest.ts");
  expect(folder.git("commit", "-q", "-m", "delete").code).toBe(0);
  // Nothing in guardian changes, but now the table is another's.
  folder.write({
    "freehold.json": platform["freehold.json"]
      .replace('["agent_badges"]', "[]")
      .replace('["audit_log"]', '["audit_log", "agent_badges"]'),
  });
  expect(folder.commit("hand over")).toEqual({
    code: 1,
    said: expect.stringContaining("guardian reads agent_badges, which gatekeeper owns"),
  });
});

test("merges are judged, with conflicts and without, and so is a rebase that stops", async () => {
  const badges = "services/guardian/badges.ts";
  const allowing = platform["freehold.json"].replace(
    '"owns": ["agent_badges"]',
    '"owns": ["agent_badges"], "uses": [{ "service": "gatekeeper", "table": "audit_log", "until": "2999-12-31", "reason": "GRV-112" }]',
  );
  using folder = await repository({ ...platform, "freehold.json": allowing, [recent]: faulty });
  expect(folder.commit("an allowed read").code).toBe(0);

  // One side ends the read and its permission, the other reads once more: git merges them by itself.
  folder.git("switch", "-qc", "ends-it");
  folder.git("rm", "-q", recent);
  folder.write({ "freehold.json": platform["freehold.json"], [badges]: `${platform[badges]}// theirs\n` });
  expect(folder.commit("no read any more").code).toBe(0);
  folder.git("switch", "-q", "main");
  folder.write({ "services/guardian/late.ts": faulty.replace("recent", "late") });
  expect(folder.commit("one more read").code).toBe(0);
  expect(folder.git("merge", "--no-edit", "ends-it")).toEqual(refused);
  folder.git("merge", "--abort");

  // Both change a file, and whoever resolves it reads what is not allowed.
  folder.git("rm", "-q", "services/guardian/late.ts");
  folder.write({ [badges]: `${platform[badges]}// ours\n` });
  expect(folder.commit("no more than one").code).toBe(0);
  expect(folder.git("merge", "-q", "ends-it").code).not.toBe(0);
  folder.write({ [badges]: platform[badges].replace("agent_badges", "audit_log") });
  expect(folder.commit("resolved")).toEqual(refused);
  folder.git("merge", "--abort");

  folder.git("switch", "-q", "ends-it");
  expect(folder.git("rebase", "-q", "main").code).not.toBe(0);
  folder.write({ [badges]: platform[badges].replace("agent_badges", "audit_log") });
  folder.git("add", "-A");
  expect(folder.git("commit", "-q", "-m", "resolved")).toEqual(refused);
  folder.write({ [badges]: platform[badges] });
  folder.git("add", "-A");
  expect(folder.git("-c", "core.editor=true", "rebase", "--continue").code).toBe(0);
});

test("a working tree beside the first one, a shallow clone and a submodule are judged like any other", async () => {
  using folder = await repository({ ...platform, [recent]: mended });
  folder.commit("first");
  folder.commit("second");

  const beside = join(folder.root, "node_modules/beside");
  folder.git("worktree", "add", "-q", beside, "-b", "beside");
  writeFileSync(join(beside, recent), faulty);
  const there = gitIn(beside);
  there("add", "-A");
  expect(there("commit", "-q", "-m", "beside")).toEqual(refused);

  using clone = folderOf({});
  const shallow = gitIn(clone.root);
  shallow("clone", "-q", "--depth", "1", `file://${folder.root}`, "copy");
  const copy: Folder = { ...clone, root: join(clone.root, "copy") };
  const inCopy = gitIn(copy.root);
  mkdirSync(join(copy.root, "node_modules/.bin"), { recursive: true });
  symlinkSync(bin, join(copy.root, "node_modules/.bin/freehold"));
  expect((await clone.freehold(["hook", "install"], { cwd: copy.root })).code).toBe(0);
  writeFileSync(join(copy.root, recent), faulty);
  inCopy("add", "-A");
  expect(inCopy("commit", "-q", "-m", "shallow")).toEqual(refused);

  inCopy("checkout", "-q", "HEAD", "--", ".");
  using library = folderOf({ "notes.sql": "select 1;\n" });
  const inLibrary = gitIn(library.root);
  inLibrary("init", "-q", "-b", "main");
  inLibrary("add", "-A");
  inLibrary("commit", "-q", "-m", "library");
  inCopy(
    "-c",
    "protocol.file.allow=always",
    "submodule",
    "add",
    "-q",
    library.root,
    "services/guardian/library",
  );
  expect(inCopy("commit", "-q", "-m", "a submodule").code).toBe(0);
  writeFileSync(join(copy.root, "services/guardian/library/notes.sql"), "select actor from audit_log;\n");
  const within = gitIn(join(copy.root, "services/guardian/library"));
  within("add", "-A");
  within("commit", "-q", "-m", "a violation");
  inCopy("add", "-A");
  expect(inCopy("commit", "-q", "-m", "its new state")).toEqual(refused);
});

test("a workspace below the repository's root is found, whatever its folder is called", async () => {
  using outer = folderOf({});
  const git = gitIn(outer.root);
  git("init", "-q");
  const root = join(outer.root, "it's here");
  outer.write(
    Object.fromEntries(
      Object.entries({ ...platform, [recent]: faulty }).map(([path, text]) => [`it's here/${path}`, text]),
    ),
  );
  mkdirSync(join(root, "node_modules/.bin"), { recursive: true });
  symlinkSync(bin, join(root, "node_modules/.bin/freehold"));
  expect((await outer.freehold(["hook", "install"], { cwd: root })).code).toBe(0);
  git("add", "it's here/services", "it's here/freehold.json");
  expect(git("commit", "-q", "-m", "first")).toEqual(refused);
  rmSync(join(root, "node_modules"), { recursive: true });
  expect(git("commit", "-q", "-m", "first")).toEqual({
    code: 1,
    said: "freehold is not installed, so nothing is proven: install your packages, or commit with --no-verify\n",
  });
});

test("a hook that is somebody else's is left as it is, and it says what to add", async () => {
  using folder = folderOf(platform);
  const git = gitIn(folder.root);
  git("init", "-q");
  const told = async (action = "install") => {
    const { code, out, err } = await folder.freehold(["hook", action]);
    return `${code} ${out}${err}`;
  };
  const theirs = "#!/bin/sh\nnpm test\n";
  folder.write({ ".git/hooks/pre-commit": theirs });
  expect(await told()).toBe(
    "2 freehold: .git/hooks/pre-commit is somebody else's, so add this line to it:\n\nbunx freehold check --staged\n",
  );
  expect(await told("uninstall")).toBe("0 no hook here is freehold's\n");
  expect(readFileSync(join(folder.root, ".git/hooks/pre-commit"), "utf8")).toBe(theirs);
  folder.write({ ".git/hooks/pre-commit": `${theirs}bunx freehold check --staged\n` });
  expect(await told()).toBe("0 .git/hooks/pre-commit runs the check already\n");

  git("config", "core.hooksPath", "our hooks");
  expect(await told()).toBe("0 our hooks/pre-commit checks what is staged before each commit\n");
  expect(await told()).toBe("0 our hooks/pre-commit checks what is staged before each commit\n");
  expect(await told("uninstall")).toBe("0 taken away: our hooks/pre-commit, our hooks/pre-merge-commit\n");
  expect(existsSync(join(folder.root, "our hooks/pre-commit"))).toBe(false);

  git("config", "core.hooksPath", ".husky/_");
  folder.write({ ".husky/_/h": "" });
  expect(await told()).toBe("0 .husky/pre-commit checks what is staged before each commit\n");
  expect(await told("uninstall")).toBe("0 taken away: .husky/pre-commit, .husky/pre-merge-commit\n");
  folder.write({ ".husky/pre-commit": "\n" });
  expect(await told()).toBe("0 .husky/pre-commit checks what is staged before each commit\n");
  folder.write({ ".husky/pre-commit": "npm test\n" });
  expect(await told()).toStartWith(
    "2 freehold: .husky/pre-commit is somebody else's, so add this line to it:",
  );

  folder.write({ ".pre-commit-config.yaml": "repos: []\n" });
  expect(await told()).toMatchInlineSnapshot(`
    "2 freehold: pre-commit keeps this repository's hooks, so add this to .pre-commit-config.yaml:

    repos:
      - repo: local
        hooks:
          - id: freehold
            name: freehold
            entry: bunx freehold check --staged
            language: system
            pass_filenames: false
            always_run: true
    "
  `);
  folder.write({ "lefthook.yml": "pre-push: {}\n" });
  expect(await told()).toMatchInlineSnapshot(`
    "2 freehold: lefthook keeps this repository's hooks, so add this to lefthook.yml:

    pre-commit:
      commands:
        freehold:
          run: bunx freehold check --staged
    "
  `);
  folder.write({
    "lefthook.yml": Bun.YAML.stringify({
      "pre-commit": { commands: { freehold: { run: "bunx freehold check --staged" } } },
    }),
  });
  expect(await told()).toBe("0 lefthook.yml runs the check already\n");
});

test("no repository, and one in which nobody commits, have no hook", async () => {
  using folder = folderOf(platform);
  expect(await folder.freehold(["hook", "install"])).toEqual({
    code: 2,
    out: "",
    err: `freehold: ${folder.root} is in no repository of git's\n`,
  });
  gitIn(folder.root)("init", "-q", "--bare", ".");
  expect(await folder.freehold(["hook", "install"])).toEqual({
    code: 2,
    out: "",
    err: `freehold: ${folder.root} is a bare repository: nobody commits in it\n`,
  });
});

test("the hook for the pre-commit framework runs a command that there is", async () => {
  const [hook] = Bun.YAML.parse(
    await Bun.file(join(import.meta.dir, "../.pre-commit-hooks.yaml")).text(),
  ) as [{ id: string; entry: string; pass_filenames: boolean }];
  const [name, ...args] = hook.entry.split(" ");
  expect({ id: hook.id, name, pass: hook.pass_filenames }).toEqual({
    id: "freehold",
    name: "freehold",
    pass: false,
  });
  using folder = await repository({ ...platform, [recent]: faulty });
  folder.git("add", "-A");
  expect((await folder.freehold(args)).code).toBe(1);
});
