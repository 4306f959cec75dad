/**
 * A writer's folder in the spool: `<spool>/<writer>/`, one for each time that a log is opened.
 *
 *     lock            held by who writes it, or who empties it after the writer is gone
 *     writer.json     where its ring is, and in which run of the machine that was
 *     ring            accepted events; or in /dev/shm, if asked for
 *     00000001.seg …  the spool itself, in numbered segments
 *     end.json        written when the writer is gone: up to where the spool goes, and what its ring still held is in it
 *     dead-letters.jsonl   events that the table refused; the folder stays for their sake
 *
 * States: *live* (its lock is held by its writer) → *left* (nobody holds it: the writer closed with a rest, crashed or was
 * killed) → *recovered* (end.json is there) → gone, once all of it is in the database. A crash in any of them leaves that
 * state or the one before, and the next one to come takes it from there.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Lock, makeLock, tryLock } from "./lock.ts";

export interface Home {
  folder: string;
  writer: string;
  lock: Lock;
}

export interface WriterFile {
  version: 1;
  writer: string;
  /** The ring's path: a name in the folder, which may be mounted elsewhere the next time, or one in /dev/shm. */
  ring: string;
  /** Tells one run of the machine from another; memory of a mapped file is only as good as the run it was written in. */
  boot: string;
  host: string;
  pid: number;
}

export interface EndFile {
  version: 1;
  /** The last sequence that the spool must have, or that is known to be missing from it. */
  last: number;
  /** The machine went down under the writer: what it accepted after `last`, and nobody confirmed, is not known. */
  uncertain: boolean;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const segment = /^(\d{8})\.seg$/;

/** So many folders are not taken from us one after the other: it is the locks that do not work. */
const mostTries = 100;

/**
 * Makes a folder for a new writer. Another process that starts in the same moment may find the folder before it is locked,
 * take it for one that was left, and clear it away: then another one is made.
 * @throws what the disk does
 */
export function createHome(spool: string): Home {
  mkdirSync(spool, { recursive: true, mode: 0o700 });
  for (let tries = 0; tries < mostTries; tries += 1) {
    const writer = Bun.randomUUIDv7();
    const folder = join(spool, writer);
    mkdirSync(folder, { mode: 0o700 });
    const lock = makeLock(join(folder, "lock"));
    if (!lock) continue;
    syncFolder(spool);
    return { folder, writer, lock };
  }
  throw Object.assign(new Error("its file system locks no file (flock)"), { code: "ENOLCK" });
}

/** Takes what earlier writers left, the oldest first; those of which another process is alive are not taken. */
export function adoptHomes(spool: string): Home[] {
  const homes: Home[] = [];
  const writers = readdirSync(spool).filter((name) => uuid.test(name));
  for (const writer of writers.sort()) {
    const folder = join(spool, writer);
    const lock = tryLock(join(folder, "lock"));
    if (!lock) {
      removeEmpty(folder);
      continue;
    }
    const home = { folder, writer, lock };
    if (segmentNumbers(folder).length > 0 || readWriterFile(folder)) homes.push(home);
    // Its writer ended before its first event, or whoever emptied it did before it was gone.
    else removeHome(home);
  }
  return homes;
}

/** Removes a writer's folder once it is empty of events; dead letters, if there are any, stay. */
export function removeHome({ folder, lock }: Pick<Home, "folder" | "lock">): void {
  for (const path of removals(folder)) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  lock.release();
}

/** What of a folder is to go, in an order in which a crash after any of them leaves a folder that is known to be done. */
export function* removals(folder: string): Generator<string> {
  if (!existsSync(folder)) return;
  const ring = ringPath(folder) ?? sharedRingPath(basename(folder));
  for (const name of readdirSync(folder).filter((one) => !kept.includes(one))) yield join(folder, name);
  yield ring;
  yield join(folder, "writer.json");
  yield join(folder, "end.json");
  if (hasDeadLetters(folder)) return;
  yield join(folder, deadLetterFile);
  yield join(folder, "lock");
  yield folder;
}

/** What a crash left of a folder that was just being made, or removed: nothing is in it. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It is somebody's.
  }
}

/** Where the system keeps files in memory. */
export const sharedMemory = "/dev/shm";
export const sharedRingPath = (writer: string) => join(sharedMemory, `freehold-audit-${writer}`);

/** Where the writer's ring is; null where nothing says so. */
export function ringPath(folder: string): string | null {
  const ring = readWriterFile(folder)?.ring;
  return ring ? resolve(folder, ring) : null;
}

export const deadLetterFile = "dead-letters.jsonl";
const kept = [deadLetterFile, "lock", "ring", "end.json", "writer.json"];

/** Whether events lie in a writer's folder that the table refused. */
export function hasDeadLetters(folder: string): boolean {
  return (statSync(join(folder, deadLetterFile), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** Where a writer's segment of this number lies. */
export function segmentPath(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(8, "0")}.seg`);
}

/** The numbers of a writer's segments, the oldest first. */
export function segmentNumbers(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => segment.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** Bytes of all segments in a spool, whoever wrote them. Others may take theirs away meanwhile. */
export function spoolBytes(spool: string): number {
  let bytes = 0;
  for (const writer of readdirSync(spool).filter((name) => uuid.test(name))) {
    for (const name of namesIn(join(spool, writer)).filter((one) => segment.test(one)))
      bytes += statSync(join(spool, writer, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

export const writeWriterFile = (folder: string, content: WriterFile) =>
  writeJson(folder, "writer.json", content);
export const writeEndFile = (folder: string, content: EndFile) => writeJson(folder, "end.json", content);
export const readWriterFile = (folder: string) => readJson<WriterFile>(folder, "writer.json");
export const readEndFile = (folder: string) => readJson<EndFile>(folder, "end.json");

/** Makes names in a folder survive the loss of power. */
export function syncFolder(folder: string): void {
  const file = openSync(folder, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The run of the machine, where the system tells one from another. */
export function bootId(): string {
  if (process.platform === "linux") return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return Bun.spawnSync(["sysctl", "-n", "kern.bootsessionuuid"]).stdout.toString().trim();
}

function writeJson(folder: string, name: string, content: object): void {
  const path = join(folder, name);
  const file = openSync(`${path}.new`, "w", 0o600);
  writeSync(file, `${JSON.stringify(content)}\n`);
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.new`, path);
  syncFolder(folder);
}

function readJson<T>(folder: string, name: string): T | null {
  try {
    return JSON.parse(readFileSync(join(folder, name), "utf8")) as T;
  } catch {
    return null;
  }
}
