/**
 * `bun bench/sql/locks.ts [FOLDER…] [--format json]`
 *
 * Asks PostgreSQL itself which tables a statement touches: each runs on the embedded server inside a
 * transaction that is rolled back, and what `pg_locks` names is set beside what the engine names.
 * Without folders the built-in statements run; each folder is a project whose migrations (every
 * `.sql` file below it, in the order of their names, down migrations left out) are tried one statement
 * after the other, each first taken back and compared, then run for good. Exit code 1 where they
 * disagree, 2 where the work could not be done.
 */

import postgres, { type ReservedSql } from "postgres";
import type { SqlReference } from "../../analysis/model.ts";
import { loadSql, readSqlFile } from "../../analysis/sql/mod.ts";
import { type EmbeddedPostgres, startPostgres } from "../../deploy/embedded/mod.ts";
import { readFlags } from "../flags.ts";
import { SCHEMA, STATEMENTS } from "./lock-cases.ts";
import { type Catalog, readCatalog } from "./lock-catalog.ts";
import { type Judgement, judge, REASONS } from "./lock-judge.ts";
import { probe } from "./lock-probe.ts";
import { MaterialError, readSqlFolders } from "./material.ts";

export interface LockReport {
  /** Statements that ran and were compared. */
  compared: number;
  /** Tables of all statements about which engine and server say the same. */
  agreed: number;
  /** Differences by the reason that explains them. */
  explained: Record<string, number>;
  disagreements: ({ where: string; statement: string } & Judgement["disagreements"][number])[];
  /** Statements that the server refused, with its words. */
  refused: { where: string; statement: string; message: string }[];
}

function emptyReport(): LockReport {
  return { compared: 0, agreed: 0, explained: {}, disagreements: [], refused: [] };
}

/** Runs the built-in statements. */
export async function builtInLocks(server: EmbeddedPostgres): Promise<LockReport> {
  await loadSql();
  const report = emptyReport();
  await inDatabase(server, async (sql) => {
    await sql.unsafe(SCHEMA);
    const catalog = await readCatalog(sql);
    for (const [group, statements] of Object.entries(STATEMENTS)) {
      for (const statement of statements) {
        const facts = readSqlFile(group, statement, { dialect: "postgresql" });
        const references = facts.statements.flatMap((one) => one.references);
        await compare(sql, report, group, statement, references, async () => catalog);
      }
    }
  });
  return report;
}

/** Runs a project's migrations. */
export async function folderLocks(server: EmbeddedPostgres, folder: string): Promise<LockReport> {
  await loadSql();
  const report = emptyReport();
  const files = readSqlFolders([folder]).filter(({ path }) => !/(?:^|[./_-])down\.sql$/i.test(path));
  // Some folders name both 20140924112938_x and 2017-08-31-230457_y.
  const version = (path: string) => path.replace(/(?<=\d)-(?=\d)/g, "");
  files.sort((one, other) => version(one.path).localeCompare(version(other.path), "en", { numeric: true }));
  await inDatabase(server, async (sql) => {
    for (const { path, text } of files) {
      const end = text.search(/^\s*--\s*(?:\+goose\s+down|migrate:down|rollback)\b/im);
      const facts = readSqlFile(path, text, { dialect: "postgresql" });
      for (const { kind, at, references } of facts.statements) {
        if (kind === "psql" || kind === "transaction" || (end >= 0 && at.start > end)) continue;
        // There is nobody at the other end: what comes is empty, and what goes is lost.
        const statement = text
          .slice(at.start, at.end)
          .replace(/^(copy\b[\s\S]*?\b(?:from|to)\s+)std(?:in|out)\b/i, "$1'/dev/null'");
        const where = `${path}:${text.slice(0, at.start).split("\n").length}`;
        await compare(sql, report, where, statement, references, () => readCatalog(sql));
        await sql.unsafe(statement).catch(() => {});
      }
    }
  });
  return report;
}

async function compare(
  sql: ReservedSql,
  report: LockReport,
  where: string,
  statement: string,
  references: readonly SqlReference[],
  catalog: () => Promise<Catalog>,
): Promise<void> {
  const probed = await probe(sql, statement);
  if (!probed.ok) {
    report.refused.push({ where, statement, message: probed.message });
    return;
  }
  report.compared++;
  if (probed.locked.length === 0 && references.length === 0) return;
  const judged = judge(statement, references, probed.locked, await catalog());
  report.agreed += judged.agreed;
  for (const { reason } of judged.explained) report.explained[reason] = (report.explained[reason] ?? 0) + 1;
  report.disagreements.push(...judged.disagreements.map((one) => ({ where, statement, ...one })));
}

async function inDatabase(server: EmbeddedPostgres, run: (sql: ReservedSql) => Promise<void>): Promise<void> {
  const name = `locks_${crypto.randomUUID().replaceAll("-", "")}`;
  await server.createDatabase(name);
  const pool = postgres({
    ...server.driverOptions({ database: name }),
    max: 1,
    onnotice: () => {},
    // Plans that outlive their statement would hide locks, and break when their tables change.
    prepare: false,
  });
  const sql = await pool.reserve();
  try {
    await run(sql);
  } finally {
    sql.release();
    await pool.end();
  }
}

function show(title: string, report: LockReport): string {
  const lines: string[] = [];
  for (const { where, statement, table, engine, postgresql } of report.disagreements) {
    lines.push(`${where}  ${table}: engine ${engine}, PostgreSQL ${postgresql}`);
    lines.push(
      ...statement
        .split("\n")
        .slice(0, 12)
        .map((row) => `  │ ${row}`),
      "",
    );
  }
  const messages = Map.groupBy(report.refused, ({ message }) => message.replace(/"[^"]*"/g, '"…"'));
  const common = [...messages].sort((one, other) => other[1].length - one[1].length).slice(0, 8);
  lines.push(
    `${title}: ${report.compared} statements compared, ${report.agreed} tables agreed on, ${report.disagreements.length} disagreements, ${report.refused.length} refused by the server`,
  );
  for (const [message, list] of common)
    lines.push(`  refused ${list.length} × ${message} (${list[0]!.where})`);
  for (const [id, count] of Object.entries(report.explained).sort((one, other) => other[1] - one[1])) {
    lines.push(`  ${String(count).padStart(5)} × ${id}: ${REASONS.find((reason) => reason.id === id)?.why}`);
  }
  return `${lines.join("\n")}\n`;
}

if (import.meta.main) {
  try {
    const { values, positionals } = readFlags({
      options: { format: { type: "string", default: "text" } },
      allowPositionals: true,
    });
    if (values.format !== "text" && values.format !== "json")
      throw new MaterialError(`--format is text or json, not ${values.format}`);
    await using server = await startPostgres();
    const titles = positionals.length > 0 ? positionals : ["built in"];
    const reports: Record<string, LockReport> = {};
    for (const title of titles) {
      const found = await (positionals.length > 0 ? folderLocks(server, title) : builtInLocks(server));
      reports[title] = found;
      if (values.format === "text") process.stdout.write(show(title, found));
    }
    if (values.format === "json") process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
    process.exitCode = Object.values(reports).some(({ disagreements }) => disagreements.length > 0) ? 1 : 0;
  } catch (error) {
    process.stderr.write(`locks: ${(error as Error).message}\n`);
    process.exitCode = 2;
  }
}
