/** What the scripts that write a new part (`new-reporter.ts`, `new-adapter.ts`) share. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Project, type SourceFile } from "ts-morph";
import { ExpectedError } from "./io.ts";

const wellFormed = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** A new part: the files to write, and its place in the list of its kind. */
export interface Part {
  /** Path from the root → text. */
  files: Record<string, string>;
  /** The module that holds the list. */
  list: string;
  enlist(list: SourceFile): void;
}

/**
 * Writes a part and enters it in its list.
 * @returns the files written, relative to the root
 * @throws ExpectedError if the name is ill-formed or taken; nothing is written then
 */
export function writePart(root: string, name: string, part: Part): string[] {
  if (!wellFormed.test(name)) {
    throw new ExpectedError(`${JSON.stringify(name)} is no name: give lower-case words joined by hyphens`);
  }
  const paths = Object.keys(part.files);
  const taken = paths.find((path) => existsSync(join(root, path)));
  if (taken !== undefined) throw new ExpectedError(`the name ${name} is taken: ${taken} exists`);

  const list = new Project().addSourceFileAtPath(join(root, part.list));
  part.enlist(list);
  for (const path of paths) writeFileSync(join(root, path), part.files[path]!);
  list.saveSync();
  return [...paths, part.list];
}

/** Adds an import in its alphabetical place among those of the same folder. */
export function importNamed(list: SourceFile, name: string, specifier: string): void {
  const imports = list.getImportDeclarations();
  const next = imports.findIndex((one) => {
    const other = one.getModuleSpecifierValue();
    return other.startsWith("./") && other > specifier;
  });
  list.insertImportDeclaration(next === -1 ? imports.length : next, {
    namedImports: [name],
    moduleSpecifier: specifier,
  });
}

/** `team-city` as `teamCity`. */
export function camel(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Runs a scaffold script: one name in, the files and the next step out; exit code 2 where it cannot be. */
export function runScaffold(
  script: string,
  write: (root: string, name: string) => string[],
  next: string,
): void {
  const [name, ...rest] = process.argv.slice(2);
  try {
    if (name === undefined || rest.length > 0) {
      throw new ExpectedError(`give one name: bun scripts/${script}.ts NAME`);
    }
    const root = join(import.meta.dir, "..");
    const written = write(root, name);
    // The list is laid out as the formatter wants it at its new length.
    const biome = ["node_modules/@biomejs/biome/bin/biome", "check", "--write", "--vcs-enabled=false"];
    Bun.spawnSync([process.execPath, ...biome, ...written], { cwd: root });
    console.log(`written: ${written.join(", ")}\nnext: ${next}, then: bun run ok`);
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
