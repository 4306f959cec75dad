/**
 * A service's schema up to head: what may travel together does, the rest goes one by one, as the engine decides.
 *
 * Where an engine can do so without a lock of its own, all of it is tried at once first. What that leaves is done under the
 * lock: each round looks at the history first, so it does not matter who did what in the meantime: another run, the server
 * on behalf of one that was killed, or this one before its connection broke off.
 */
import { type MigrationEntry, requireSound } from "./compare.ts";
import type { Engine } from "./engine.ts";
import { MigrationError } from "./errors.ts";
import type { Migration } from "./folder.ts";
import type { AppliedMigration } from "./history.ts";
import type { MigrateOptions, MigrateResult } from "./options.ts";
import { isBusy, type Run, requireNumber, summarise, waitToRetry, withRun } from "./run.ts";

/**
 * Brings a service's schema up to head, or to `to`.
 * @throws {MigrationError} at the first migration that cannot be applied; those before it stay
 */
export async function up(options: MigrateOptions): Promise<MigrateResult> {
  const { service, to, onEvent: tell = () => {} } = options;
  const wanted = (entries: readonly MigrationEntry[]) =>
    entries.flatMap(({ state, file }) =>
      state === "pending" && file && file.version <= (to ?? Number.POSITIVE_INFINITY) ? [file] : [],
    );
  const applied: AppliedMigration[] = [];
  let total = 0;
  const applying = (name: string) => tell({ kind: "applying", service, name, done: applied.length, total });
  const onApplied = (row: AppliedMigration) => {
    applied.push(row);
    tell({ kind: "applied", service, row, done: applied.length, total });
  };

  const idle = async (entries: MigrationEntry[], engine: Engine, guessed: boolean) => {
    requireNumber({ service, migrations: entries.flatMap(({ file }) => file ?? []) }, to);
    if (entries.some(({ state }) => state === "unfinished")) return undefined;
    requireSound(service, entries);
    const todo = wanted(entries);
    options.inspect?.(todo.map(({ name }) => `${name}.sql`));
    const [next] = todo;
    if (!next) return guessed ? undefined : summarise(service, entries, applied);
    total = applied.length + todo.length;
    const outcome = await engine.atOnce?.(
      todo,
      numberBefore(entries, next),
      () => applying(next.name),
      onApplied,
    );
    if (outcome?.error && !isPassing(outcome.error)) throw outcome.error;
    return applied.length === total ? summarise(service, withRows(entries, applied), applied) : undefined;
  };

  return withRun(
    options,
    idle,
    async (run, found) => {
      // What broke off is gone on with: nothing of it may run that stands against it.
      options.inspect?.(found.flatMap(({ state, name }) => (state === "unfinished" ? [`${name}.sql`] : [])));
      let entries = await recovered(run, found, (row) => applied.push(row));
      total = applied.length + wanted(entries).length;
      options.inspect?.(wanted(entries).map(({ name }) => `${name}.sql`));
      let attempt = 0;
      for (;;) {
        requireSound(service, entries);
        const todo = wanted(entries);
        const [next] = todo;
        if (!next) return summarise(service, entries, applied);
        run.changes.stillHeld();
        applying(next.name);
        const landed = applied.length;
        const { error } = await run.changes.apply(todo, numberBefore(entries, next), onApplied);
        if (applied.length > landed) attempt = 0;
        if (error !== null) {
          attempt += 1;
          if (!isBusy(error) || attempt > run.retries) throw error;
          await waitToRetry(run, todo[applied.length - landed]?.name ?? next.name, attempt);
        }
        entries = await run.look();
      }
    },
    { guesses: true },
  );
}

/** The number that must be there before this one. */
function numberBefore(entries: readonly MigrationEntry[], { version }: Migration): number | null {
  return entries.findLast((entry) => entry.version < version)?.version ?? null;
}

/** What a run under the lock may fare better with, or tell better. */
function isPassing(error: unknown): boolean {
  return error instanceof MigrationError && (error.problem === "busy" || error.problem === "server");
}

/** The entries after these have landed. */
function withRows(entries: readonly MigrationEntry[], rows: readonly AppliedMigration[]): MigrationEntry[] {
  const landed = new Map(rows.map((row) => [row.version, row]));
  return entries.map((entry) => {
    const row = landed.get(entry.version);
    return row ? { ...entry, state: "applied", applied: row } : entry;
  });
}

/** Clears up after runs that broke off; the entries as they are then. */
async function recovered(
  run: Run,
  entries: MigrationEntry[],
  onApplied: (row: AppliedMigration) => void,
): Promise<MigrationEntry[]> {
  const unfinished = entries.filter(({ state }) => state === "unfinished");
  if (unfinished.length === 0) return entries;
  for (const { file } of unfinished) {
    if (!file) continue;
    const { what, row } = await run.changes.recover(file, true);
    run.tell({ kind: "repaired", service: run.service, name: file.name, what });
    if (row) onApplied(row);
  }
  return run.look();
}
