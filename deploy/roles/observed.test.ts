import { expect, test } from "bun:test";
import { analyse } from "../../analysis/mod.ts";
import { folderOf } from "../../fixtures/command-line.ts";
import { diskSource, loadManifest } from "../../manifest/mod.ts";
import { observe } from "./mod.ts";

const manifest = (more: object = {}) =>
  JSON.stringify({
    services: {
      log: { path: "log", database: "LOG_URL", owns: ["events"] },
      mail: { path: "mail", database: "MAIL_URL", owns: ["mails"] },
    },
    ...more,
  });
const adds = 'import { sql } from "bun";\n\nawait sql`insert into events values (1)`;\n';
const changes = 'import { sql } from "bun";\n\nawait sql`update events set at = now()`;\n';

/** What of the log's own table is seen, among these files beside the one that adds to it. */
async function seen(files: Record<string, string>): Promise<string[] | null> {
  using folder = folderOf({ "freehold.json": manifest(), "log/main.ts": adds, "mail/main.ts": "", ...files });
  const { manifest: read } = loadManifest(diskSource(folder.root), []);
  const model = await analyse({ root: folder.root, manifest: read! });
  const operations = observe(model).operations("log", ["public"], "events");
  return operations && [...operations].sort();
}

test("what the code does is known where all of it was read", async () => {
  expect(await seen({})).toEqual(["insert"]);
  expect(await seen({ "log/more.ts": changes })).toEqual(["insert", "update"]);
  expect(await seen({ "log/types.d.ts": "export {};\n", "log/node_modules/a/a.js": changes })).toEqual([
    "insert",
  ]);
  expect(await seen({ "log/generated/more.test.ts": changes })).toEqual(["insert"]);
  expect(await seen({ "mail/generated/more.ts": changes })).toEqual(["insert"]);
});

test.each([
  ["that a machine wrote", { "log/generated/more.ts": changes }],
  ["that is packed", { "log/more.js": `${"var a=b(c),d;".repeat(3000)}${changes.replaceAll("\n", " ")}` }],
  ["that is ignored", { "freehold.json": manifest({ ignore: ["log/more.ts"] }), "log/more.ts": changes }],
  ["in another language", { "log/sweep.py": 'db.execute("update events set at = now()")\n' }],
])("nothing is known where code of the service %s is not read, as it runs all the same", async (_, files) => {
  expect(await seen(files)).toBeNull();
});
