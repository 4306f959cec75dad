/** A SQLite database by its URL, opened through Bun.sql; and its errors, each as one line. */
import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { DatabaseConfigError, DatabaseUnavailableError, errorCode } from "../../connect/errors.ts";

export interface File {
  /** As the URL has it: absolute, or relative to the working folder. */
  path: string;
  readOnly: boolean;
  /** `lobby cannot use its database app.db (LOBBY_DATABASE_URL)`, to begin an error with. */
  complaint: string;
}

/** One connection to a file. */
export interface Line {
  /** Runs one statement. */
  rows<T extends object>(text: string, values?: readonly unknown[]): Promise<T[]>;
  /** Runs everything in the text, which begins with a statement that gives no rows. */
  run(text: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Reads `sqlite:///var/lib/lobby.db`, `sqlite://lobby.db`, `file:/var/lib/lobby.db?mode=ro`.
 * @throws {DatabaseConfigError}
 */
export function readUrl(service: string, variable: string, url: string): File {
  const found = /^(?:sqlite|file):(?:\/\/)?(?<path>[^?#]*)(?:\?(?<query>[^#]*))?$/i.exec(url)?.groups;
  const fail = (message: string): never => {
    throw new DatabaseConfigError(variable, `${variable} ${message}.`);
  };
  const query = new URLSearchParams(found?.["query"] ?? "");
  const mode = query.get("mode") ?? "rwc";
  query.delete("mode");
  const [unknown] = query.keys();
  if (unknown !== undefined) fail(`has the parameter "${unknown}", and "mode" is all that SQLite's takes`);
  if (!["ro", "rw", "rwc"].includes(mode)) fail("has a mode that is none of ro, rw, rwc");
  let path = "";
  try {
    path = decodeURIComponent(found?.["path"] ?? "");
  } catch {
    fail("is not well percent-encoded (write % as %25)");
  }
  if (path === "") fail("names no file (sqlite:///FOLDER/FILE.db)");
  if (/:memory:/i.test(path))
    fail("names a database in memory, which nobody else would ever see; name a file");
  return {
    path,
    readOnly: mode === "ro",
    complaint: `${service} cannot use its database ${path} (${variable})`,
  };
}

export const exists = ({ path }: File): boolean => existsSync(path);

/**
 * @param create makes the file where there is none; its folder must be there
 * @throws {DatabaseUnavailableError} where it cannot be opened, or is none
 */
export async function open(file: File, create: boolean): Promise<Line> {
  if (typeof Bun === "undefined") {
    throw new DatabaseUnavailableError(
      "NO_BUN",
      `${file.complaint}: SQLite is reached through Bun; run this with Bun.`,
    );
  }
  const { path: filename, readOnly } = file;
  const sql = new Bun.SQL({ adapter: "sqlite", filename, readonly: readOnly, create: create && !readOnly });
  const line: Line = {
    rows: async <T extends object>(text: string, values?: readonly unknown[]) => {
      const rows: T[] = await sql.unsafe(text, values === undefined ? undefined : [...values]);
      return [...rows];
    },
    // A text that begins with a statement without rows goes to SQLite as a whole.
    run: async (text) => void (await sql.unsafe(text)),
    close: () => sql.close(),
  };
  try {
    await patiently(() => line.rows("select 1 from sqlite_master limit 1"), 5_000);
    return line;
  } catch (error) {
    await line.close();
    throw unavailable(error, file);
  }
}

/** Again and again while somebody else has the file, in short pauses that no two runs share: SQLite itself would block. */
export async function patiently<T>(
  work: () => Promise<T>,
  waitMs: number,
  onWait: () => void = () => {},
): Promise<T> {
  const deadline = performance.now() + waitMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (attempt === 0) onWait();
      if (performance.now() >= deadline) throw error;
      await pause(Math.min(5 * 2 ** attempt, 50) * (0.5 + Math.random()));
    }
  }
}

/** Somebody else has the file (SQLite manual, "Result and Error Codes": BUSY and its extended codes). */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(?:BUSY|LOCKED|PROTOCOL)/.test(errorCode(error));
}

function unavailable(error: unknown, { complaint }: File): unknown {
  const code = errorCode(error);
  if (!code.startsWith("SQLITE_")) return error;
  const reason = reasonFor(code, error);
  const end = reason.endsWith("?") ? "" : ".";
  return new DatabaseUnavailableError(code, `${complaint}: ${reason}${end}`, error);
}

function reasonFor(code: string, error: unknown): string {
  switch (code) {
    case "SQLITE_CANTOPEN":
      return "the file cannot be opened; is its folder there, and may this user write in it?";
    case "SQLITE_NOTADB":
      return "the file is no SQLite database, or an encrypted one";
    case "SQLITE_CORRUPT":
      return "the file is damaged; put a backup in its place";
    default:
      return `${error instanceof Error ? error.message : String(error)} (${code})`;
  }
}
