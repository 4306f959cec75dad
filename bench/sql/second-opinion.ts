/**
 * `bun bench/sql/second-opinion.ts FOLDER… [--format json] [--no-speed]`
 *
 * Reads every `.sql` file below the folders as PostgreSQL's and asks three questions of the engine: is
 * there a result for everything that PostgreSQL's grammar accepts, does each reference stand exactly at
 * its name, and does another parser, read by other code, find the same tables? Prints every
 * disagreement with both answers. Exit code 1 where a statement is lost or a range is not exact, 2
 * where the work could not be done. A disagreement is no failure: it says that one of the two is wrong.
 */

import { loadSql, readSqlFile } from "../../analysis/sql/mod.ts";
import { readFlags } from "../flags.ts";
import { type Comparison, compareFile } from "./compare.ts";
import { coverage, loadGrammar } from "./coverage.ts";
import { loadCstParser } from "./cst.ts";
import { MaterialError, readSqlFolders, type SqlFile } from "./material.ts";
import { inexact } from "./ranges.ts";
import { measureSpeed, type Speed } from "./speed.ts";

interface Report extends Comparison {
  files: number;
  statements: number;
  problems: number;
  /** Statements that PostgreSQL's grammar accepts, found by its own scanner. */
  accepted: number;
  /** Files that PostgreSQL's scanner refuses as a whole: what it accepts of them is not counted. */
  unscanned: number;
  lost: { path: string; line: number; text: string }[];
  allReferences: number;
  inexact: { path: string; line: number; table: string; text: string }[];
  /** Of the statements that both read, the share about which they agree. */
  agreement: number;
  speed: Speed | null;
}

async function report(files: readonly SqlFile[], withSpeed: boolean): Promise<Report> {
  const [grammar, parse] = await Promise.all([loadGrammar(), loadCstParser(), loadSql()]);
  const out: Report = {
    files: files.length,
    statements: 0,
    problems: 0,
    accepted: 0,
    unscanned: 0,
    lost: [],
    allReferences: 0,
    inexact: [],
    compared: 0,
    bodies: 0,
    references: 0,
    disagreements: [],
    agreement: 1,
    speed: withSpeed ? measureSpeed(files) : null,
  };
  for (const { path, text } of files) {
    const facts = readSqlFile(path, text, { dialect: "postgresql" });
    const line = (offset: number) => text.slice(0, offset).split("\n").length;
    out.statements += facts.statements.length;
    out.problems += facts.problems.length;
    const covered = coverage(grammar, text, facts);
    out.accepted += covered.accepted;
    if (covered.unscanned) out.unscanned++;
    for (const one of covered.lost) out.lost.push({ path, line: line(one.start), text: one.text });
    for (const reference of facts.statements.flatMap(({ references }) => references)) {
      out.allReferences++;
      const found = inexact(reference, text);
      if (found === null) continue;
      out.inexact.push({ path, line: line(reference.at.start), table: reference.table ?? "", text: found });
    }
    const compared = compareFile(path, text, facts, parse);
    out.compared += compared.compared;
    out.bodies += compared.bodies;
    out.references += compared.references;
    out.disagreements.push(...compared.disagreements);
  }
  if (out.compared > 0) out.agreement = 1 - out.disagreements.length / out.compared;
  return out;
}

function show(found: Report): string {
  const lines: string[] = [];
  for (const { path, line, statement, engine, second } of found.disagreements) {
    lines.push(`${path}:${line}  they disagree`);
    lines.push(`  engine alone: ${engine.join(", ") || "–"}`, `  second alone: ${second.join(", ") || "–"}`);
    lines.push(...short(statement).map((row) => `  │ ${row}`), "");
  }
  for (const { path, line, text } of found.lost) {
    lines.push(
      `${path}:${line}  accepted by the grammar, no result`,
      ...short(text).map((row) => `  │ ${row}`),
      "",
    );
  }
  for (const { path, line, table, text } of found.inexact) {
    lines.push(`${path}:${line}  not the name ${table}: ${JSON.stringify(text.slice(0, 80))}`);
  }
  const percent = (part: number, whole: number) =>
    whole === 0 ? "–" : `${((100 * part) / whole).toFixed(3)} %`;
  lines.push(
    `files              ${found.files}${found.unscanned > 0 ? ` (${found.unscanned} of them refused by PostgreSQL's scanner)` : ""}`,
    `statements         ${found.statements}, and ${found.problems} problems`,
    `accepted           ${found.accepted} by PostgreSQL's grammar, with a result ${percent(found.accepted - found.lost.length, found.accepted)}`,
    `references         ${found.allReferences}, without an exact range ${found.inexact.length}`,
    `second opinion     ${found.compared} statements, ${found.bodies} bodies, ${found.references} references: agreement ${percent(found.compared - found.disagreements.length, found.compared)}, ${found.disagreements.length} disagreements`,
  );
  if (found.speed) {
    const { megabytes, seconds, statementsPerSecond, splittingMegabytesPerSecond } = found.speed;
    lines.push(
      `speed              ${megabytes.toFixed(2)} MB in ${seconds.toFixed(2)} s, ${Math.round(statementsPerSecond)} statements/s, splitting alone ${splittingMegabytesPerSecond.toFixed(1)} MB/s`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function short(statement: string): string[] {
  const rows = statement.split(/\r?\n/);
  return rows.length <= 24 ? rows : [...rows.slice(0, 24), `… ${rows.length - 24} more lines`];
}

if (import.meta.main) {
  try {
    const { values, positionals } = readFlags({
      options: {
        format: { type: "string", default: "text" },
        "no-speed": { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
    if (positionals.length === 0) throw new MaterialError("name at least one folder with .sql files");
    if (values.format !== "text" && values.format !== "json")
      throw new MaterialError(`--format is text or json, not ${values.format}`);
    const found = await report(readSqlFolders(positionals), !values["no-speed"]);
    process.stdout.write(values.format === "json" ? `${JSON.stringify(found, null, 2)}\n` : show(found));
    process.exitCode = found.lost.length + found.inexact.length > 0 ? 1 : 0;
  } catch (error) {
    process.stderr.write(`second-opinion: ${(error as Error).message}\n`);
    process.exitCode = 2;
  }
}
