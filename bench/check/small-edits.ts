/** Random edits of a few lines, as they lie in a commit: most of them leave files, imports and migrations alone. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { editOnce, openRepository } from "./edits.ts";
import type { Chance } from "./seeded.ts";

const NAME = /s00\d_(?:items|events|grants|totals)/g;

/** @returns what was done */
export function editALittle(root: string, chance: Chance): string {
  // Now and then something that concerns everything.
  if (chance.number(12) === 0) return editOnce(root, chance);
  const paths = openRepository(root).paths.filter((path) => /\.ts$/.test(path));
  const telling = paths.filter((path) => !/area-\d/.test(path));
  const path = chance.pick(chance.number(4) === 0 ? paths : telling);
  const text = readFileSync(join(root, path), "utf8");
  const lines = text.split("\n");
  const [name, change] = chance.pick(EDITS);
  const changed = change(lines, chance).join("\n");
  if (chance.number(25) === 0) {
    const to = path.replace(/[^/]*$/, `moved-${chance.number(20)}.ts`);
    mkdirSync(dirname(join(root, to)), { recursive: true });
    if (chance.number(2)) rmSync(join(root, path));
    else renameSync(join(root, path), join(root, to));
    return `moved or deleted ${path}`;
  }
  writeFileSync(join(root, path), changed);
  return `${name} in ${path}`;
}

type Lines = readonly string[];

const table = (chance: Chance) =>
  `s00${chance.number(3)}_${chance.pick(["items", "events", "grants", "totals", "nowhere"])}`;

const insert = (lines: Lines, at: number, ...more: string[]) => [
  ...lines.slice(0, at),
  ...more,
  ...lines.slice(at),
];

const EDITS: readonly [name: string, change: (lines: Lines, chance: Chance) => string[]][] = [
  ["another table", anotherTable],
  ["another table", anotherTable],
  ["another table", anotherTable],
  ["a line at the top", (lines, chance) => insert(lines, 0, `// ${chance.number(1e6)}`)],
  [
    "a constant at the end",
    (lines, chance) => [...lines, `export const n${chance.number(1e6)} = "${table(chance)}";`],
  ],
  [
    "a query at the end",
    (lines, chance) => [
      ...lines,
      `export const q${chance.number(1e6)} = (sql: any) => sql\`update ${table(chance)} set name = 'x'\`;`,
    ],
  ],
  [
    "a call at the end",
    (lines, chance) => [...lines, `export const c${chance.number(1e6)} = rowsOf(sql, "${table(chance)}");`],
  ],
  [
    "a line less",
    (lines, chance) => {
      const gone = chance.number(lines.length);
      return lines.filter((_, index) => index !== gone);
    },
  ],
  [
    "a line twice",
    (lines, chance) => {
      const at = chance.number(lines.length);
      return insert(lines, at, lines[at] ?? "");
    },
  ],
  [
    "lines in another order",
    (lines, chance) => {
      const at = chance.number(Math.max(1, lines.length - 1));
      return [...lines.slice(0, at), lines[at + 1] ?? "", lines[at] ?? "", ...lines.slice(at + 2)];
    },
  ],
  [
    "an ignore",
    (lines, chance) =>
      insert(lines, chance.number(lines.length), "// freehold-ignore cross-service-read -- for now"),
  ],
  [
    "another variable",
    (lines, chance) =>
      lines.map((line) => line.replace(/S00\d_DATABASE_URL/, `S00${chance.number(4)}_DATABASE_URL`)),
  ],
  [
    "another name",
    (lines, chance) => {
      const at = chance.number(lines.length);
      return lines.map((line, index) =>
        index < at ? line : line.replace(/export const (\w)(\w*)/, "export const $2$1"),
      );
    },
  ],
];

function anotherTable(lines: Lines, chance: Chance): string[] {
  const naming = lines.flatMap((line, index) => (line.match(NAME) ? [index] : []));
  if (naming.length === 0) return [...lines];
  const at = chance.pick(naming);
  return lines.map((line, index) => (index === at ? line.replace(NAME, table(chance)) : line));
}
