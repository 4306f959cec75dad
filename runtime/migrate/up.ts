/**
 * A service's schema up to head: what may travel together does, the rest goes one by one, as the engine decides.
 *
 * Each round looks at the history first, so it does not matter who did what in the meantime: another run, the server on
 * behalf of one that was killed, or this one before its connection broke off.
 */
import { type MigrationEntry, requireSound } from "./compare.ts";
import type { AppliedMigration } from "./history.ts";
import type { MigrateOptions, MigrateResult } from "./options.ts";
import { isBusy, type Run, requireNumber, summarise, waitToRetry, withRun } from "./run.ts";

export async function up(options: MigrateOptions): Promise<MigrateResult> {
  const { service, to } = options;
  const wanted = (entries: readonly MigrationEntry[]) =>
    entries.flatMap(({ state, file }) =>
      state === "pending" && file && file.version <= (to ?? Number.POSITIVE_INFINITY) ? [file] : [],
    );
  const idle = (entries: MigrationEntry[]) => {
    requireNumber({ service, migrations: entries.flatMap(({ file }) => file ?? []) }, to);
    if (entries.some(({ state }) => state === "unfinished")) return undefined;
    requireSound(service, entries);
    options.inspect?.(wanted(entries).map(({ name }) => `${name}.sql`));
    return wanted(entries).length === 0 ? summarise(service, entries, []) : undefined;
  };
  return withRun(options, idle, async (run, found) => {
    const applied: AppliedMigration[] = [];
    // What broke off is gone on with: nothing of it may run that stands against it.
    options.inspect?.(found.flatMap(({ state, name }) => (state === "unfinished" ? [`${name}.sql`] : [])));
    let entries = await recovered(run, found, (row) => applied.push(row));
    const total = applied.length + wanted(entries).length;
    options.inspect?.(wanted(entries).map(({ name }) => `${name}.sql`));
    let attempt = 0;
    for (;;) {
      requireSound(service, entries);
      const todo = wanted(entries);
      const [next] = todo;
      if (!next) return summarise(service, entries, applied);
      const onApplied = (row: AppliedMigration) => {
        applied.push(row);
        run.tell({ kind: "applied", service, row, done: applied.length, total });
      };
      run.changes.stillHeld();
      run.tell({ kind: "applying", service, name: next.name, done: applied.length, total });
      const before = entries.findLast(({ version }) => version < next.version)?.version ?? null;
      const landed = applied.length;
      const { error } = await run.changes.apply(todo, before, onApplied);
      if (applied.length > landed) attempt = 0;
      if (error !== null) {
        attempt += 1;
        if (!isBusy(error) || attempt > run.retries) throw error;
        await waitToRetry(run, todo[applied.length - landed]?.name ?? next.name, attempt);
      }
      entries = await run.look();
    }
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
