import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmbeddedPostgresError } from "./error.ts";
import { cacheFolder, type Identity, identity, temporaryFolder } from "./identity.ts";

const scratch = mkdtempSync(join(tmpdir(), "freehold-test-"));
chmodSync(scratch, 0o755);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const me = identity();
/** A server that runs as another: what root does, judged by permission bits alone. */
const stranger = me.own === 65534 ? 65533 : 65534;
const other: Identity = { own: me.own, server: { uid: stranger, gid: stranger } };

function folder(name: string, mode: number): string {
  const path = join(scratch, name);
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
  return path;
}

test("root hands the server to nobody, and others keep it", () => {
  const uid = process.getuid?.();
  expect(me).toEqual(
    uid === 0
      ? { own: 0, server: { uid: 65534, gid: 65534 } }
      : { own: uid!, server: { uid: uid!, gid: process.getgid?.() ?? -1 } },
  );
});

test("the temporary folder is the first that the server's user may write to", () => {
  const closed = folder("closed", 0o700);
  folder("closed/inside", 0o777);
  const readable = folder("readable", 0o755);
  const open = folder("open", 0o1777);
  const candidates = [join(scratch, "missing"), closed, join(closed, "inside"), readable, open];
  expect(temporaryFolder(other, Buffer.byteLength(open), candidates)).toBe(open);
});

test("a temporary folder whose path is too long for a socket is passed over, and named when none is left", () => {
  const long = folder("x".repeat(100), 0o1777);
  const open = folder("open", 0o1777);
  const longest = Buffer.byteLength(open);
  expect(temporaryFolder(other, longest, [long, open])).toBe(open);
  expect(() => temporaryFolder(other, longest, [long])).toThrow(
    new EmbeddedPostgresError(
      `the embedded PostgreSQL needs a temporary folder that user ${stranger} may write to, with a path of at most ${longest} bytes: set TMPDIR to one (tried ${long})`,
    ),
  );
});

test("the cache folder is made where the server's user may read it, whatever the umask", () => {
  const before = process.umask(0o077);
  try {
    const cache = cacheFolder(other, { FREEHOLD_CACHE_DIR: join(scratch, "cache") });
    expect({ cache, mode: statSync(cache).mode & 0o777 }).toEqual({
      cache: join(scratch, "cache/freehold"),
      mode: 0o755,
    });
  } finally {
    process.umask(before);
  }
});

test("a cache that others may write to is not used, nor one beneath a closed folder", () => {
  folder("shared/freehold", 0o777);
  folder("private", 0o700);
  const good = folder("good", 0o755);
  const cache = cacheFolder(other, {
    FREEHOLD_CACHE_DIR: join(scratch, "shared"),
    XDG_CACHE_HOME: join(scratch, "private"),
    HOME: good,
  });
  expect(cache).toStartWith(good);
});
