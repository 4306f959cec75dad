import { renameSync, rmSync, writeFileSync } from "node:fs";
import { ExpectedError } from "./io.ts";

/**
 * Writes a file of the workspace: a reader sees the old text or the new one, never a part.
 * @param file as a person knows it
 * @throws ExpectedError where it cannot be written; the old text is still there
 */
export function writeWhole(path: string, text: string, file: string): void {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(beside, text);
    try {
      renameSync(beside, path);
    } catch (error) {
      rmSync(beside, { force: true });
      throw error;
    }
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** The error for a file that cannot be written. @param file as a person knows it */
export function cannotWrite(file: string, error: unknown): ExpectedError {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return new ExpectedError(`${file} cannot be written (${code})`);
}
