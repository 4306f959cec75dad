/**
 * How completely, how fast and how truly SQLite's, MySQL's and MariaDB's SQL is read.
 *
 * bun bench/sql/dialects.ts sqlite|mysql|mariadb FOLDER… [--list]
 *
 * Each statement of the folders' `.sql` files is offered to the engine, for MySQL also to sql-parser-cst
 * alone, and to a real parser: bun:sqlite's, or that of an installed MariaDB (`PREPARE` runs nothing).
 */
import { Database } from "bun:sqlite";
import type { Flavour } from "../../analysis/sql/cst/flavour.ts";
import type { Found } from "../../analysis/sql/cst/found.ts";
import { parseCst } from "../../analysis/sql/cst/grammar.ts";
import { tokenizeFlavour } from "../../analysis/sql/cst/lexer.ts";
import { readMysql } from "../../analysis/sql/cst/mysql/statement.ts";
import { nextStatement, type Splitting } from "../../analysis/sql/cst/splitter.ts";
import { readTree } from "../../analysis/sql/cst/tree/mod.ts";
import { loadSql, readSqlFile } from "../../analysis/sql/mod.ts";
import { hasMariaDb, startMariaDb } from "../../fixtures/mariadb.ts";
import { readFlags } from "../flags.ts";
import { readSqlFolders } from "./material.ts";

const { values, positionals } = readFlags({
  options: { list: { type: "boolean", default: false } },
  allowPositionals: true,
});
const [flavour, ...folders] = positionals as [Flavour, ...string[]];
if (!["sqlite", "mysql", "mariadb"].includes(flavour) || folders.length === 0) {
  console.error("usage: bun bench/sql/dialects.ts sqlite|mysql|mariadb FOLDER… [--list]");
  process.exit(2);
}

await loadSql([flavour]);
const statements = [...new Set(readSqlFolders(folders).flatMap(({ text }) => split(text)))];
const started = performance.now();
const refused = new Set(statements.filter((sql) => !isRead(sql)));
const took = (performance.now() - started) / 1000;
console.log(
  `${statements.length} distinct statements, ${refused.size} refused, ${Math.round(statements.length / took)} statements/s`,
);
if (flavour !== "sqlite") compare();
await ask();

/** The statements of a file, without marks of executable comments. */
function split(text: string): string[] {
  const how: Splitting = { flavour, file: true, delimiter: ";" };
  const found: string[] = [];
  for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; ; ) {
    const raw = nextStatement(text, at, how, []);
    if (!raw) return found;
    at = Math.max(raw.next, at + 1);
    let sql = text.slice(raw.start, raw.end);
    if (raw.kind === "client") how.delimiter = /^delimiter\s+(\S+)/i.exec(sql)?.[1] ?? how.delimiter;
    else {
      for (const { start, end } of raw.marks) {
        sql = sql.slice(0, start - raw.start) + " ".repeat(end - start) + sql.slice(end - raw.start);
      }
      found.push(sql);
    }
  }
}

function isRead(sql: string): boolean {
  // A program's own semicolons end nothing where the delimiter is another.
  const text = flavour !== "sqlite" && sql.includes(";") ? `delimiter \u0001\n${sql}\u0001` : sql;
  return readSqlFile("a.sql", text, { dialect: flavour }).problems.length === 0;
}

/** MySQL's own reader against sql-parser-cst's trees. */
function compare(): void {
  let both = 0;
  let alone = 0;
  const apart: string[] = [];
  for (const sql of statements) {
    const parsed = parseCst(sql, flavour);
    const tree = parsed.ok ? readTree(parsed.program, sql, flavour) : null;
    if (!tree) continue;
    alone++;
    const own = readMysql(tokenizeFlavour(sql, flavour), flavour);
    if (!own.ok) continue;
    both++;
    if (places(own.found) !== places(tree.found)) apart.push(sql);
  }
  console.log(
    `sql-parser-cst reads ${alone} of them; of ${both} that both read, ${both - apart.length} say the same`,
  );
  list("said otherwise by sql-parser-cst", apart);
}

function places(found: readonly Found[]): string {
  const tables = found.flatMap((item) => (item.kind === "table" ? [`${item.at} ${item.operation}`] : []));
  return tables.sort().join("\n");
}

/** What a real parser takes, and the engine does not; and the other way round. */
async function ask(): Promise<void> {
  const accepted =
    flavour === "sqlite" ? askSqlite() : flavour === "mariadb" && hasMariaDb() ? await askMariaDb() : null;
  if (!accepted) {
    console.log("no server of this dialect was asked");
    return;
  }
  const lost = statements.filter((sql) => accepted.has(sql) && refused.has(sql));
  const lax = statements.filter((sql) => !accepted.has(sql) && !refused.has(sql));
  console.log(
    `the real parser takes ${accepted.size}; of these ${lost.length} are refused here; of the ${statements.length - accepted.size} others, ${lax.length} are read`,
  );
  list("refused here alone", lost);
}

function askSqlite(): Set<string> {
  const database = new Database(":memory:");
  return new Set(
    statements.filter((sql) => {
      try {
        database.prepare(sql).finalize();
        return true;
      } catch (error) {
        return !/syntax error|unrecognized token|incomplete input/.test(String(error));
      }
    }),
  );
}

async function askMariaDb(): Promise<Set<string>> {
  await using server = await startMariaDb();
  const connection = server.connect("root");
  const accepted = new Set<string>();
  for (const sql of statements) {
    const quoted = `'${sql.replaceAll("\\", "\\\\").replaceAll("'", "''").replaceAll("\0", "\\0")}'`;
    try {
      await connection.unsafe(`prepare s from ${quoted}`);
      accepted.add(sql);
    } catch (error) {
      // ER_PARSE_ERROR; any other error comes after the parser.
      if ((error as { errno?: number }).errno !== 1064) accepted.add(sql);
    }
  }
  await connection.close();
  return accepted;
}

function list(title: string, found: readonly string[]): void {
  if (!values.list || found.length === 0) return;
  console.log(`\n${title}:`);
  for (const sql of found) console.log(`  ${sql.replace(/\s+/g, " ").slice(0, 200)}`);
}
