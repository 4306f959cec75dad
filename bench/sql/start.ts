/**
 * `bun bench/sql/start.ts [RUNS]`
 *
 * What the SQL engine adds to a process's start: processes that do nothing, that import the engine and
 * meet no SQL, that load PostgreSQL's grammar (its WebAssembly included), and that read a first
 * statement, started in turn. Prints the best and the middle run of each, the processor time of all
 * threads, which a busy machine disturbs less, and what the best run adds to the empty process's.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const runs = Number(process.argv[2] ?? 15);
const engine = JSON.stringify(join(import.meta.dir, "../../analysis/sql/mod.ts"));
const SCRIPTS: readonly (readonly [name: string, script: string])[] = [
  ["an empty process", ""],
  ["the engine imported, no SQL met", `await import(${engine});`],
  ["the grammar loaded", `const { loadSql } = await import(${engine}); await loadSql();`],
  [
    "a statement read",
    `const { loadSql, readSqlFile } = await import(${engine}); await loadSql();
     readSqlFile("a.sql", "select a.x from a join b on b.id = a.id where a.y = $1", { dialect: "postgresql" });`,
  ],
];

const folder = await mkdtemp(join(tmpdir(), "freehold-start-"));
try {
  const taken = SCRIPTS.map(() => ({ wallMs: [] as number[], cpuMs: [] as number[] }));
  const path = (i: number) => join(folder, `${i}.ts`);
  for (const [i, [, script]] of SCRIPTS.entries()) await Bun.write(path(i), script);
  for (let run = -1; run < runs; run++) {
    for (const [i, [name]] of SCRIPTS.entries()) {
      const begin = performance.now();
      const child = Bun.spawn([process.execPath, path(i)]);
      if ((await child.exited) !== 0) throw new Error(`the process for "${name}" failed`);
      // The first round warms the machine's caches.
      if (run < 0) continue;
      taken[i]?.wallMs.push(performance.now() - begin);
      taken[i]?.cpuMs.push(Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1000);
    }
  }
  const rows = taken.map(({ wallMs, cpuMs }) => ({ wallMs: wallMs.sort(up), cpuMs: cpuMs.sort(up) }));
  const ms = (value: number | undefined) => `${(value ?? 0).toFixed(0).padStart(5)} ms`;
  const middle = Math.floor(runs / 2);
  console.log(`${"".padEnd(34)}    best    middle processor    added`);
  for (const [i, { wallMs, cpuMs }] of rows.entries()) {
    const added = wallMs[0]! - rows[0]!.wallMs[0]!;
    console.log(
      `${SCRIPTS[i]?.[0].padEnd(34)}${ms(wallMs[0])} ${ms(wallMs[middle])}  ${ms(cpuMs[middle])} ${ms(added)}`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function up(one: number, other: number): number {
  return one - other;
}
