/** What every change of a database has in common: files read and judged, the lock held, the history there. */
import { compare, type MigrationEntry } from "./compare.ts";
import type { Changes, Engine } from "./engine.ts";
import { MigrationError } from "./errors.ts";
import { type Migration, readMigrationsInTurns } from "./folder.ts";
import type { AppliedMigration } from "./history.ts";
import type { ChangeOptions, MigrateResult, MigrationEvent, Subject } from "./options.ts";
import { requireOwnVersion, withEngine } from "./target.ts";

export interface Run {
  service: string;
  migrations: readonly Migration[];
  changes: Changes;
  retries: number;
  /** The files against the history as it is now. */
  look(): Promise<MigrationEntry[]>;
  tell(event: MigrationEvent): void;
}

/**
 * Does the work under the service's lock.
 * @param idle looks at what there is before any lock is asked for; what it returns, if anything, is the result. It may do
 * what needs no lock. Where it takes a guess, it is first handed what there would be in a new database, if this is likely
 * to be one, and returns nothing unless that has proved right.
 */
export async function withRun<T>(
  options: ChangeOptions,
  idle: (
    entries: MigrationEntry[],
    engine: Engine,
    guessed: boolean,
  ) => T | undefined | Promise<T | undefined>,
  work: (run: Run, entries: MigrationEntry[]) => Promise<T>,
  { guesses = false } = {},
): Promise<T> {
  const { service, onEvent, many, lockWaitMs = 60_000 } = options;
  return withEngine(options, async (engine) => {
    if (guesses && many && engine.isLikelyNew?.()) {
      const result = await idle(compare(many.migrations, []), engine, true);
      if (result !== undefined) return result;
    }
    const { migrations, history } = await filesAndHistory(engine, options);
    const look = async () => judge(await engine.history());
    const judge = (history: AppliedMigration[] | null) => {
      requireOwnVersion(service, history ?? []);
      const entries = compare(migrations, history ?? []);
      engine.requireFit(entries.flatMap(({ state, file }) => (state === "pending" && file ? [file] : [])));
      return entries;
    };
    const before = judge(history);
    const result = await idle(before, engine, false);
    if (result !== undefined) return result;

    const retries = options.lockRetries ?? 10;
    const tell = (event: MigrationEvent) => onEvent?.(event);
    const waiting = {
      waitMs: lockWaitMs,
      onWait: () => onEvent?.({ kind: "waiting", service }),
      fresh: history === null,
      async retry(name: string, attempt: number) {
        if (attempt <= retries) await waitToRetry({ service, tell }, name, attempt);
        return attempt <= retries;
      },
    };
    return engine.exclusively(waiting, async (changes) => {
      // Another run may have done some of it while this one waited.
      return work({ service, migrations, changes, retries, look, tell }, await look());
    });
  });
}

/**
 * The files, read while the database opens and answers, which takes as long. What is wrong with the files is said first,
 * and at once: nobody waits for a host that never answers to hear of it.
 * @throws as {@link readMigrationsInTurns} and {@link Engine.history}
 */
export async function filesAndHistory(
  engine: Engine,
  { service, folder, many }: Pick<Subject, "service" | "folder" | "many">,
): Promise<{ migrations: readonly Migration[]; history: AppliedMigration[] | null }> {
  const asked = engine.history();
  asked.catch(() => {});
  const files = many?.migrations ?? (await readMigrationsInTurns(service, folder));
  return { migrations: files, history: await asked };
}

/** Tries again what did not get its locks, after a pause that no two runs share. */
export async function withRetries<T>(run: Run, name: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    run.changes.stillHeld();
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || attempt > run.retries) throw error;
      await waitToRetry(run, name, attempt);
    }
  }
}

/** Longer at each attempt, up to some seconds; by chance, so that runs do not meet again. */
export async function waitToRetry(
  run: Pick<Run, "service" | "tell">,
  name: string,
  attempt: number,
): Promise<void> {
  const pauseMs = Math.round(Math.min(100 * 2 ** (attempt - 1), 5_000) * (0.5 + Math.random()));
  run.tell({ kind: "retrying", service: run.service, name, attempt, pauseMs });
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
}

/** Whether a lock was waited for in vain, so that trying again may help. */
export function isBusy(error: unknown): boolean {
  return error instanceof MigrationError && error.problem === "busy";
}

/** @throws {MigrationError} `folder` where no migration has the number; 0 stands for none at all. */
export function requireNumber(
  run: { service: string; migrations: readonly Migration[] },
  to: number | undefined,
): void {
  if (to === undefined || to === 0 || run.migrations.some(({ version }) => version === to)) return;
  const last = run.migrations.at(-1)?.name ?? "none";
  throw new MigrationError(
    run.service,
    "folder",
    `${run.service}: there is no migration number ${to}; the last is ${last}.`,
  );
}

/**
 * What a run came to.
 * @param entries the files against the history as it is now
 * @param applied what this run did
 */
export function summarise(
  service: string,
  entries: readonly MigrationEntry[],
  applied: AppliedMigration[],
): MigrateResult {
  const present = entries.filter((entry) => entry.applied?.finished);
  return {
    service,
    version: present.at(-1)?.version ?? 0,
    applied,
    ahead: present.filter(({ state }) => state === "ahead").map(({ name }) => name),
  };
}
