/** Random edits of a generated monorepo, such as people make: seeded, so that each can be made again. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Chance } from "./seeded.ts";
import { commit, git } from "./write.ts";

type Edit = (repository: Repository, chance: Chance) => string;

/** A repository under edit, with its files by path as they now are. */
export interface Repository {
  root: string;
  paths: string[];
}

/** Reads from git which files there are. */
export function openRepository(root: string): Repository {
  const listed = git(root, "ls-files", "-co", "--exclude-standard", "-z").split("\0").filter(Boolean);
  const gone = new Set(git(root, "ls-files", "-d", "-z").split("\0"));
  return { root, paths: [...new Set(listed)].filter((path) => !gone.has(path)).sort() };
}

/** Makes one edit. @returns what was done, for whoever looks into a difference */
export function editOnce(root: string, chance: Chance): string {
  return chance.pick(EDITS)(openRepository(root), chance);
}

const write = (root: string, path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

const change = ({ root }: Repository, path: string, with_: (text: string) => string): string => {
  write(root, path, with_(readFileSync(join(root, path), "utf8")));
  return `changed ${path}`;
};

const anyOf = ({ paths }: Repository, chance: Chance, pattern: RegExp): string | null => {
  const found = paths.filter((path) => pattern.test(path));
  return found.length ? chance.pick(found) : null;
};

const table = (chance: Chance) =>
  `s00${chance.number(3)}_${chance.pick(["items", "events", "grants", "totals", "nowhere"])}`;

const STORE = /stores\/.*\.ts$/;

const add: Edit = (repository, chance) => {
  const path = `services/s00${chance.number(3)}/src/stores/more-${chance.number(50)}.ts`;
  const lines = [
    'import { sql } from "../database.ts";',
    'import { ITEMS } from "../tables.ts";',
    `export const more = () => sql\`select 1 from ${table(chance)}\`;`,
    "export const items = () => sql`delete from ${sql(ITEMS)}`;",
  ];
  write(repository.root, path, `${lines.join("\n")}\n`);
  return `added ${path}`;
};

const EDITS: readonly Edit[] = [
  add,
  (repository, chance) => {
    const path = anyOf(repository, chance, STORE);
    if (path === null) return add(repository, chance);
    const to = path
      .replace(/[^/]*$/, `moved-${chance.number(50)}.ts`)
      .replace(/s00\d/, `s00${chance.number(3)}`);
    mkdirSync(dirname(join(repository.root, to)), { recursive: true });
    renameSync(join(repository.root, path), join(repository.root, to));
    return `moved ${path} to ${to}`;
  },
  (repository, chance) => {
    const path = anyOf(repository, chance, /\.(?:ts|sql)$/);
    if (path === null) return add(repository, chance);
    rmSync(join(repository.root, path));
    return `deleted ${path}`;
  },
  (repository, chance) => {
    const path = anyOf(repository, chance, /src\/tables\.ts$/);
    if (path === null) return add(repository, chance);
    return change(repository, path, (text) => text.replace(/"s00\d_\w+"/, `"${table(chance)}"`));
  },
  (repository, chance) => {
    const path = anyOf(repository, chance, STORE);
    if (path === null) return add(repository, chance);
    const line = `export const n${chance.number(1e6)} = () => sql\`update ${table(chance)} set name = 'x'\`;`;
    return change(repository, path, (text) =>
      chance.number(2)
        ? `${text}${line}\n`
        : `${line}\n${text.split("\n").slice(chance.number(4)).join("\n")}`,
    );
  },
  (repository, chance) => {
    const path = anyOf(repository, chance, /\.sql$/);
    if (path === null) return add(repository, chance);
    return change(
      repository,
      path,
      (text) => `${text}create table ${table(chance)}_${chance.number(9)} (a int);\n`,
    );
  },
  (repository, chance) =>
    change(repository, "freehold.json", (text) => {
      const manifest = JSON.parse(text);
      const service = manifest.services[`s00${chance.number(3)}`];
      const name = table(chance);
      service.owns = service.owns.includes(name)
        ? service.owns.filter((one: string) => one !== name)
        : [...service.owns, name];
      service.publishes = [];
      return JSON.stringify(manifest, null, 2);
    }),
  ({ root }) => {
    commit(root, "so far");
    const to = git(root, "branch", "--show-current").trim() === "main" ? "other" : "main";
    const there = git(root, "branch", "--list", to) !== "";
    git(root, "checkout", "--quiet", ...(there ? [] : ["-b"]), to);
    return `switched to ${to}`;
  },
];
