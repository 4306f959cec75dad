/**
 * What a database should look like: the services' migrations, run from the first to the last in a fresh database of the
 * embedded PostgreSQL. Nothing is guessed from the text of a migration, and the database in question is not touched.
 */
import { join } from "node:path";
import { connect } from "../../runtime/connect/mod.ts";
import { migrate } from "../../runtime/migrate/mod.ts";
import type { DeployedDatabase } from "../databases.ts";
import { EmbeddedPostgresError } from "../embedded/error.ts";
import { type EmbeddedPostgres, startPostgres } from "../embedded/mod.ts";
import { DeployError } from "../error.ts";
import { ident } from "../roles/names.ts";
import { readShapes, type Shapes } from "./shape.ts";

export interface Shadows extends AsyncDisposable {
  /**
   * The shapes that the migrations of a database's services make.
   * @throws {DeployError} where a migration cannot be run here, such as one that needs an extension that is not here
   */
  of(database: DeployedDatabase, schemas: readonly string[]): Promise<Shapes>;
}

export interface ShadowOptions {
  /** Absolute path of the workspace. */
  root: string;
  /** The folders of migrations of a service that are there, relative to the workspace. */
  foldersOf(service: string): readonly string[];
  onProgress?: (message: string) => void;
}

/** A server for shadows, started when the first is asked for. */
export function shadows({ root, foldersOf, onProgress }: ShadowOptions): Shadows {
  let started: Promise<EmbeddedPostgres> | undefined;
  return {
    async of({ services }, schemas) {
      try {
        started ??= startPostgres(onProgress ? { onProgress } : {});
        const server = await started;
        const url = await server.createDatabase();
        for (const { service, schema } of services) {
          const [folder] = foldersOf(service.name);
          if (folder === undefined) continue;
          await extend(url, service.extensions);
          await migrate({
            service: service.name,
            folder: join(root, folder),
            url,
            ...(service.versionTable === null ? {} : { versionTable: service.versionTable }),
            ...(schema === "public" ? {} : { schema }),
          });
        }
        return await within(url, (sql) => readShapes(sql, schemas));
      } catch (error) {
        if (
          error instanceof EmbeddedPostgresError ||
          (error instanceof Error && error.name === "MigrationError")
        )
          throw new DeployError(
            `the migrations cannot be tried on the embedded PostgreSQL: ${error.message}`,
          );
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      await (await started?.catch(() => undefined))?.stop();
    },
  };
}

async function extend(url: string, extensions: readonly string[]): Promise<void> {
  if (extensions.length === 0) return;
  try {
    await within(url, async (sql) => {
      for (const name of extensions) await sql.unsafe(`create extension if not exists ${ident(name)}`);
    });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new DeployError(`the migrations cannot be tried on the embedded PostgreSQL: ${said}`);
  }
}

async function within<T>(url: string, work: (sql: ReturnType<typeof connect>) => Promise<T>): Promise<T> {
  const sql = connect({ service: "freehold", variable: "SHADOW", env: { SHADOW: url }, poolSize: 1 });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
