import { expect, test } from "bun:test";
import { join } from "node:path";
import { testDatabases } from "../deploy/embedded/testing.ts";
import { folderOf } from "../fixtures/command-line.ts";
import { connect } from "../runtime/connect/mod.ts";

const databases = testDatabases();

const service = (name: string, table: string) =>
  `"${name}": { "path": "services/${name}", "database": "DATABASE_URL", "owns": ["${table}"] }`;
const workspace = {
  "freehold.json": `{ "services": { ${service("a", "t")}, ${service("b", "u")} } }`,
  "services/a/migrations/001_t.sql": "create table t (x int)",
  "services/a/migrations/002_x.sql": "alter table t add y int; -- commit",
  "services/b/migrations/001_u.sql": "create table u (x int)",
};

/** What `freehold migrate` writes to a terminal of its own; on each text, what is typed. */
async function onTerminal(
  root: string,
  env: Record<string, string>,
  type: (shown: string) => string | null = () => null,
  cols = 100,
): Promise<{ code: number; shown: string }> {
  let shown = "";
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const decoder = new TextDecoder();
  const command = [process.execPath, join(import.meta.dir, "cli.ts"), "migrate"];
  const child = Bun.spawn(["sh", "-c", `stty cols ${cols} && exec "$@"`, "sh", ...command], {
    cwd: root,
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm", ...env },
    terminal: {
      data(terminal, bytes) {
        shown += decoder.decode(bytes, { stream: true });
        const typed = type(shown);
        if (typed !== null) terminal.write(typed);
      },
      exit: () => resolve(),
    },
  });
  const code = await child.exited;
  await ended;
  child.terminal?.close();
  return { code, shown };
}

const tidy = (shown: string) => shown.replaceAll(/\d+ ms/g, "0 ms");

test.each([
  ["in colours", {}, "\u001b[32m✓\u001b[39m"],
  ["without them where NO_COLOR says so", { NO_COLOR: "1" }, "✓"],
])("a terminal sees bars of progress, and the outcome in their place, %s", async (_, more, tick) => {
  using folder = folderOf(workspace);
  const { code, shown } = await onTerminal(folder.root, {
    DATABASE_URL: await databases.database(),
    ...more,
  });
  const lines = tidy(shown).replaceAll("\r\n", "\n").split("\r\u001b[K");
  expect(code).toBe(0);
  expect(lines).toContain(`${"░".repeat(20)} a: 001_t, 0 of 2 done`);
  expect(lines).toContain(`${"█".repeat(20)} a: 002_x, 2 of 2 done`);
  expect(lines.filter((line) => line.includes("version"))).toEqual([
    `${tick} a  version 2  applied 001_t (0 ms), 002_x (0 ms)\n`,
    `${tick} b  version 1  applied 001_u (0 ms)\n`,
  ]);
});

test("a terminal that has no width loses no letter", async () => {
  using folder = folderOf(workspace);
  const { shown } = await onTerminal(folder.root, { DATABASE_URL: await databases.database() }, undefined, 0);
  expect(shown).toContain(" a: 002_x, 2 of 2 done\r");
});

test("Ctrl-C on a terminal lets the service end that is under way, and keeps the next from its turn", async () => {
  using folder = folderOf(workspace);
  const url = await databases.database();
  const sql = connect({ service: "test", variable: "URL", env: { URL: url } });
  // Holds the lock of a's run, which is thus under way for as long as this lasts.
  const holder = await sql.reserve();
  await holder`begin`;
  await holder`select pg_advisory_xact_lock(hashtextextended('freehold migrate freehold_a.migration', 0))`;
  let typed = false;
  let released: Promise<void> | undefined;
  const { code, shown } = await onTerminal(folder.root, { DATABASE_URL: url }, (text) => {
    if (typed || !text.includes("a: waiting for another run")) return null;
    typed = true;
    // Typed first, so that it is there before a's run can go on.
    queueMicrotask(() => {
      released = holder`commit`.then(() => holder.release());
    });
    return "\u0003";
  });
  await released;
  expect(code).toBe(130);
  expect(shown).toContain("a  version 2");
  expect(shown).not.toContain("b  version");
  const rows = await sql`select to_regclass('u') as u, to_regclass('t')::text as t`;
  expect([...rows]).toEqual([{ u: null, t: "t" }]);
  await sql.end();
});
