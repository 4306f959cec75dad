import { afterAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readlink, rm, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmbeddedPostgresError } from "./error.ts";
import { identity } from "./identity.ts";
import { installOrExplain, linkBinaries } from "./install.ts";
import { findBinaries } from "./package.ts";

const scratch = await mkdtemp(join(tmpdir(), "freehold-test-"));
await chmod(scratch, 0o755);
afterAll(() => rm(scratch, { recursive: true, force: true }));

const quietly = { who: identity(), onProgress: () => {}, signal: undefined };

test("files are linked where all may read them, else copied, and the listed links are made", async () => {
  const from = join(scratch, "package");
  await Bun.write(join(from, "bin/postgres"), "program");
  await Bun.write(join(from, "lib/libpq.so.5.18"), "library");
  await Bun.write(join(from, "lib/deep/secret.so"), "closed");
  await Bun.write(join(from, "share/errcodes.txt"), "text");
  await Bun.write(
    join(from, "pg-symlinks.json"),
    JSON.stringify([{ source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" }]),
  );
  await chmod(join(from, "bin/postgres"), 0o644); // some installers lose the mode
  await chmod(join(from, "lib/libpq.so.5.18"), 0o644);
  await chmod(join(from, "lib/deep/secret.so"), 0o600);
  await chmod(join(from, "share/errcodes.txt"), 0o644);

  const to = join(scratch, "linked");
  await mkdir(to);
  await linkBinaries(from, to);
  const seen = async (path: string) => {
    const { mode, ino } = await stat(join(to, path));
    const linked = ino === (await stat(join(from, path))).ino;
    return { mode: (mode & 0o777).toString(8), linked, text: await Bun.file(join(to, path)).text() };
  };
  expect({
    program: await seen("bin/postgres"),
    library: await seen("lib/libpq.so.5.18"),
    closed: await seen("lib/deep/secret.so"),
    text: await seen("share/errcodes.txt"),
    link: await readlink(join(to, "lib/libpq.so.5")),
    ours: ((await stat(join(from, "lib/deep/secret.so"))).mode & 0o777).toString(8),
  }).toEqual({
    program: { mode: "755", linked: false, text: "program" },
    library: { mode: "644", linked: true, text: "library" },
    closed: { mode: "644", linked: false, text: "closed" },
    text: { mode: "644", linked: true, text: "text" },
    link: "libpq.so.5.18",
    ours: "600",
  });
});

test("what an abandoned cold start left is removed by the next, and a running one is left alone", async () => {
  const cache = join(scratch, "cache");
  await mkdir(join(cache, ".building-old"), { recursive: true });
  await mkdir(join(cache, ".building-young"));
  await chmod(cache, 0o755); // the server may be another user, and the umask ours
  const hourAgo = new Date(Date.now() - 3_600_000);
  await utimes(join(cache, ".building-old"), hourAgo, hourAgo);

  const from = await findBinaries();
  const { binaries, template } = await installOrExplain({ ...quietly, cache, from });
  expect({
    entries: (await readdir(cache)).map((name) => name.replace(/-\d.*/, "")).sort(),
    server: existsSync(join(binaries, "bin/postgres")),
    version: (await Bun.file(join(template, "PG_VERSION")).text()).trim(),
  }).toEqual({
    entries: [".building-young", "postgres", "template"],
    server: true,
    version: from.version.split(".")[0]!,
  });
});

test("a cache that cannot be built in is named, with the system's reason", async () => {
  const cache = join(scratch, "a-file");
  await Bun.write(cache, "in the way");
  const from = await findBinaries();
  await expect(installOrExplain({ ...quietly, cache, from })).rejects.toThrow(EmbeddedPostgresError);
  await expect(installOrExplain({ ...quietly, cache, from })).rejects.toThrow(
    new RegExp(`^the embedded PostgreSQL could not be prepared in ${cache}: .*ENOTDIR`),
  );
});
