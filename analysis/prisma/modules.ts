/**
 * Modules that `prisma generate` writes and git does not hold. The schema that they are made from
 * stands for them: whoever imports the client reaches the schema.
 */
import { posix } from "node:path";
import type { GeneratedModules } from "../link/resolve.ts";
import type { Schema } from "./schemas.ts";
import { nearestSchema, outputPath } from "./schemas.ts";

/** The package's own modules beside the generated ones. */
const LIBRARY = /^@prisma\/client\/(?:runtime|scripts|generator-build)\b/;

/** The modules that schemas generate, by the folders and packages from which they are imported. */
export function prismaModules(schemas: readonly Schema[]): GeneratedModules {
  const folders = new Map<string, string>();
  const packages = new Map<string, string>();
  const usual: Schema[] = [];
  for (const schema of schemas) {
    const { file, outputs } = schema;
    if (outputs.length === 0) usual.push(schema);
    for (const output of outputs) {
      const path = output === null ? null : outputPath(file, output);
      const [, installed] = path?.split(/(?:^|\/)node_modules\//) ?? [];
      if (path === null || installed === ".prisma/client" || installed === "@prisma/client")
        usual.push(schema);
      else if (installed) packages.set(installed, file);
      else folders.set(path, file);
    }
  }
  return {
    at(path) {
      if (folders.size === 0) return null;
      for (let folder = path; folder !== "." && folder !== "/"; folder = posix.dirname(folder)) {
        const found = folders.get(folder);
        if (found) return found;
      }
      return null;
    },
    package(from, specifier) {
      for (const [name, file] of packages)
        if (specifier === name || specifier.startsWith(`${name}/`)) return file;
      if (!/^[@.]prisma\/client(?:\/|$)/.test(specifier) || LIBRARY.test(specifier)) return null;
      return nearestSchema(from, usual.length ? usual : schemas)?.file ?? null;
    },
  };
}
