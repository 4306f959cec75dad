/**
 * A monorepo made from a seed: services with migrations, stores that touch tables in the ways in which
 * people write it, and the many files around them that touch none. Every access is known by its line,
 * so that whoever measures the analyser can hold its answer against the truth.
 */
import { plainFile } from "./plain-files.ts";
import { type Chance, seeded } from "./seeded.ts";

export interface MonorepoOptions {
  services: number;
  /** Files of code a service, at least 12. */
  filesPerService: number;
  seed: number;
}

/** One table at one line, and whose it is. */
export interface KnownAccess {
  file: string;
  line: number;
  table: string;
  access: "read" | "write";
  verdict: "own" | "foreign";
}

export interface Monorepo {
  /** Texts by path; the manifest is among them. */
  files: Map<string, string>;
  /** What the stores touch; migrations are not listed. */
  accesses: KnownAccess[];
}

/** Tables a service. */
const TABLES = ["items", "events", "grants", "totals"] as const;
/** Stores a service: files that touch tables. */
const STORES = 8;

/** The same seed makes the same files. */
export function generateMonorepo({ services, filesPerService, seed }: MonorepoOptions): Monorepo {
  const names = Array.from({ length: services }, (_, index) => `s${String(index).padStart(3, "0")}`);
  const repo: Monorepo = { files: new Map(), accesses: [] };
  repo.files.set(
    "package.json",
    json({ name: "plant", private: true, workspaces: ["services/*", "libs/*"] }),
  );
  repo.files.set("tsconfig.json", json({ compilerOptions: { strict: true, module: "Preserve" } }));
  repo.files.set("libs/names/package.json", json({ name: "@plant/names", exports: "./src/mod.ts" }));
  repo.files.set("libs/names/src/mod.ts", `export * from "./tables.ts";\n`);
  const constants = names.map((name) => `export const ${constantOf(name)} = "${name}_totals";`);
  repo.files.set("libs/names/src/tables.ts", `${constants.join("\n")}\n`);
  repo.files.set("freehold.json", manifestText(names));
  for (const [index, name] of names.entries()) {
    const chance = seeded(seed * 1_000_003 + index);
    addService(repo, { name, names, chance, filesPerService });
  }
  return repo;
}

/** What the manifest of such a monorepo says: each service owns its tables, and may read the first one's totals. */
function manifestText(names: readonly string[]): string {
  const [first] = names;
  const entries = names.map((name) => [
    name,
    {
      path: `services/${name}`,
      database: `${name.toUpperCase()}_DATABASE_URL`,
      owns: TABLES.map((table) => `${name}_${table}`),
      ...(name === first && { publishes: [`${name}_totals`] }),
    },
  ]);
  return json({ services: Object.fromEntries(entries) });
}

interface ServiceParts {
  name: string;
  names: readonly string[];
  chance: Chance;
  filesPerService: number;
}

function addService(repo: Monorepo, { name, names, chance, filesPerService }: ServiceParts): void {
  const folder = `services/${name}`;
  const set = (path: string, lines: readonly string[]) =>
    repo.files.set(`${folder}/${path}`, `${lines.join("\n")}\n`);
  set("package.json", [
    json({ name: `@plant/${name}`, type: "module", dependencies: { "@plant/names": "*" } }).trim(),
  ]);
  for (const [index, table] of TABLES.entries())
    set(`migrations/${String(index + 1).padStart(3, "0")}_${table}.sql`, [
      `create table ${name}_${table} (`,
      "  id bigint primary key,",
      "  name text not null,",
      "  at timestamptz not null default now()",
      ");",
      `create index on ${name}_${table} (at);`,
    ]);
  const variable = `${name.toUpperCase()}_DATABASE_URL`;
  set("src/database.ts", [
    `import postgres from "postgres";`,
    "",
    `const url = process.env.${variable};`,
    `if (!url) throw new Error("${variable} is not set");`,
    "export const sql = postgres(url);",
  ]);
  set("src/tables.ts", [
    `export const ITEMS = "${name}_items";`,
    `export const SCHEMA = { events: "${name}_events" } as const;`,
  ]);
  set("src/schema.ts", [
    `import { bigint, pgTable, text, timestamp } from "drizzle-orm/pg-core";`,
    "",
    `export const grants = pgTable("${name}_grants", {`,
    `  id: bigint("id", { mode: "number" }).primaryKey(),`,
    `  name: text("name").notNull(),`,
    `  at: timestamp("at", { withTimezone: true }).notNull(),`,
    "});",
  ]);
  for (let store = 0; store < STORES; store++) addStore(repo, folder, name, names, store, chance);
  for (let index = STORES + 3; index < filesPerService; index++) {
    const area = `area-${index % 7}`;
    repo.files.set(`${folder}/src/${area}/part-${index}.ts`, plainFile(index, filesPerService, chance));
  }
}

/** A file that touches tables in five ways: literally, by constants of its service and of a package, by builders. */
function addStore(
  repo: Monorepo,
  folder: string,
  name: string,
  names: readonly string[],
  store: number,
  chance: Chance,
): void {
  const file = `${folder}/src/stores/store-${store}.ts`;
  const lines: string[] = [];
  const other = chance.pick(names);
  const say = (text: string, ...tables: [table: string, access: "read" | "write"][]) => {
    lines.push(text);
    for (const [table, access] of tables) {
      const verdict = table.startsWith(`${name}_`) ? "own" : "foreign";
      repo.accesses.push({ file, line: lines.length, table, access, verdict });
    }
  };
  say(`import { drizzle } from "drizzle-orm/postgres-js";`);
  say(`import { ${constantOf(other)} } from "@plant/names";`);
  say(`import { sql } from "../database.ts";`);
  say(`import { grants } from "../schema.ts";`);
  say(`import { ITEMS, SCHEMA } from "../tables.ts";`);
  say(`import { part${STORES + 3} } from "../area-${(STORES + 3) % 7}/part-${STORES + 3}.ts";`);
  say("");
  say("const db = drizzle(sql);");
  say("");
  const id = chance.number(1000);
  say(`export async function latest${id}(limit: number) {`);
  say(
    `  return sql\`select id, name from ${name}_events where at > now() - interval '1 day' limit \${limit}\`;`,
    [`${name}_events`, "read"],
  );
  say("}");
  say("");
  say(`export async function add${id}(id: number, name: string) {`);
  say("  await sql`insert into ${sql(ITEMS)} (id, name) values (${id}, ${name})`;", [
    `${name}_items`,
    "write",
  ]);
  say(`  return part${STORES + 3}(id);`);
  say("}");
  say("");
  say(`export const rename${id} = (id: number, name: string) =>`);
  say("  sql`update ${sql(SCHEMA.events)} set name = ${name} where id = ${id}`;", [
    `${name}_events`,
    "write",
  ]);
  say("");
  say("export const allGrants = () =>");
  say("  db.select().from(grants);", [`${name}_grants`, "read"]);
  if (store % 4 === 0) {
    say("");
    say("export const theirTotals = () =>");
    say(`  sql\`select count(*) from \${sql(${constantOf(other)})}\`;`, [`${other}_totals`, "read"]);
  }
  repo.files.set(file, `${lines.join("\n")}\n`);
}

function constantOf(name: string): string {
  return `${name.toUpperCase()}_TOTALS`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
