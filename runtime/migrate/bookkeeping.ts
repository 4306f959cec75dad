/** The history alone: taking a database over that is at head already, and putting right what a crash or an edit left. */
import { requireSound } from "./compare.ts";
import { MigrationError } from "./errors.ts";
import type { ChangeOptions } from "./options.ts";
import { requireNumber, withRun } from "./run.ts";

export interface StampResult {
  service: string;
  /** Names that the history now has, and had not. */
  stamped: string[];
}

/**
 * Writes down that migrations are applied, without running them: for a database that was there before its history.
 * @param options.to the last number to write down; all unless given.
 * @throws {MigrationError} as `migrate` does.
 */
export async function stamp(options: ChangeOptions & { to?: number }): Promise<StampResult> {
  const { service, to } = options;
  return withRun<StampResult>(
    options,
    () => undefined,
    async (run, entries) => {
      requireNumber(run, to);
      requireSound(service, entries);
      const files = entries.flatMap(({ state, file }) =>
        state === "pending" && file && file.version <= (to ?? Number.POSITIVE_INFINITY) ? [file] : [],
      );
      await run.changes.note(files);
      return { service, stamped: files.map(({ name }) => name) };
    },
  );
}

export type RepairOptions = ChangeOptions & {
  /** What became of an unfinished migration of which the database does not tell. */
  as?: "applied" | "pending";
  /** Takes files that were changed after they were applied for what was applied. */
  acceptChanges?: boolean;
};

export interface RepairResult {
  service: string;
  /** What was done, a line each. */
  repaired: { name: string; what: string }[];
}

/**
 * Puts a history right: clears up after a migration outside of a transaction whose run broke off, and, where asked to,
 * notes the checksums of edited files.
 * @throws {MigrationError} `unfinished` where only a person can tell; `history` where files are gone or came late.
 */
export async function repair(options: RepairOptions): Promise<RepairResult> {
  const { service } = options;
  return withRun<RepairResult>(
    options,
    (entries) =>
      entries.every(({ state }) => ["applied", "pending", "ahead"].includes(state))
        ? { service, repaired: [] }
        : undefined,
    async (run, entries) => {
      const repaired: RepairResult["repaired"] = [];
      for (const { file, name, state, version } of entries) {
        if (!file) continue;
        if (state === "unfinished") {
          let what: string;
          try {
            ({ what } = await run.changes.recover(file, false));
          } catch (error) {
            const open = error instanceof MigrationError && error.problem === "unfinished";
            if (!open || options.as === undefined) throw error;
            await run.changes.settle(version, options.as);
            what = options.as === "applied" ? "noted as applied" : "to be applied again";
          }
          repaired.push({ name, what });
        }
        if (state === "changed" && options.acceptChanges) {
          await run.changes.accept(file);
          repaired.push({ name, what: "its file is now what was applied" });
        }
      }
      // What is known to be half done is told, and is no fault of the history.
      const told = new Set(repaired.map(({ name }) => name));
      requireSound(
        service,
        (await run.look()).filter(({ name }) => !told.has(name)),
      );
      return { service, repaired };
    },
  );
}
