/** In which dialect a client's SQL is written: Prisma's schemas say it of theirs, paths and the manifest of all else. */
import type { Dialect, Manifest } from "../../manifest/model.ts";
import { prismaDialect } from "../prisma/dialects.ts";
import type { Schema } from "../prisma/schemas.ts";
import { dialectByPath, engineByPath } from "./path-dialect.ts";

/** The dialect of a client's SQL in a file; of the file's own where the client is empty. */
export function dialectOf(
  manifest: Manifest,
  schemas: readonly Schema[],
  file: string,
  client: string,
): Dialect {
  const usual = dialectByPath(manifest, file);
  return prismaDialect(schemas, file, client, usual) ?? usual;
}

/** The one engine that a file's tables are for, where a service keeps those of several; null where nothing says so. */
export function engineOf(manifest: Manifest, schemas: readonly Schema[], file: string): Dialect | null {
  const told = engineByPath(manifest, file);
  return prismaDialect(schemas, file, "", told ?? manifest.dialect) ?? told;
}
