import { expect, test } from "bun:test";
import { join } from "node:path";
import { headerOf } from "./flags.ts";

test("a file's header is what it opens with, without its markers", () => {
  expect(
    headerOf("#!/usr/bin/env bun\n/**\n * What it does:\n *\n *   an example\n */\nimport x;\n/** more */"),
  ).toBe("What it does:\n\n  an example");
  expect(headerOf("/** One line. */\nlet x;")).toBe("One line.");
});

async function run(...args: string[]) {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "mod.ts"), ...args], {
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: "1" },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { code: await child.exited, out, err };
}

test("help lists the benchmarks, and each one's help is its header", async () => {
  const list = await run("--help");
  expect(list.code).toBe(0);
  expect(list.out).toContain("migrate");
  const one = await run("migrate", "--help");
  expect({ code: one.code, err: one.err }).toEqual({ code: 0, err: "" });
  expect(one.out).toStartWith("`freehold bench migrate [--peers]");
  const audit = await run("audit", "--help");
  expect({ code: audit.code, err: audit.err }).toEqual({ code: 0, err: "" });
  expect(audit.out).toStartWith("What an audit event costs the request that causes it");
});

test("a name or a flag that is not known is one line", async () => {
  const name = await run("nonsense");
  expect(name.code).toBe(2);
  expect(name.err).toStartWith('there is no benchmark "nonsense"; there are\n');
  expect(await run("migrate", "--nonsense")).toEqual({
    code: 2,
    out: "",
    err: "Unknown option '--nonsense'; --help says what there is\n",
  });
});
