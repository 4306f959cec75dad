import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadManifest, memorySource } from "../manifest/mod.ts";
import { analyse } from "./mod.ts";

const root = mkdtempSync(join(tmpdir(), "freehold-landed-"));
afterAll(() => rmSync(root, { recursive: true }));

const folder = "billing/migrations";
const text = `{ "services": { "billing": { "path": "billing", "owns": ["invoices"] } } }`;
const { manifest } = loadManifest(memorySource({ "freehold.json": text, "billing/service.ts": "" }), []);

async function write(file: string, content: string): Promise<void> {
  await Bun.write(join(root, folder, file), content);
}

async function git(...args: string[]): Promise<void> {
  const who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "core.autocrlf=false"];
  const child = Bun.spawn(["git", ...who, ...args], { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
  if ((await child.exited) !== 0) throw new Error(await child.stderr.text());
}

async function changed(): Promise<string[]> {
  const { migrations } = await analyse({ root, manifest: manifest! });
  return migrations.flatMap(({ file, changedSince }) =>
    changedSince === null ? [] : [`${file} since ${changedSince}`],
  );
}

test("a migration has landed once the default branch has it, and then its way there stays as it is", async () => {
  await write("001_a.sql", "create table invoices (id int);\n");
  await write("001_a.down.sql", "drop table invoices;\n");
  await write("002_b.sql", "-- migrate:up\ncreate table b (id int);\n-- migrate:down\ndrop table b;\n");
  await write("R__view.sql", "create or replace view v as select 1 as x;\n");
  expect(await changed()).toEqual([]);

  await git("init", "-q", "-b", "main");
  await git("add", "-A");
  await git("commit", "-q", "-m", "first");
  expect(await changed()).toEqual([]);

  // On a branch of its own, what is new there may still change, committed or not.
  await git("switch", "-q", "-c", "work");
  await write("003_c.sql", "create table c (id int);\n");
  await git("add", "-A");
  await git("commit", "-q", "-m", "second");
  await write("003_c.sql", "create table c (id bigint);\n");
  // Line ends, ways back and what runs whenever it has changed are no change.
  await write("001_a.sql", "create table invoices (id int);\r\n");
  await write("001_a.down.sql", "drop table if exists invoices;\n");
  await write(
    "002_b.sql",
    "-- migrate:up\ncreate table b (id int);\n-- migrate:down\ndrop table if exists b;\n",
  );
  await write("R__view.sql", "create or replace view v as select 2 as x;\n");
  expect(await changed()).toEqual([]);

  await write("001_a.sql", "create table invoices (id bigint);\n");
  await write("002_b.sql", "-- migrate:up\ncreate table b (id bigint);\n-- migrate:down\ndrop table b;\n");
  expect(await changed()).toEqual(["001_a.sql since main", "002_b.sql since main"]);

  // Committing it changes nothing.
  await git("commit", "-q", "-a", "-m", "third");
  expect(await changed()).toEqual(["001_a.sql since main", "002_b.sql since main"]);
});
