import { afterEach, beforeEach, describe, expect, setSystemTime, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { commit, git } from "../bench/check/write.ts";
import { type Folder, folderOf, platform, violation } from "../fixtures/command-line.ts";

const guilty = violation["services/guardian/recent.ts"];
const recent = "services/guardian/recent.ts";
const found = `${recent}:4:25 error cross-service-read guardian reads audit_log, which gatekeeper owns\n`;

function repository(files: Record<string, string | Uint8Array> = platform): Folder {
  const folder = folderOf(files);
  git(folder.root, "init", "--quiet", "--initial-branch=main");
  commit(folder.root, "the beginning");
  return folder;
}

/** The findings alone, a line each. */
async function compact(folder: Folder, ...args: string[]) {
  const { code, out, err } = await folder.freehold(["check", "--format", "compact", ...args]);
  return { code, out: out.replace(/^.*(?:no findings|errors?, \d+ warnings?).*\n/m, ""), err };
}

const clean = { code: 0, out: "", err: "" };
const caught = { code: 1, out: found, err: "" };

describe("--staged", () => {
  test("judges the index, whatever the working folder holds", async () => {
    using folder = repository();
    folder.write({ [recent]: guilty });
    expect(await compact(folder, "--staged")).toEqual(clean);
    git(folder.root, "add", "--all");
    folder.write({ [recent]: "export {};\n" });
    expect(await compact(folder, "--staged")).toEqual(caught);
    expect(await compact(folder)).toEqual(clean);
  });

  test("an index of the hook's own is the one that is judged", async () => {
    using folder = repository();
    folder.write({ [recent]: guilty });
    const index = join(folder.root, ".git/other-index");
    Bun.spawnSync(["git", "add", "--all"], {
      cwd: folder.root,
      env: { ...process.env, GIT_INDEX_FILE: index },
    });
    const run = (env: Record<string, string>) =>
      folder.freehold(["check", "--staged", "--format", "compact"], { env });
    expect((await run({ GIT_INDEX_FILE: ".git/other-index" })).code).toBe(1);
    expect((await run({})).code).toBe(0);
  });

  test("before the first commit, everything staged is new", async () => {
    using folder = folderOf({ ...platform, ...violation });
    git(folder.root, "init", "--quiet");
    git(folder.root, "add", "--all");
    expect(await compact(folder, "--staged")).toEqual(caught);
  });

  test("what was there before does not show, but where its file is staged", async () => {
    using folder = repository({ ...platform, ...violation });
    folder.write({ "services/guardian/more.ts": "export const more = 1;\n" });
    git(folder.root, "add", "--all");
    expect(await compact(folder, "--staged")).toEqual(clean);
    folder.write({ [recent]: `${guilty}\nexport const more = 1;\n` });
    git(folder.root, "add", "--all");
    expect(await compact(folder, "--staged")).toEqual(caught);
  });

  test("a constant that changes shows in the unchanged file that uses it", async () => {
    const table = "services/guardian/table.ts";
    using folder = repository({
      ...platform,
      [table]: 'export const TABLE = "agent_badges";\n',
      [recent]: guilty
        .replace("select actor from audit_log", `select actor from \${sql(TABLE)}`)
        .replace("import", 'import { TABLE } from "./table.ts";\nimport'),
    });
    expect(await compact(folder)).toEqual(clean);
    folder.write({ [table]: 'export const TABLE = "audit_log";\n' });
    git(folder.root, "add", "--all");
    const { code, out } = await compact(folder, "--staged");
    expect({ code, out }).toEqual({ code: 1, out: found.replace(":4:25", ":5:27") });
  });

  test("a staged manifest is the one by which is judged", async () => {
    using folder = repository();
    const manifest = platform["freehold.json"].replace('"owns": ["agent_badges"]', '"owns": []');
    folder.write({ "freehold.json": manifest });
    git(folder.root, "add", "--all");
    folder.write({ "freehold.json": platform["freehold.json"] });
    expect((await compact(folder, "--staged")).code).toBe(1);
    expect(await compact(folder)).toEqual(clean);
  });

  test("a file that is moved or deleted in the index alone", async () => {
    using folder = repository({ ...platform, ...violation });
    git(folder.root, "rm", "--quiet", "--cached", recent);
    expect(await compact(folder, "--staged")).toEqual(clean);
    git(folder.root, "reset", "--quiet");
    git(folder.root, "mv", recent, "services/guardian/moved.ts");
    renameSync(join(folder.root, "services/guardian/moved.ts"), join(folder.root, recent));
    const { out } = await compact(folder, "--staged");
    expect(out).toBe(found.replace("recent.ts", "moved.ts"));
  });

  test("what is only meant to be added is no part of the commit", async () => {
    using folder = repository();
    folder.write({ "services/guardian/näher.ts": guilty, "services/guardian/empty.ts": "" });
    git(folder.root, "add", "services/guardian/empty.ts");
    git(folder.root, "add", "--intent-to-add", "services/guardian/näher.ts");
    const { out } = await folder.freehold(["check", "--staged"]);
    expect(out).toContain("5 files");
  });

  test("a conflict is an input that cannot be read", async () => {
    using folder = repository({ ...platform, [recent]: "export const a = 1;\n" });
    git(folder.root, "checkout", "--quiet", "-b", "other");
    folder.write({ [recent]: "export const a = 2;\n" });
    commit(folder.root, "two");
    git(folder.root, "checkout", "--quiet", "main");
    folder.write({ [recent]: "export const a = 3;\n" });
    commit(folder.root, "three");
    expect(() => git(folder.root, "merge", "other")).toThrow();
    const { code, out } = await folder.freehold(["check", "--staged", "--format", "compact"]);
    expect(code).toBe(2);
    expect(out).toContain(`${recent}:1:1 error unread it is unmerged; resolve the conflict and stage it`);
  });

  test("a sparse checkout is judged whole", async () => {
    using folder = repository({ ...platform, ...violation });
    git(folder.root, "sparse-checkout", "set", "--no-cone", "/*", "!/services/guardian/");
    folder.write({ "README.ts": "export {};\n" });
    git(folder.root, "add", "README.ts");
    const whole = "6 files, 4 references (3 own, 1 foreign";
    expect((await folder.freehold(["check", "--staged"])).out).toContain(whole);
    const plain = await folder.freehold(["check"]);
    expect(plain.out).toContain(whole);
    expect(plain.code).toBe(1);
    // Deleted is another thing than left out.
    rmSync(join(folder.root, "README.ts"));
    expect((await folder.freehold(["check"])).out).toContain("5 files, 4 references (3 own, 1 foreign");
  });

  test("CRLF in the index, links, submodules and a cache that may not be written change no answer", async () => {
    const crlf = Object.fromEntries(
      Object.entries({ ...platform, ...violation }).map(([path, text]) => [
        path,
        path.endsWith(".ts") ? text.replaceAll("\n", "\r\n") : text,
      ]),
    );
    using library = repository({ "lib.ts": "export const audit = 1;\n" });
    using folder = repository(crlf);
    symlinkSync("recent.ts", join(folder.root, "services/guardian/link.ts"));
    git(
      folder.root,
      "-c",
      "protocol.file.allow=always",
      "submodule",
      "--quiet",
      "add",
      library.root,
      "services/guardian/lib",
    );
    git(folder.root, "add", "--all");
    const [plain, staged] = [await folder.freehold(["check"]), await folder.freehold(["check", "--staged"])];
    expect(plain.out).toContain("6 files, 4 references (3 own, 1 foreign");
    expect(staged.out).toContain("1 foreign");
    const blocked = join(folder.root, "package.json", "cache");
    const args = ["check", "--cache-dir", blocked];
    expect(await folder.freehold(args)).toEqual(plain);
    expect(await folder.freehold([...args, "--staged"])).toEqual(staged);
  });

  test("two runs at once write to one cache, and neither's answer suffers", async () => {
    using folder = repository({ ...platform, ...violation });
    mkdirSync(join(folder.root, "node_modules"));
    const runs = ["--format=compact", "--format=compact", "--format=compact"].map((format) =>
      folder.start(["check", format]),
    );
    for (const { code, out } of [
      ...(await Promise.all(runs)),
      await folder.start(["check", "--format=compact"]),
    ])
      expect({ code, found: out.includes(found.trim()) }).toEqual({ code: 1, found: true });
  });

  test("a bare clone has no index that could be judged", async () => {
    using folder = repository();
    using clone = folderOf({});
    git(clone.root, "clone", "--quiet", "--bare", folder.root, ".");
    clone.write({ "freehold.json": platform["freehold.json"] });
    const { code, out, err } = await clone.freehold(["check", "--staged"]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toStartWith("freehold: --staged: cannot use bare repository");
  });

  test("outside of git it says so", async () => {
    using folder = folderOf(platform);
    const { code, err } = await folder.freehold(["check", "--staged"]);
    expect({ code, err }).toEqual({
      code: 2,
      err: "freehold: --staged: not a git repository (or any of the parent directories): .git\n",
    });
  });
});

describe("--since", () => {
  test("what the branch has brought, whether git knows it yet or not", async () => {
    using folder = repository({ ...platform, "services/guardian/old.ts": guilty });
    const old = found.replace("recent.ts", "old.ts");
    git(folder.root, "checkout", "--quiet", "-b", "feature");
    expect(await compact(folder, "--since", "main")).toEqual(clean);
    folder.write({ [recent]: guilty });
    expect(await compact(folder, "--since", "main")).toEqual(caught);
    commit(folder.root, "more");
    expect(await compact(folder, "--since", "main")).toEqual(caught);
    expect(await compact(folder)).toEqual({ ...caught, out: old + found });
    rmSync(join(folder.root, recent));
    expect(await compact(folder, "--since", "main")).toEqual(clean);
  });

  test("what the other branch has brought since is not this one's", async () => {
    using folder = repository();
    git(folder.root, "checkout", "--quiet", "-b", "feature");
    git(folder.root, "checkout", "--quiet", "main");
    folder.write({ [recent]: guilty });
    commit(folder.root, "on main");
    git(folder.root, "checkout", "--quiet", "feature");
    expect(await compact(folder, "--since", "main")).toEqual(clean);
  });

  test("a name that git does not know is a mistake", async () => {
    using folder = repository();
    const { code, err } = await folder.freehold(["check", "--since", "nowhere"]);
    expect({ code, err }).toEqual({ code: 2, err: "freehold: --since: git knows no commit nowhere\n" });
  });
});

test("what a machine wrote is left out and counted, by whichever way the answer comes", async () => {
  using folder = repository({
    ...platform,
    ...violation,
    "services/guardian/types.d.ts": "export {};\n",
    "services/guardian/client.generated.ts": guilty,
  });
  const counts = async (...args: string[]) => {
    const { out } = await folder.freehold(["check", "--format", "json", ...args]);
    const { files, leftOut } = JSON.parse(out).summary;
    return { files, leftOut };
  };
  const all = { files: 5, leftOut: 2 };
  expect(await counts()).toEqual(all);
  expect(await counts()).toEqual(all);
  for (const text of [`${guilty}\nexport const more = 1;\n`, `${guilty}\nexport const more = 2;\n`]) {
    folder.write({ [recent]: text });
    git(folder.root, "add", "--all");
    expect(await counts("--staged")).toEqual(all);
  }
  const { out } = await folder.freehold(["check", "--staged"]);
  expect(out).toContain(" · 5 files and 2 left out, ");
});

describe("the last commit is linked as a whole", () => {
  // The day may not end in between.
  beforeEach(() => void setSystemTime(new Date()));
  afterEach(() => void setSystemTime());

  /** Stages a text of one file, and checks it. @returns what the cache then holds of a commit */
  async function stagedWith(folder: Folder, files: Record<string, string>): Promise<string | null> {
    folder.write(files);
    git(folder.root, "add", "--all");
    const cache = join(folder.root, ".git/freehold");
    expect(await compact(folder, "--staged")).toEqual(await compact(folder, "--staged", "--no-cache"));
    const book = existsSync(cache) ? readdirSync(cache).find((name) => name.includes("-book-")) : undefined;
    return book === undefined ? null : readFileSync(join(cache, book), "latin1");
  }

  test("where that can serve for what is staged, and not where files come, migrations change or settings do", async () => {
    using folder = repository({ ...platform, ...violation, "package.json": "{}\n" });
    const migration = "services/gatekeeper/migrations/001_create_audit_log.sql";
    expect(await stagedWith(folder, { "services/guardian/new.ts": guilty })).toBeNull();
    expect(await stagedWith(folder, { "services/guardian/new.ts": `${guilty}\n` })).toBeNull();
    commit(folder.root, "a file more");
    expect(await stagedWith(folder, { "package.json": '{ "name": "shop" }\n' })).toBeNull();
    commit(folder.root, "a name");
    expect(await stagedWith(folder, { [migration]: `${platform[migration]}\n` })).toBeNull();
    commit(folder.root, "a line more");
    const book = await stagedWith(folder, { [recent]: `${guilty}\n` });
    expect(book).not.toBeNull();
    commit(folder.root, "another one");
    expect(await stagedWith(folder, { [recent]: guilty, "services/guardian/newer.ts": guilty })).toBe(book);
  });

  test("once a day, where it comes to nothing that could serve", async () => {
    using folder = repository({ ...platform, ...violation, "texts/other.txt": "export {};\n" });
    symlinkSync("../../texts/other.txt", join(folder.root, "services/guardian/other.ts"));
    git(folder.root, "add", "--all");
    commit(folder.root, "a link to what would not be read");
    const book = await stagedWith(folder, { [recent]: `${guilty}\n` });
    expect(book).toContain('"whole":false');
    commit(folder.root, "a line more");
    expect(await stagedWith(folder, { [recent]: guilty })).toBe(book);
  });
});

test("questions that contradict each other are refused", async () => {
  using folder = repository();
  const said = async (...args: string[]) => (await folder.freehold(["check", ...args])).err;
  expect(await said("--staged", "--since", "main")).toBe(
    "freehold: --staged and --since are two questions: ask one at a time\n",
  );
  expect(await said("--staged", "--types")).toBe(
    "freehold: --types reads the working folder, --staged the index: leave one of them out\n",
  );
  expect(await said("--since", "main", "--update-baseline")).toBe(
    "freehold: a baseline is of the whole workspace: leave --since out beside --update-baseline\n",
  );
});
