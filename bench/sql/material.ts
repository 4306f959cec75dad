/** The SQL that the commands of this folder measure: every `.sql` file below some folders. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export interface SqlFile {
  /** As given on the command line, with the way below it. */
  path: string;
  text: string;
}

/** A folder in which there is nothing to read, in one line. */
export class MaterialError extends Error {}

/**
 * Reads every `.sql` file below the folders, in the order of their names.
 *
 * @throws MaterialError where a folder cannot be read or none holds a `.sql` file.
 */
export function readSqlFolders(folders: readonly string[]): SqlFile[] {
  const files = folders.flatMap(readFolder);
  if (files.length === 0) throw new MaterialError(`no .sql file below ${folders.join(", ")}`);
  return files;
}

function readFolder(folder: string): SqlFile[] {
  let paths: string[];
  try {
    paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch (error) {
    throw new MaterialError(`${folder} cannot be read: ${(error as Error).message}`);
  }
  return (
    paths
      .filter((path) => path.endsWith(".sql"))
      .sort()
      .map((path) => join(folder, path))
      // A link may lead nowhere.
      .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
      .map((path) => ({ path, text: readFileSync(path, "utf8") }))
  );
}
