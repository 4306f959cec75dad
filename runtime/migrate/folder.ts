/**
 * A service's migrations as they lie in its folder: `NNN_name.sql`, and beside it `NNN_name.down.sql`, numbered
 * without gaps from 0 or 1. Everything is read and judged before anything of it is sent.
 */
import { hash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isEmpty, statements } from "./bare.ts";
import { MigrationError } from "./errors.ts";
import type { Script } from "./explain.ts";

export interface Migration extends Script {
  /** The number the file's name begins with. */
  version: number;
  /** SHA-256 of the text with all line endings as `\n`, in hex. */
  checksum: string;
  /** Path of the way back for messages, or null where there is none. */
  downFile: string | null;
}

const up = /^(?<version>\d{1,9})_(?<title>[A-Za-z0-9][A-Za-z0-9_-]*)\.sql$/;
const down = /^(?<name>\d{1,9}_[A-Za-z0-9][A-Za-z0-9_-]*)\.down\.sql$/;

/**
 * Reads a service's migrations, lowest number first. Files that do not end in `.sql` are left alone.
 * @throws {MigrationError} `folder`: unreadable, misnamed, doubled, missing, empty or not UTF-8.
 */
export function readMigrations(service: string, folder: string | URL): Migration[] {
  const reading = readFiles(service, folder);
  for (;;) {
    const { done, value } = reading.next();
    if (done) return value;
  }
}

/** The same, in turns with what else the process has begun: it opens a connection meanwhile. */
export async function readMigrationsInTurns(service: string, folder: string | URL): Promise<Migration[]> {
  const reading = readFiles(service, folder);
  // The driver opens its connection from a timer, which it sets before this turn ends. A timer that is set after it comes
  // after it: what is read then is read while the server starts a process for the connection.
  await nextTurn();
  await pause(0);
  for (let read = 0; ; read += 1) {
    if (read % filesInATurn === 0) await nextTurn();
    const { done, value } = reading.next();
    if (done) return value;
  }
}

/** Some milliseconds, in which a server has nothing to say yet; more and shorter turns take longer in all. */
const filesInATurn = 100;

/** Yields before each file. */
function* readFiles(service: string, folder: string | URL): Generator<undefined, Migration[]> {
  const root = rootOf(folder);
  const fail = failure(service);
  const names = list(root, fail);
  // Once for all of them: each would ask for the working folder anew.
  const lead = shown(join(root, "-")).slice(0, -1);
  const downs = new Map<string, string>();
  const migrations: Migration[] = [];
  for (const entry of names) {
    const file = lead + entry;
    const back = down.exec(entry)?.groups?.["name"];
    if (back !== undefined) {
      downs.set(back, file);
      continue;
    }
    const found = up.exec(entry)?.groups;
    if (!found) {
      fail("a migration is named NNN_name.sql or NNN_name.down.sql, with letters, digits, - and _", file);
    } else {
      yield;
      const text = read(join(root, entry), file, fail);
      migrations.push({
        version: Number(found["version"]),
        name: entry.slice(0, -".sql".length),
        file,
        text,
        checksum: checksum(text),
        downFile: null,
        transaction: inTransaction(text, file, fail),
      });
    }
  }
  migrations.sort((a, b) => a.version - b.version);
  for (const migration of migrations) {
    migration.downFile = downs.get(migration.name) ?? null;
    downs.delete(migration.name);
  }
  for (const [name, file] of downs) fail(`there is no ${name}.sql that this would undo`, file);
  requireSequence(migrations, fail);
  return migrations;
}

/**
 * Reads the ways back of these migrations, in the order in which they are given.
 * @throws {MigrationError} `folder` where one has none, or one that cannot be read.
 */
export function readDowns(service: string, folder: string | URL, migrations: readonly Migration[]): Script[] {
  const root = rootOf(folder);
  const fail = failure(service);
  return migrations.map(({ name, file, downFile }) => {
    if (downFile === null) fail(`has no way back: write ${name}.down.sql beside it`, file);
    const path = join(root, `${name}.down.sql`);
    const text = read(path, shown(path), fail);
    return { name, file: shown(path), text, transaction: inTransaction(text, shown(path), fail) };
  });
}

const directive = /^--[ \t]*freehold:[ \t]*(?<word>\S+)[ \t]*\r?$/gm;

/** Whether it runs in a transaction, as the comments say: all of them, so that a misspelt one is not passed over. */
function inTransaction(text: string, file: string, fail: Fail): boolean {
  if (!text.includes("freehold:")) return true;
  const words = Array.from(text.matchAll(directive), ({ groups }) => groups?.["word"] ?? "");
  const strange = words.find((word) => word !== "no-transaction");
  if (strange !== undefined)
    fail(`says "-- freehold: ${strange}", and "no-transaction" is all that may stand there`, file);
  if (words.length > 0 && statements(text).length !== 1)
    fail(
      'has several statements, and "-- freehold: no-transaction" takes one: write a migration for each',
      file,
    );
  return words.length === 0;
}

/** SHA-256 of the text, the same whether lines end in LF or CRLF: a checkout on Windows changes no migration. */
export function checksum(text: string): string {
  return hash("sha256", text.includes("\r") ? text.replaceAll("\r\n", "\n") : text);
}

/** A path as a person at the working folder would write it. */
export function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near === "" || near.startsWith("..") ? path : near.replaceAll("\\", "/");
}

type Fail = (message: string, file: string) => never;

function failure(service: string): Fail {
  return (message, file) => {
    throw new MigrationError(service, "folder", `${file}: ${message}`, { place: { file } });
  };
}

function rootOf(folder: string | URL): string {
  return resolve(typeof folder === "string" ? folder : fileURLToPath(folder));
}

function list(root: string, fail: Fail): string[] {
  try {
    return readdirSync(root)
      .filter((name) => name.toLowerCase().endsWith(".sql"))
      .sort();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === "ENOENT"
        ? "there is no such folder"
        : code === "ENOTDIR"
          ? "this is no folder"
          : `cannot be read (${code})`;
    return fail(`${why}; a service's migrations live in one`, shown(root));
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function read(path: string, file: string, fail: Fail): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return fail(`cannot be read (${(error as NodeJS.ErrnoException).code})`, file);
  }
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return fail("is not UTF-8; save it as UTF-8", file);
  }
  if (text.includes("\0")) fail("holds a NUL, which PostgreSQL takes for the end", file);
  if (isEmpty(text)) fail("is empty; a migration says something", file);
  return text;
}

function requireSequence(migrations: Migration[], fail: Fail): void {
  let before: Migration | undefined;
  for (const migration of migrations) {
    const { version, name, file } = migration;
    if (!before && version > 1) fail(`numbers begin at 001, and ${name} is the lowest there is`, file);
    if (before && version === before.version) fail(`has the same number as ${before.name}`, file);
    if (before && version > before.version + 1)
      fail(`leaves a gap: the number before it is ${before.name}`, file);
    before = migration;
  }
}
