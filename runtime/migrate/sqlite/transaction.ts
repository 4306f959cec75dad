/** One transaction on SQLite: nobody else writes meanwhile, and it leaves no foreign key pointing at nothing. */
import { MigrationError } from "../errors.ts";
import type { Script } from "../explain.ts";
import { explain } from "./explain.ts";
import { type File, type Line, patiently } from "./open.ts";

export interface Context {
  service: string;
  file: File;
  /** The history's table, quoted. */
  table: string;
  lockTimeoutMs: number;
  serverVersion: string | undefined;
}

/** In a transaction that nobody else writes beside, and that the script cannot end unnoticed. */
export async function within<T>(
  line: Line,
  context: Context,
  script: Script,
  after: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const { service, lockTimeoutMs } = context;
  const how = after === undefined ? {} : { after };
  try {
    await patiently(() => line.run("begin immediate"), lockTimeoutMs);
    await line.run(`savepoint ${mark}`);
    const result = await work();
    await line.run(`release ${mark}`);
    // Readers may keep it waiting: what it has to write stays written until they are gone.
    await patiently(() => line.run("commit"), lockTimeoutMs);
    return result;
  } catch (error) {
    await line.run("rollback").catch(() => {});
    if (error instanceof Error && error.message.startsWith("no such savepoint")) {
      throw new MigrationError(
        service,
        "statement",
        `${script.file}: ends its own transaction (COMMIT or ROLLBACK); each migration is one transaction, so take that out. ` +
          "What stood before it may have been committed: look before you run it again.",
        { place: { file: script.file }, cause: error },
      );
    }
    throw explain(error, script, service, how);
  }
}

const mark = "freehold_migration";

/** All of the script in one call, so that it is SQLite that tells where a statement ends. */
export async function runScript(
  line: Line,
  { service }: Context,
  script: Script,
  lead: string,
  after?: string,
): Promise<void> {
  const before = await violations(line);
  try {
    await line.run(`${lead}${script.text}\n;`);
  } catch (error) {
    throw explain(error, script, service, { lead, ...(after === undefined ? {} : { after }) });
  }
  const known = new Set(before?.map((row) => JSON.stringify(row)));
  const fresh = (await violations(line))?.filter((row) => !known.has(JSON.stringify(row))) ?? [];
  const [first] = fresh;
  if (!first) return;
  const more = fresh.length > 1 ? ` (and ${fresh.length - 1} more)` : "";
  throw new MigrationError(
    service,
    "statement",
    `${script.file}: leaves row ${first.rowid ?? "?"} of ${first.table} pointing at nothing in ${first.parent}${more}; ` +
      `${after ?? `${script.name} was rolled back`}.`,
    { place: { file: script.file } },
  );
}

interface Violation {
  table: string;
  /** Null in a table without row ids. */
  rowid: number | null;
  parent: string;
  fkid: number;
}

/** Rows whose foreign key points at nothing; null where SQLite cannot tell, since a key does not fit the table it names. */
async function violations(line: Line): Promise<Violation[] | null> {
  try {
    return await line.rows<Violation>("pragma foreign_key_check");
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("foreign key mismatch")) return null;
    throw error;
  }
}

/** The history's own changes, all or none. */
export async function together(line: Line, { lockTimeoutMs }: Context, text: string): Promise<void> {
  if (text === "") return;
  try {
    await patiently(() => line.run("begin immediate"), lockTimeoutMs);
    await line.run(text);
    await patiently(() => line.run("commit"), lockTimeoutMs);
  } catch (error) {
    await line.run("rollback").catch(() => {});
    throw error;
  }
}
