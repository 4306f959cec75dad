/** `freehold migrate new`: the next migration of a service, and its way back, to be filled in. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MigrationError, readMigrations } from "../runtime/migrate/mod.ts";
import { ExpectedError, exitCodes, type Io } from "./io.ts";
import { openWorkspace } from "./workspace.ts";

/** @throws ExpectedError where the service is not told or not known, or the name is ill-formed; nothing is written then. */
export function run(title: string, options: { service?: string; config?: string }, io: Io): number {
  const { root, manifest } = openWorkspace(io, options.config);
  const own = manifest.services.filter(({ external }) => !external);
  const known = own.map(({ name }) => name).join(", ");
  const service =
    options.service === undefined && own.length === 1
      ? own[0]
      : own.find(({ name }) => name === options.service);
  if (!service) {
    const what =
      options.service === undefined
        ? "name the service with --service"
        : `the manifest has no service "${options.service}"`;
    throw new ExpectedError(`${what}; there are ${known}`);
  }
  const name = title.trim().replaceAll(/\s+/g, "_");
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)) {
    throw new ExpectedError(
      `${JSON.stringify(title)} is no name for a migration: letters, digits, - and _, such as add_room`,
    );
  }
  const folder = service.migrations[0] ?? `${service.paths[0]}/migrations`;
  const number = nextNumber(service.name, join(root, folder));
  mkdirSync(join(root, folder), { recursive: true });
  const files = [`${folder}/${number}_${name}.sql`, `${folder}/${number}_${name}.down.sql`];
  const texts = [`-- ${service.name}: ${title.trim()}\n`, `-- Takes ${number}_${name} back.\n`];
  for (const [at, file] of files.entries()) {
    writeFileSync(join(root, file), texts[at] ?? "", { flag: "wx" });
    io.out(`${file}\n`);
  }
  return exitCodes.clean;
}

function nextNumber(service: string, folder: string): string {
  if (!existsSync(folder)) return "001";
  try {
    const last = readMigrations(service, folder).at(-1);
    const width = last ? last.name.indexOf("_") : 3;
    return String((last?.version ?? 0) + 1).padStart(width, "0");
  } catch (error) {
    if (error instanceof MigrationError) throw new ExpectedError(error.message);
    throw error;
  }
}
