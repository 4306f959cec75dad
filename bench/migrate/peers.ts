/** Runners of migrations, each as its own documentation says: how its folder looks, and how it is called. */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

export interface Runner {
  name: string;
  /** What it stands on, loaded before the clock starts. */
  modules: readonly string[];
  /** Writes these migrations, the first numbered 1. */
  write(folder: string, texts: readonly string[]): Promise<void>;
  /** Brings the database up to head. */
  run(folder: string, url: string): Promise<void>;
}

export interface Peer extends Runner {
  /** Each migration in a transaction of its own; else what it does instead. */
  transactions: "one each" | "one for all" | "none";
}

const padded = (at: number) => String(at + 1).padStart(4, "0");

/** One file for each, as most have it. */
export async function plain(
  folder: string,
  texts: readonly string[],
  ending = ".sql",
  lead = "",
  first = padded,
) {
  await mkdir(folder, { recursive: true });
  for (const [at, text] of texts.entries())
    await Bun.write(join(folder, `${first(at)}_t${at}${ending}`), `${lead}${text}`);
}

export const peers: readonly Peer[] = [
  {
    name: "freehold",
    modules: ["../../runtime/migrate/mod.ts"],
    transactions: "one each",
    write: plain,
    async run(folder, url) {
      const { migrate } = await import("../../runtime/migrate/mod.ts");
      await migrate({ service: "s", folder, url });
    },
  },
  {
    name: "one round trip each",
    modules: ["postgres"],
    transactions: "one each",
    write: plain,
    async run(folder, url) {
      const { default: postgres } = await import("postgres");
      const sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false });
      await sql`create table if not exists done (name text primary key)`;
      const done = new Set((await sql`select name from done`).map(({ name }) => name));
      for (const name of [...new Bun.Glob("*.sql").scanSync(folder)].sort()) {
        if (done.has(name)) continue;
        const text = await Bun.file(join(folder, name)).text();
        await sql.unsafe(`begin; insert into done values ('${name}'); ${text}; commit`).simple();
      }
      await sql.end();
    },
  },
  {
    name: "node-pg-migrate",
    modules: ["node-pg-migrate"],
    transactions: "one each",
    write: (folder, texts) =>
      plain(folder, texts, ".sql", "-- Up Migration\n", (at) => String(1_700_000_000_000 + at)),
    async run(folder, url) {
      const { runner } = await import("node-pg-migrate");
      const quiet = () => {};
      await runner({
        databaseUrl: url,
        dir: folder,
        direction: "up",
        migrationsTable: "pgmigrations",
        singleTransaction: false,
        logger: { info: quiet, warn: quiet, error: quiet, debug: quiet },
      });
    },
  },
  {
    name: "postgres-migrations",
    modules: ["postgres-migrations", "pg"],
    transactions: "one each",
    write: (folder, texts) => plain(folder, texts, ".sql", "", (at) => String(at + 1)),
    async run(folder, url) {
      const { migrate } = await import("postgres-migrations");
      const { default: pg } = await import("pg");
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await migrate({ client }, folder);
      await client.end();
    },
  },
  {
    name: "umzug",
    modules: ["umzug", "pg"],
    transactions: "none",
    write: plain,
    async run(folder, url) {
      const { Umzug } = await import("umzug");
      const { default: pg } = await import("pg");
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query("create table if not exists umzug (name text primary key)");
      const umzug = new Umzug({
        migrations: {
          glob: ["*.sql", { cwd: folder }],
          resolve: ({ name, path }: { name: string; path?: string }) => ({
            name,
            up: async () => {
              await client.query(await Bun.file(path ?? "").text());
            },
          }),
        },
        storage: {
          async logMigration({ name }: { name: string }) {
            await client.query("insert into umzug values ($1)", [name]);
          },
          async unlogMigration({ name }: { name: string }) {
            await client.query("delete from umzug where name = $1", [name]);
          },
          executed: async () =>
            (await client.query("select name from umzug order by 1")).rows.map(
              ({ name }: { name: string }) => name,
            ),
        },
        logger: undefined,
      });
      await umzug.up();
      await client.end();
    },
  },
  {
    name: "drizzle",
    modules: ["drizzle-orm/node-postgres", "drizzle-orm/node-postgres/migrator", "pg"],
    transactions: "one for all",
    async write(folder, texts) {
      await plain(folder, texts);
      const entries = texts.map((_, at) => ({
        idx: at,
        version: "7",
        when: 1_700_000_000_000 + at,
        tag: `${padded(at)}_t${at}`,
        breakpoints: true,
      }));
      const journal = { version: "7", dialect: "postgresql", entries };
      await Bun.write(join(folder, "meta/_journal.json"), JSON.stringify(journal));
    },
    async run(folder, url) {
      const { drizzle } = await import("drizzle-orm/node-postgres");
      const { migrate } = await import("drizzle-orm/node-postgres/migrator");
      const { default: pg } = await import("pg");
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await migrate(drizzle(client), { migrationsFolder: folder });
      await client.end();
    },
  },
  {
    name: "graphile-migrate",
    modules: ["graphile-migrate"],
    transactions: "one each",
    async write(folder, texts) {
      await mkdir(join(folder, "committed"), { recursive: true });
      let previous: string | null = null;
      for (const [at, text] of texts.entries()) {
        const body = `${text.trim()}\n`;
        const hash: string = createHash("sha1")
          .update(`${`${previous ?? ""}\n${body}`.trim()}\n`)
          .digest("hex");
        const header: string = `--! Previous: ${previous ?? "-"}\n--! Hash: sha1:${hash}\n`;
        await Bun.write(
          join(folder, "committed", `${String(at + 1).padStart(6, "0")}.sql`),
          `${header}\n${body}`,
        );
        previous = `sha1:${hash}`;
      }
      await Bun.write(join(folder, "current.sql"), "");
    },
    async run(folder, url) {
      const { migrate } = await import("graphile-migrate");
      await migrate({ connectionString: url, migrationsFolder: folder, logger: undefined } as never);
    },
  },
  {
    name: "dbmate",
    modules: [],
    transactions: "one each",
    write: (folder, texts) =>
      plain(
        folder,
        texts.map((text) => `${text};\n-- migrate:down\n`),
        ".sql",
        "-- migrate:up\n",
        (at) => String(20_240_101_000_000 + at),
      ),
    async run(folder, url) {
      const binary = join(import.meta.dir, "../node_modules/.bin/dbmate");
      const child = Bun.spawn(
        [binary, "--no-dump-schema", "--migrations-dir", folder, "--url", url, "migrate"],
        { stdout: "ignore", stderr: "pipe" },
      );
      const said = child.stderr.text();
      if ((await child.exited) !== 0) throw new Error(await said);
    },
  },
];

if (import.meta.main) {
  const [name, folder = "", url = ""] = process.argv.slice(2);
  const peer = peers.find((one) => one.name === name);
  if (!peer) throw new Error(`there is no runner ${name}`);
  console.info = () => {};
  // What a process that stays does once is not what is measured.
  await Promise.all(peer.modules.map((module) => import(module)));
  const begun = performance.now();
  const log = console.log;
  console.log = () => {};
  await peer.run(folder, url);
  log(String(performance.now() - begun));
  process.exit(0);
}
