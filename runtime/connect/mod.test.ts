import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startPostgres } from "../../deploy/embedded/mod.ts";
import { freePort } from "../../fixtures/free-port.ts";
import { connect, DatabaseConfigError, DatabaseUnavailableError, ready } from "./mod.ts";

const variable = "LOBBY_DATABASE_URL";
let server: EmbeddedPostgres;
beforeAll(async () => {
  server = await startPostgres({ auth: "password" });
});
afterAll(() => server.stop());

describe("connect", () => {
  test("opens the service's database under the service's name, with its time limit", async () => {
    const env = { [variable]: server.url(), LOBBY_DATABASE_STATEMENT_TIMEOUT_MS: "1234" };
    const sql = connect({ service: "lobby", variable, env });
    const [row] = await sql`
      select current_setting('application_name') as name, current_setting('statement_timeout') as timeout`;
    expect({ ...row }).toEqual({ name: "lobby", timeout: "1234ms" });
    expect(await ready(sql)).toEqual({
      serverVersion: server.version,
      database: "postgres",
      user: "postgres",
    });
    await sql.end();
  });

  test("takes the address in parts", async () => {
    const parts = {
      host: "DB_HOST",
      port: "DB_PORT",
      name: "DB_NAME",
      user: "DB_USER",
      password: "DB_PASSWORD",
    };
    const env = { DB_HOST: server.socketFolder, DB_NAME: "postgres", DB_USER: "postgres" };
    const sql = connect({ service: "lobby", parts, env });
    expect((await ready(sql)).database).toBe("postgres");
    await sql.end();
    expect(() => connect({ service: "lobby", parts, env: { ...env, DB_PORT: "x" } })).toThrow(
      new DatabaseConfigError("DB_PORT", "DB_PORT has a port that is not a number from 1 to 65535."),
    );
  });

  test("prepares nothing and sends no settings behind a pooler", async () => {
    const env = { [variable]: server.url(), LOBBY_DATABASE_POOLER: "true" };
    const sql = connect({ service: "lobby", variable, env });
    const [row] = await sql`select current_setting('statement_timeout') as timeout, ${1}::int as one`;
    expect({ ...row }).toEqual({ timeout: "0", one: 1 });
    expect(sql.options.prepare).toBe(false);
    await sql.end();
  });

  test("never falls back on the driver's own variables", async () => {
    const script = `
      import { connect, ready } from ${JSON.stringify(join(import.meta.dir, "mod.ts"))};
      const sql = connect({ service: "lobby", variable: "${variable}" });
      console.log(JSON.stringify(await ready(sql)));
      await sql.end();`;
    const hostile = {
      PGHOST: "nowhere.invalid",
      PGDATABASE: "x",
      PGUSER: "x",
      PGPASSWORD: "x",
      PGMAX: "0",
      PGSSL: "require",
    };
    const child = Bun.spawn([process.execPath, "-e", script], {
      env: { ...process.env, ...hostile, [variable]: server.url() },
      stderr: "inherit",
    });
    expect(JSON.parse(await child.stdout.text())).toMatchObject({ database: "postgres", user: "postgres" });
  });

  const missing: [string, Record<string, string>, string][] = [
    [
      "not set",
      {},
      "lobby needs LOBBY_DATABASE_URL, which is not set: set it to the service's own database (LOBBY_DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/DATABASE).",
    ],
    [
      "empty",
      { [variable]: " " },
      "lobby needs LOBBY_DATABASE_URL, which is empty: set it to the service's own database (LOBBY_DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/DATABASE).",
    ],
    [
      "no URL",
      { [variable]: "lobby:hunter2@db" },
      "LOBBY_DATABASE_URL must start with postgres:// or postgresql://.",
    ],
    [
      "an authority that is not there",
      { [variable]: "postgres://a:hunter2@b/c?sslrootcert=/nowhere/ca.pem" },
      "LOBBY_DATABASE_URL names the sslrootcert /nowhere/ca.pem, which cannot be read.",
    ],
  ];
  for (const [what, env, message] of missing) {
    test(`says which variable is wrong where it is ${what}`, () => {
      expect(() => connect({ service: "lobby", variable, env })).toThrow(
        new DatabaseConfigError(variable, message),
      );
    });
  }
});

describe("a database that cannot be used", () => {
  async function complaint(url: string, timeoutMs?: number): Promise<{ code: string; message: string }> {
    const sql = connect({ service: "lobby", variable, env: { [variable]: url } });
    try {
      await ready(sql, timeoutMs === undefined ? {} : { timeoutMs });
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError)) throw error;
      return { code: error.code, message: error.message };
    } finally {
      await sql.end({ timeout: 0 });
    }
    throw new Error("it could be used");
  }

  test("is told by name where it does not exist", async () => {
    expect(await complaint(server.url({ database: "nope" }))).toEqual({
      code: "3D000",
      message: `lobby cannot use its database postgres@${server.socketFolder}/nope (${variable}): database "nope" does not exist; the project creates databases, a service does not.`,
    });
  });

  test("is told where the password is wrong, without the password", async () => {
    const admin = connect({ service: "test", variable, env: { [variable]: server.url() } });
    await admin`create role lobby_app login password 'right'`;
    await admin.end();
    expect(await complaint(server.url({ user: "lobby_app", password: "hunter2" }))).toEqual({
      code: "28P01",
      message: `lobby cannot use its database lobby_app@${server.socketFolder}/postgres (${variable}): the password is wrong, or the role does not exist.`,
    });
  });

  test("is told where the role lacks the right to connect", async () => {
    const admin = connect({ service: "test", variable, env: { [variable]: server.url() } });
    await admin.unsafe("create role stranger login password 'right'");
    await admin.unsafe("create database others");
    await admin.unsafe("revoke connect on database others from public");
    await admin.end();
    expect(await complaint(server.url({ user: "stranger", password: "right", database: "others" }))).toEqual({
      code: "42501",
      message: `lobby cannot use its database stranger@${server.socketFolder}/others (${variable}): the role may not connect (permission denied for database "others").`,
    });
  });

  test("is told where no server runs", async () => {
    expect(await complaint("postgres://lobby:hunter2@%2Fnowhere/lobby")).toEqual({
      code: "ENOENT",
      message: `lobby cannot use its database lobby@/nowhere/lobby (${variable}): there is no such socket; is the server running, and is the folder right?`,
    });
    const port = freePort();
    expect((await complaint(`postgres://lobby:hunter2@127.0.0.1:${port}/lobby`)).message).toBe(
      `lobby cannot use its database lobby@127.0.0.1:${port}/lobby (${variable}): nothing listens there; is the server running, and is the port right?`,
    );
  });

  test("is told where something else answers, or nothing does", async () => {
    const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const web = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("hello") });
    for (const port of [silent.port, web.port]) {
      expect(await complaint(`postgres://lobby@127.0.0.1:${port}/lobby?sslmode=disable`, 50)).toEqual({
        code: "TIMEOUT",
        message: `lobby cannot use its database lobby@127.0.0.1:${port}/lobby (${variable}): nothing there answered as PostgreSQL does within 50 ms.`,
      });
    }
    silent.stop(true);
    await web.stop(true);
  });

  test("is told where a connection has gone silent, and nothing takes its question back", async () => {
    const folder = await mkdtemp(join(tmpdir(), "freehold-test-"));
    await symlink(join(server.socketFolder, ".s.PGSQL.5432"), join(folder, ".s.PGSQL.5432"));
    const script = `
      import { rmSync } from "node:fs";
      import { connect, ready } from ${JSON.stringify(join(import.meta.dir, "mod.ts"))};
      const sql = connect({ service: "lobby", variable: "${variable}", poolSize: 1 });
      const [{ backend }] = await sql\`select pg_backend_pid() as backend\`;
      const goOn = () => process.kill(backend, "SIGCONT");
      // Also where the process breaks off: a server does not stop before its processes do.
      process.once("exit", goOn);
      process.kill(backend, "SIGSTOP");
      rmSync(${JSON.stringify(join(folder, ".s.PGSQL.5432"))});
      const { message } = await ready(sql, { timeoutMs: 50 }).catch((error) => error);
      process.off("exit", goOn);
      goOn();
      await sql.end();
      console.log(message);`;
    const url = new URL(server.url());
    url.searchParams.set("host", folder);
    const child = Bun.spawn([process.execPath, "-e", script], {
      env: { ...process.env, [variable]: url.href },
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, said] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    await rm(folder, { recursive: true });
    expect({ code: await child.exited, out, said }).toEqual({
      code: 0,
      out: `lobby cannot use its database postgres@${folder}/postgres (${variable}): nothing there answered as PostgreSQL does within 50 ms.\n`,
      said: "",
    });
  });

  test("is told where it does not speak TLS and the URL asks for it", async () => {
    const plain = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data(socket) {
          socket.end("N");
        },
      },
    });
    expect((await complaint(`postgres://lobby@127.0.0.1:${plain.port}/lobby?sslmode=require`)).message).toBe(
      `lobby cannot use its database lobby@127.0.0.1:${plain.port}/lobby (${variable}): the connection was reset; does the server accept TLS as sslmode asks for it?`,
    );
    plain.stop(true);
  });
});
