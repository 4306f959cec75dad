import { expect, test } from "bun:test";
import { existsSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { bin, folderOf, platform, violation } from "../fixtures/command-line.ts";
import packageJson from "../package.json" with { type: "json" };
import { wantsColor } from "./terminal.ts";

test("help says what there is, with examples and exit codes", async () => {
  using folder = folderOf({});
  expect(`\n${(await folder.freehold(["--help"])).out}`).toMatchInlineSnapshot(`
    "
    Usage: freehold [options] [command]

    Proves that each database table has one owner.

    Options:
      -v, --version                    print the version
      -h, --help                       print help for a command

    Commands:
      check [options] [path...]        check who touches whose table
      facts [options]                  list who names which table, where, and whose it is
      explain <rule>                   say what a rule finds, why, and the way out
      rules [options]                  list the rules
      init [options]                   write a first manifest from what the code says, every doubt as a
                                       comment
      why [options] <service> <table>  say by which places and imports a service reaches a table
      status [options]                 show each table with its owner, what others do to it, and which
                                       are to change hands
      map [options]                    draw who owns what, and who reaches for it
      docs [options]                   write what is known of each service into its DATABASE.md
      diff [options] <base>            list as Markdown which owners and accesses a branch adds or takes
                                       away
      doctor [options]                 say what is found here, each problem with its way out
      hook                             check what is staged before each commit
      migrate                          bring every service's schema up to head, and more
      roles                            give each service the roles and rights it needs
      drift [options]                  hold the live databases against the manifest and the migrations
      provision [options]              print what the project sets up: databases, roles, variables, jobs
      audit                            read an audit log, and look after it
      prove                            make the world fail, and count what is lost
      bench [name] [flags...]          measure on this machine: audit, migrate and others (from a clone
                                       of the repository)
      help [command]                   print help for a command

    Exit codes: 0 clean, 1 findings, 2 the tool could not do its work or an input went unread.
    "
  `);
  expect(`\n${(await folder.freehold(["check", "--help"])).out}`).toMatchInlineSnapshot(`
    "
    Usage: freehold check [options] [path...]

    check who touches whose table

    Arguments:
      path                    show only the findings in these files and folders

    Options:
      --format <format>       how to print (choices: "pretty", "compact", "json", "github", "gitlab",
                              "sarif", "markdown", default: "pretty")
      --output <format=file>  write a report into a file as well; may be given several times
      --config <file>         the manifest to use; its folder is the workspace (default: the nearest
                              freehold.json)
      --staged                judge what is staged, and show what the commit would bring
      --since <commit>        show what has come since the branch left this commit's
      --cache-dir <folder>    where to keep what was read (default: node_modules/.cache/freehold, else
                              .git/freehold)
      --no-cache              read every file anew, and keep nothing
      --max-warnings <n>      fail if there are more warnings than this
      --update-baseline       take out of the baseline what is gone; it grows by --allow-new alone
      --allow-new <reason>    let the new findings into the baseline, with this reason
      --types                 ask TypeScript's checker where a table is still unknown (slower)
      -h, --help              print help for a command

    Examples:
      freehold check
      freehold check services/guardian
      freehold check --staged
      freehold check --since origin/main
      freehold check --format json --max-warnings 0
      freehold check --format github --output sarif=freehold.sarif
      freehold check --update-baseline --allow-new "there before freehold; GRV-112 ends it"
    "
  `);
  expect(`\n${(await folder.freehold(["facts", "--help"])).out}`).toMatchInlineSnapshot(`
    "
    Usage: freehold facts [options]

    list who names which table, where, and whose it is

    Options:
      --format <format>     how to print (choices: "table", "jsonl", default: "table")
      --config <file>       the manifest to use; its folder is the workspace (default: the nearest
                            freehold.json)
      --cache-dir <folder>  where to keep what was read (default: node_modules/.cache/freehold, else
                            .git/freehold)
      --no-cache            read every file anew, and keep nothing
      --service <name>      only what this service's code names
      --types               ask TypeScript's checker where a table is still unknown (slower)
      --table <name>        only this table: "table" or "schema.table", * for any characters
      --verdict <verdict>   only references of this kind; system tables show only so (choices: "own",
                            "foreign", "unowned", "unresolved", "engine")
      -h, --help            print help for a command

    Examples:
      freehold facts --service guardian --verdict foreign
      freehold facts --table 'audit_log*' --format jsonl
    "
  `);
});

test("every command's help has examples", async () => {
  using folder = folderOf({});
  const { out } = await folder.freehold(["--help"]);
  const commands = [...out.matchAll(/^ {2}([a-z]+) .*/gm)]
    .map(([, name]) => name!)
    .filter((name) => name !== "help");
  expect(commands).toContain("check");
  for (const command of commands) {
    const { code, out: help } = await folder.freehold([command, "--help"]);
    expect([command, code, help.includes(`\nExamples:\n  freehold ${command}`)]).toEqual([command, 0, true]);
  }
});

test("what was typed wrong is one line with the nearest right word, and exit code 2", async () => {
  using folder = folderOf(platform);
  let errors = "\n";
  for (const line of [
    "chek",
    "--versoin",
    "check --frmat json",
    "check --format jsn",
    "check --max-warnings -1",
    "check --max-warnings many",
    "check --config",
    "facts --verdict mine",
    "explain",
    "explain cross-service-raed",
    "explain something-else",
    "rules --format yaml",
    "rules check",
    "migrate statsu",
    "migrate up everything",
  ]) {
    const { code, out, err } = await folder.freehold(line.split(" "));
    expect({ line, code, out }).toEqual({ line, code: 2, out: "" });
    errors += `$ freehold ${line}\n${err}`;
  }
  expect(errors).toMatchInlineSnapshot(`
    "
    $ freehold chek
    freehold: unknown command 'chek' (Did you mean check?)
    $ freehold --versoin
    freehold: unknown option '--versoin' (Did you mean --version?)
    $ freehold check --frmat json
    freehold: unknown option '--frmat' (Did you mean --format?)
    $ freehold check --format jsn
    freehold: option '--format <format>' argument 'jsn' is invalid. Allowed choices are pretty, compact, json, github, gitlab, sarif, markdown.
    $ freehold check --max-warnings -1
    freehold: option '--max-warnings <n>' argument '-1' is invalid. Give a whole number from 0.
    $ freehold check --max-warnings many
    freehold: option '--max-warnings <n>' argument 'many' is invalid. Give a whole number from 0.
    $ freehold check --config
    freehold: option '--config <file>' argument missing
    $ freehold facts --verdict mine
    freehold: option '--verdict <verdict>' argument 'mine' is invalid. Allowed choices are own, foreign, unowned, unresolved, engine.
    $ freehold explain
    freehold: missing required argument 'rule'
    $ freehold explain cross-service-raed
    freehold: unknown rule cross-service-raed: did you mean cross-service-read?
    $ freehold explain something-else
    freehold: unknown rule something-else: "freehold rules" lists them
    $ freehold rules --format yaml
    freehold: option '--format <format>' argument 'yaml' is invalid. Allowed choices are table, json.
    $ freehold rules check
    freehold: too many arguments for 'rules'. Expected 0 arguments but got 1: check.
    $ freehold migrate statsu
    freehold: unknown command 'statsu' (Did you mean status?)
    $ freehold migrate up everything
    freehold: unknown command 'everything'
    "
  `);
});

test("no command is a question for help, and no success", async () => {
  using folder = folderOf({});
  const { code, out, err } = await folder.freehold([]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toBe((await folder.freehold(["--help"])).out);
});

test("rules are listed and explained", async () => {
  using folder = folderOf({});
  const listed = JSON.parse((await folder.freehold(["rules", "--format", "json"])).out);
  expect(listed.rules.length).toBeGreaterThan(10);
  for (const { id, summary } of listed.rules) {
    const { code, out } = await folder.freehold(["explain", id]);
    expect({ code, starts: out.startsWith(`${id}  `), summary: out.includes(summary) }).toEqual({
      code: 0,
      starts: true,
      summary: true,
    });
  }
  const { out } = await folder.freehold(["rules"]);
  expect(
    out
      .split("\n")
      .slice(0, 2)
      .map((line) => line.split(" ")[0]),
  ).toEqual(listed.rules.slice(0, 2).map(({ id }: { id: string }) => id));
});

test("a fault of the tool keeps its stack and asks to be reported", async () => {
  using folder = folderOf(platform);
  const { code, err } = await folder.freehold(["check"], {
    out: () => {
      throw new Error("no room");
    },
  });
  expect(code).toBe(2);
  expect(err).toStartWith("Error: no room\n    at ");
  expect(err).toEndWith(
    `\n\nfreehold ${packageJson.version}: this is a fault of the tool. Please report it with the lines above.\n`,
  );
});

test("a command that was broken off exits with the signal's code", async () => {
  using folder = folderOf(platform);
  const out = () => {
    throw new Error("broken off");
  };
  expect((await folder.freehold(["check"], { out, signal: AbortSignal.abort(130) })).code).toBe(130);
  expect((await folder.freehold(["check"], { out, signal: AbortSignal.abort(143) })).code).toBe(143);
});

test("the bin starts by its own first line, and knows its version", async () => {
  using folder = folderOf({});
  expect((await Bun.file(bin).text()).split("\n")[0]).toBe(
    "#!/usr/bin/env -S bun --config=/dev/null --no-env-file --tsconfig-override=/dev/null --no-install",
  );
  expect(await folder.start(["--version"])).toEqual({ code: 0, out: `${packageJson.version}\n`, err: "" });
});

test("the version is told without loading the analyser", async () => {
  const whole = join(import.meta.dir, "main.ts");
  using folder = folderOf({
    "version.ts": `process.argv.push("--version");
      process.on("exit", () => console.error(JSON.stringify(Object.keys(require.cache))));
      const { main } = await import(${JSON.stringify(whole)});
      await main(["--version"], { out() {}, err() {}, status() {}, width: 80 });`,
  });
  const env = { PATH: process.env["PATH"] ?? "" };
  const child = Bun.spawn([process.execPath, "version.ts"], { cwd: folder.root, env, stderr: "pipe" });
  const loaded: string[] = JSON.parse(await new Response(child.stderr).text());
  expect(await child.exited).toBe(0);
  const ours = join(import.meta.dir, "..");
  expect(loaded).toContain(whole);
  expect(loaded.filter((path) => /^\/(analysis|rules|manifest)\//.test(path.replace(ours, "")))).toEqual([]);
  expect(loaded.filter((path) => /oxc-parser|libpg-query/.test(path))).toEqual([]);
});

test("what stands in the manifest's place and is none is told, and not waited for", async () => {
  using folder = folderOf({});
  const manifest = join(folder.root, "freehold.json");
  expect(await Bun.spawn(["mkfifo", manifest]).exited).toBe(0);
  expect((await folder.start(["check"])).err).toBe("freehold.json:1:1  is no plain file\n");
  rmSync(manifest);
  symlinkSync("freehold.json", manifest);
  expect((await folder.start(["check"])).err).toBe("freehold.json:1:1  is a link that leads to itself\n");
});

test("a working folder that was taken away is one line", async () => {
  using folder = folderOf({ "gone/a": "" });
  const leave = ["sh", "-c", 'rm -r ../gone && exec "$0" check', bin];
  const child = Bun.spawn(leave, { cwd: join(folder.root, "gone"), stderr: "pipe" });
  expect(await new Response(child.stderr).text()).toBe(
    "freehold: the working folder is no longer there: change into one that is\n",
  );
  expect(await child.exited).toBe(2);
});

test("the bin's exit codes are 0, 1 and 2", async () => {
  using folder = folderOf(platform);
  expect((await folder.start(["check"])).code).toBe(0);
  folder.write(violation);
  expect((await folder.start(["check"])).code).toBe(1);
  folder.write({ "freehold.json": "{" });
  expect((await folder.start(["check"])).code).toBe(2);
});

test("colour is for terminals, unless the environment says otherwise", async () => {
  using folder = folderOf({ ...platform, ...violation });
  const csi = "\u001b[";
  expect((await folder.start(["check"])).out).not.toContain(csi);
  expect((await folder.start(["check"], { FORCE_COLOR: "1" })).out).toContain(`${csi}31merror${csi}39m`);
  expect((await folder.start(["check", "--format", "json"], { FORCE_COLOR: "1" })).out).not.toContain(csi);

  expect(wantsColor({ TERM: "xterm" }, true)).toBe(true);
  expect(wantsColor({ TERM: "xterm" }, false)).toBe(false);
  expect(wantsColor({ TERM: "dumb" }, true)).toBe(false);
  expect(wantsColor({ TERM: "xterm", NO_COLOR: "1" }, true)).toBe(false);
  expect(wantsColor({ TERM: "xterm", NO_COLOR: "" }, true)).toBe(true);
  expect(wantsColor({ FORCE_COLOR: "1", NO_COLOR: "1" }, false)).toBe(true);
  expect(wantsColor({ TERM: "xterm", FORCE_COLOR: "0" }, true)).toBe(false);
});

const many = {
  "freehold.json": '{ "services": { "shop": { "path": "shop", "owns": ["orders"] } } }',
  "shop/queries.sql": "select * from orders;\n".repeat(8000),
};

test("a reader that has seen enough is no error", async () => {
  using folder = folderOf(many);
  const pipeline = `set -o pipefail; '${bin}' facts --format jsonl | head -n 1`;
  const child = Bun.spawn(["bash", "-c", pipeline], { cwd: folder.root, stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  expect({ code: await child.exited, lines: out.split("\n").length - 1, err }).toEqual({
    code: 0,
    lines: 1,
    err: "",
  });
});

test("output that nobody cuts off arrives whole", async () => {
  using folder = folderOf(many);
  const { code, out } = await folder.start(["facts", "--format", "jsonl"]);
  expect({ code, lines: out.split("\n").length - 1 }).toEqual({ code: 0, lines: 8000 });
});

test.if(existsSync("/dev/full"))("output that finds no room is an error of one line", async () => {
  using folder = folderOf({});
  const child = Bun.spawn([bin, "rules"], {
    cwd: folder.root,
    stdout: Bun.file("/dev/full"),
    stderr: "pipe",
  });
  expect({ err: await new Response(child.stderr).text(), code: await child.exited }).toEqual({
    err: "freehold: the output cannot be written (ENOSPC)\n",
    code: 2,
  });
});

test("Ctrl-C ends a command on the spot, with 130", async () => {
  using folder = folderOf(many);
  const child = Bun.spawn([bin, "facts", "--format", "jsonl"], { cwd: folder.root, stdout: "pipe" });
  // It has begun to write, and the rest is more than a pipe holds.
  await child.stdout.getReader().read();
  child.kill("SIGINT");
  expect(await child.exited).toBe(130);
});

test("a command that puts its things in order is told of Ctrl-C, and not waited for at the second", async () => {
  using folder = folderOf({
    "command.ts": `import { terminal } from ${JSON.stringify(join(import.meta.dir, "terminal.ts"))};
      const { signal } = terminal();
      signal.addEventListener("abort", () => {
        console.log(String(signal.reason));
        process.kill(process.pid, "SIGINT");
      });
      process.kill(process.pid, "SIGINT");
      await new Promise(() => setInterval(() => {}, 1000));`,
  });
  const child = Bun.spawn([process.execPath, "command.ts"], { cwd: folder.root, stdout: "pipe" });
  expect({ said: await new Response(child.stdout).text(), code: await child.exited }).toEqual({
    said: "130\n",
    code: 130,
  });
});
