/**
 * How fast and how completely the SQL engine reads a folder of `.sql` files, or a built-in sample.
 *
 * bun bench/sql.ts [FOLDER] [--problems]
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { loadSql, readSqlFile } from "../analysis/sql/mod.ts";
import { parse } from "../analysis/sql/postgres/grammar.ts";
import { nextStatement } from "../analysis/sql/splitter.ts";
import { readFlags } from "./flags.ts";

const { values, positionals } = readFlags({
  options: { problems: { type: "boolean", default: false } },
  allowPositionals: true,
});

const started = performance.now();
await loadSql();
console.log(`grammar loaded in ${(performance.now() - started).toFixed(0)} ms`);

const files = positionals[0] ? readFolder(positionals[0]) : [sample()];
const characters = files.reduce((sum, { text }) => sum + text.length, 0);
console.log(`${files.length} files, ${(characters / 1e6).toFixed(2)} million characters`);

const splitting = best(3, () => {
  for (const { text } of files) {
    for (let at = 0; ; ) {
      const raw = nextStatement(text, at, true, []);
      if (!raw) break;
      at = Math.max(raw.next, at + 1);
    }
  }
});
console.log(`splitting: ${(characters / 1e6 / (splitting / 1000)).toFixed(1)} MB/s`);

let statements = 0;
let references = 0;
let problems = 0;
let lost = 0;
let unplaced = 0;
const reading = best(2, () => {
  statements = references = problems = unplaced = lost = 0;
  for (const { path, text } of files) {
    const facts = readSqlFile(path, text, { dialect: "postgresql" });
    statements += facts.statements.length;
    problems += facts.problems.length;
    for (const statement of facts.statements) {
      references += statement.references.length;
      unplaced += statement.references.filter(({ at }) => at.end <= at.start || at.end > text.length).length;
    }
  }
});
const perSecond = (statements + problems) / (reading / 1000);
console.log(
  `reading: ${statements} statements, ${references} references, ${problems} problems in ${reading.toFixed(0)} ms = ${perSecond.toFixed(0)} statements/s`,
);
console.log(`references without an exact range: ${unplaced}`);

let accepted = 0;
for (const { path, text } of files) {
  const whole = parse(text);
  if (!whole.ok) continue;
  accepted++;
  const facts = readSqlFile(path, text, { dialect: "postgresql" });
  if (facts.problems.length > 0 || facts.statements.length !== whole.statements.length) {
    lost++;
    console.log(
      `  ${path}: the grammar sees ${whole.statements.length} statements, the engine ${facts.statements.length} and ${facts.problems.length} problems`,
    );
    for (const { message, at } of facts.problems.slice(0, 3)) console.log(`    ${at.start}: ${message}`);
  }
}
console.log(`files that the grammar accepts whole: ${accepted}; read otherwise: ${lost}`);

if (values.problems) {
  for (const { path, text } of files) {
    for (const { message, at } of readSqlFile(path, text, { dialect: "postgresql" }).problems) {
      const line = text.slice(0, at.start).split("\n").length;
      console.log(
        `${path}:${line}  ${message}  | ${text.slice(at.start - 30, at.end + 20).replace(/\s+/g, " ")}`,
      );
    }
  }
}

function best(times: number, run: () => void): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    run();
    fastest = Math.min(fastest, performance.now() - start);
  }
  return fastest;
}

function readFolder(folder: string): { path: string; text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".sql") && statSync(join(folder, path)).isFile())
    .sort()
    .map((path) => ({ path, text: readFileSync(join(folder, path), "utf8") }));
}

function sample(): { path: string; text: string } {
  let text = "";
  for (let i = 0; i < 5000; i++) {
    text += `insert into table_${i} (a, b) values (${i}, 'text with '' quotes');
select t.a, count(*) from table_${i} t join other_${i % 7} o on o.id = t.id where t.b > $1 group by 1 order by 2 desc limit 10;
alter table table_${i} add column c_${i} int not null default 0; -- a comment\n`;
  }
  return { path: "sample.sql", text };
}
