import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { bin, folderOf } from "../fixtures/command-line.ts";

const service = (name: string, table: string) =>
  `"${name}": { "path": "services/${name}", "database": "${name.toUpperCase()}_URL", "owns": ["${table}"] }`;

/** Its findings are more than a pipe holds. */
const workspace = {
  "freehold.json": `{ "services": { ${service("a", "t")}, ${service("b", "u")} } }`,
  "services/a/migrations/001_t.sql": "create table t (x int)",
  "services/b/migrations/001_u.sql": "create table u (x int)",
  "services/b/reads.ts": Array.from(
    { length: 3000 },
    (_, index) => `export const q${index} = (sql: any) => sql\`select ${index} from t\`;\n`,
  ).join(""),
};

test("Ctrl-C in a check exits with 130, and the next one stands on what it had read", async () => {
  using folder = folderOf(workspace);
  const cache = join(folder.root, "cache");
  const child = Bun.spawn([bin, "check", "--format", "json", "--cache-dir", cache], {
    cwd: folder.root,
    stdout: "pipe",
    stderr: "pipe",
  });
  // It has begun to write, and the rest is more than a pipe holds.
  await child.stdout.getReader().read();
  child.kill("SIGINT");
  expect({ code: await child.exited, said: await new Response(child.stderr).text() }).toEqual({
    code: 130,
    said: "",
  });
  const facts = () => readdirSync(cache).filter((name) => /-facts-.*\.pack$/.test(name));
  const kept = facts();
  expect(kept).not.toBeEmpty();
  const answered = async (...more: string[]) => {
    const { code, out, err } = await folder.start(["check", "--format", "json", ...more]);
    const { summary, ...said } = JSON.parse(out);
    return { code, err, said, summary: { ...summary, milliseconds: 0 } };
  };
  const next = await answered("--cache-dir", cache);
  expect(next).toEqual(await answered("--no-cache"));
  expect(next).toMatchObject({ code: 1, err: "", summary: { foreign: 3000, errors: 3000 } });
  // It learnt no fact anew.
  expect(facts()).toEqual(kept);
});
