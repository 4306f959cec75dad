/** The way back: the newest first, each in a transaction of its own, one after the other; what cannot be runs alone. */
import { type MigrationEntry, requireSound } from "./compare.ts";
import type { Engine } from "./engine.ts";
import { MigrationError } from "./errors.ts";
import { type Migration, readDowns } from "./folder.ts";
import type { ChangeOptions } from "./options.ts";
import { requireNumber, summarise, withRetries, withRun } from "./run.ts";

export type DownOptions = ChangeOptions &
  (
    | { /** How many to take back (1). */ steps?: number }
    | { /** The last number to stay; 0 for none. */ to: number }
  );

export interface DownResult {
  service: string;
  /** The highest number that is in the database now; 0 where there is none. */
  version: number;
  /** Names of what was taken back, in order. */
  undone: string[];
}

/**
 * Takes migrations back. Every way back is read before the first is gone.
 * @throws {MigrationError} `folder` where one has none; `history` where the database has what the folder has not.
 */
export async function down(options: DownOptions): Promise<DownResult> {
  const { service, folder } = options;
  const to = "to" in options ? options.to : undefined;
  const plan = (entries: MigrationEntry[]) => {
    requireNumber({ service, migrations: entries.flatMap(({ file }) => file ?? []) }, to);
    // One that was being taken back when the run broke off is gone on with.
    requireSound(
      service,
      entries.filter(({ applied }) => applied?.progress?.way !== "down"),
    );
    const ahead = entries.find(({ state }) => state === "ahead");
    if (ahead) {
      throw new MigrationError(
        service,
        "history",
        `${service}: ${ahead.name} is in the database and its file is not here; take it back with the code that has it.`,
      );
    }
    const there = entries.flatMap(({ file, applied }) => (file && applied ? [file] : [])).reverse();
    const doomed: Migration[] =
      to === undefined
        ? there.slice(0, "steps" in options ? options.steps : 1)
        : there.filter(({ version }) => version > to);
    const scripts = readDowns(service, folder, doomed);
    options.inspect?.(doomed.map(({ name }) => `${name}.down.sql`));
    return { doomed, scripts };
  };
  const idle = (entries: MigrationEntry[], engine: Engine): DownResult | undefined => {
    const { doomed, scripts } = plan(entries);
    engine.requireFit(scripts);
    return doomed.length === 0
      ? { service, version: summarise(service, entries, []).version, undone: [] }
      : undefined;
  };
  return withRun(options, idle, async (run, entries) => {
    const { doomed, scripts } = plan(entries);
    const undone: string[] = [];
    const total = doomed.length;
    for (const [done, { name, version }] of doomed.entries()) {
      run.tell({ kind: "undoing", service, name, done, total });
      const mine = await withRetries(run, name, () => run.changes.undo(version, scripts[done]!));
      if (mine) undone.push(name);
      run.tell({ kind: "undone", service, name, done: done + 1, total });
    }
    return { service, version: summarise(service, await run.look(), []).version, undone };
  });
}
