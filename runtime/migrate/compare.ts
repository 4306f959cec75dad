/** A service's files against its database's history. Pure: what there is to do, or why nothing may be done. */
import { MigrationError } from "./errors.ts";
import type { Migration } from "./folder.ts";
import type { AppliedMigration } from "./history.ts";

export type MigrationState =
  /** In the database as in the folder. */
  | "applied"
  /** In the folder alone, to be applied next. */
  | "pending"
  /** Applied, and edited since. */
  | "changed"
  /** Applied, and its file is gone. */
  | "missing"
  /** Never applied, though a later one was. */
  | "skipped"
  /** Applied by newer code than this: beyond the folder's last. */
  | "ahead"
  /** Begun outside of a transaction, or its way back was, and its run broke off. */
  | "unfinished";

export interface MigrationEntry {
  version: number;
  name: string;
  state: MigrationState;
  file: Migration | null;
  applied: AppliedMigration | null;
}

/** Every migration that the folder or the history knows, lowest number first. */
export function compare(migrations: readonly Migration[], history: AppliedMigration[]): MigrationEntry[] {
  const head = migrations.at(-1)?.version ?? 0;
  const latest = history.at(-1)?.version ?? -1;
  const applied = new Map(history.map((row) => [row.version, row]));
  const entries: MigrationEntry[] = migrations.map((file) => {
    const row = applied.get(file.version) ?? null;
    applied.delete(file.version);
    const pending = file.version < latest ? "skipped" : "pending";
    const done = row?.checksum === file.checksum ? "applied" : "changed";
    const state = row === null ? pending : row.finished ? done : "unfinished";
    return { version: file.version, name: file.name, state, file, applied: row };
  });
  for (const row of applied.values()) {
    const state = row.version > head ? "ahead" : "missing";
    entries.push({ version: row.version, name: row.name, state, file: null, applied: row });
  }
  return entries.sort((a, b) => a.version - b.version);
}

/**
 * Refuses a history that does not fit the files, at the first entry that does not.
 * @throws {MigrationError} `history` or `unfinished`
 */
export function requireSound(service: string, entries: MigrationEntry[]): void {
  for (const { name, state, file, applied } of entries) {
    if (state === "applied" || state === "pending" || state === "ahead") continue;
    const fail = (message: string): never => {
      const place = file ? { place: { file: file.file } } : {};
      throw new MigrationError(
        service,
        "history",
        `${file?.file ?? `${service}: ${name}`}: ${message}`,
        place,
      );
    };
    const former = applied && applied.name !== name ? ` (as ${applied.name})` : "";
    if (state === "changed") {
      fail(
        `was changed after it was applied${former}; put it back, and write a new migration for the change.`,
      );
    }
    if (state === "unfinished") {
      throw new MigrationError(service, "unfinished", `${file!.file}: ${howFar(service, applied)}.`, {
        place: { file: file!.file },
      });
    }
    if (state === "missing") fail("is in the database, but its file is gone; put it back.");
    if (state === "skipped") fail("was never applied, though a later one was; give it the next free number.");
  }
}

function howFar(service: string, applied: AppliedMigration | null): string {
  const progress = applied?.progress;
  if (!progress)
    return 'was begun outside of a transaction, and its run broke off; run "freehold migrate repair"';
  const { way, statements } = progress;
  const command = way === "up" ? "migrate" : "migrate down";
  if (statements === undefined)
    return `was being taken back outside of a transaction, and its run broke off; run "freehold ${command} --service ${service}", which goes on there`;
  const done = `${statements} of its statements ${statements === 1 ? "is" : "are"} ${way === "up" ? "done" : "taken back"}`;
  return `${done}, and its run broke off; run "freehold ${command} --service ${service}", which goes on there`;
}
