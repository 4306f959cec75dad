/** A manifest as a machine proposes it: plain JSON, and every doubt as a comment at its line. */
import type { Dialect } from "./model.ts";

/** What is written, and what a person should look at: null where nothing is in doubt. */
export interface Guess<T> {
  value: T;
  doubt: string | null;
}

/** The variables of an address's parts. */
export type DatabaseParts = { [part in "host" | "port" | "name" | "user" | "password"]?: string };

export interface DraftService {
  name: string;
  /** About the service as a whole, a sentence each. */
  doubts: string[];
  paths: string[];
  migrations: Guess<string>[];
  /** Null where it is the manifest's own. */
  dialect: Dialect | null;
  database: Guess<string | DatabaseParts> | null;
  owns: Guess<string>[];
  /** What its migrations install. */
  extensions: string[];
}

export interface ManifestDraft {
  dialect: Dialect;
  /** The version whose rules count in full. */
  since: string;
  services: DraftService[];
  system: Guess<string>[];
  ignore: Guess<string>[];
  /** About the whole, a sentence each. */
  doubts: string[];
}

/** How many of a draft's lines are in doubt. */
export function doubtsOf({ services, system, ignore, doubts }: ManifestDraft): number {
  const guesses = services.flatMap(({ migrations, database, owns }) => [...migrations, database, ...owns]);
  const open = [...guesses, ...system, ...ignore].filter((guess) => guess && guess.doubt !== null);
  return open.length + doubts.length + services.reduce((sum, service) => sum + service.doubts.length, 0);
}

/** The draft as the text of a file. */
export function renderDraft(draft: ManifestDraft): string {
  const { dialect, since, services, system, ignore, doubts } = draft;
  const members = [
    member("$schema", "./node_modules/freehold/freehold.schema.json"),
    member("dialect", dialect),
    member("since", since),
    [
      '"services": {',
      ...indent(
        separated(services.map((service) => [...comments(service.doubts), ...serviceLines(service)])),
      ),
      "}",
    ],
    ...(system.length > 0 ? [listed("system", system)] : []),
    ...(ignore.length > 0 ? [listed("ignore", ignore)] : []),
  ];
  const head = [
    '// Written by "freehold init" from what the code says. Each line that is marked with "?" is a guess:',
    "// look at it, mend it, and take the mark away.",
    ...comments(doubts),
  ];
  return `${["{", ...indent([...head, ...separated(members)]), "}"].join("\n")}\n`;
}

function serviceLines(service: DraftService): string[] {
  const { name, paths, migrations, dialect, database, owns, extensions } = service;
  const [path] = paths;
  const members = [
    paths.length === 1
      ? member("path", path)
      : listed(
          "path",
          paths.map((value) => ({ value, doubt: null })),
        ),
    ...(migrations.length > 0 ? [listed("migrations", migrations)] : []),
    ...(dialect === null ? [] : [member("dialect", dialect)]),
    ...(database === null ? [] : [[...comments(doubtOf(database)), ...member("database", database.value)]]),
    ...(owns.length > 0 ? [listed("owns", owns)] : []),
    ...(extensions.length > 0 ? [member("extensions", extensions)] : []),
  ];
  return [`${JSON.stringify(name)}: {`, ...indent(separated(members)), "}"];
}

function member(key: string, value: unknown): string[] {
  return [`${JSON.stringify(key)}: ${JSON.stringify(value)}`];
}

/** An entry a line, its doubt behind it. */
function listed(key: string, guesses: readonly Guess<string>[]): string[] {
  const lines = guesses.map(({ value, doubt }, index) => {
    const comma = index === guesses.length - 1 ? "" : ",";
    return `${JSON.stringify(value)}${comma}${doubt === null ? "" : ` // ? ${oneLine(doubt)}`}`;
  });
  return [`${JSON.stringify(key)}: [`, ...indent(lines), "]"];
}

function doubtOf({ doubt }: Guess<unknown>): string[] {
  return doubt === null ? [] : [doubt];
}

function comments(doubts: readonly string[]): string[] {
  return doubts.map((doubt) => `// ? ${oneLine(doubt)}`);
}

/** A comma behind each block but the last: none of them ends with a comment. */
function separated(blocks: readonly string[][]): string[] {
  return blocks.flatMap((lines, index) =>
    index === blocks.length - 1 ? lines : [...lines.slice(0, -1), `${lines.at(-1)},`],
  );
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** A name from the workspace must not end the comment that it stands in. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, " ");
}
