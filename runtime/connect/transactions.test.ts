import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type EmbeddedPostgres, startPostgres } from "../../deploy/embedded/mod.ts";
import { connect, type Sql, type TransactionSql } from "./mod.ts";

let server: EmbeddedPostgres;
let admin: Sql;
let pool: Sql;
beforeAll(async () => {
  server = await startPostgres();
  admin = open(1);
  // One connection, so that every step after a loss is on the one that was lost.
  pool = open(1);
  await admin`create table kept (what text)`;
});
afterAll(async () => {
  await pool.end({ timeout: 0 });
  await admin.end({ timeout: 0 });
  await server.stop();
});

function open(poolSize: number): Sql {
  return connect({ service: "test", variable: "URL", env: { URL: server.url() }, poolSize });
}

/** Ends a backend, and returns when its pool has seen the connection close. */
async function terminate(pid: number, owner = pool): Promise<void> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const noticed = owner.options.onclose;
  owner.options.onclose = (id) => {
    owner.options.onclose = noticed;
    noticed(id);
    resolve();
  };
  await admin`select pg_terminate_backend(${pid})`;
  await closed;
}

/** Asks again where a connection hands on its farewell. */
async function rows(query: () => Promise<Iterable<unknown>>): Promise<unknown[]> {
  return [...(await query().catch(query))];
}

async function pidOf(tx: TransactionSql): Promise<number> {
  await tx`insert into kept values ('lost')`;
  const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return row!.pid;
}

describe("a transaction whose connection breaks off", () => {
  const ways: [string, (tx: TransactionSql) => Promise<unknown>][] = [
    [
      "within a query",
      async (tx) => {
        const pid = await pidOf(tx);
        await Promise.all([tx`select pg_sleep(60)`, terminate(pid)]);
      },
    ],
    [
      "between queries, the next one following",
      async (tx) => {
        await terminate(await pidOf(tx));
        await tx`insert into kept values ('late')`;
      },
    ],
    [
      "between queries, an unprepared one following",
      async (tx) => {
        await terminate(await pidOf(tx));
        await tx.unsafe("insert into kept values ('late')");
      },
    ],
    ["before it returns", async (tx) => terminate(await pidOf(tx))],
    [
      "before it throws",
      async (tx) => {
        await terminate(await pidOf(tx));
        throw new Error("the caller's own");
      },
    ],
    [
      "within a savepoint",
      async (tx) => {
        await tx.savepoint(async (inner) => terminate(await pidOf(inner)));
        await tx`insert into kept values ('late')`;
      },
    ],
    [
      "within a query of a savepoint, and the error is swallowed",
      async (tx) => {
        const pid = await pidOf(tx);
        await tx
          .savepoint((inner) => Promise.all([inner`select pg_sleep(60)`, terminate(pid)]))
          .catch(() => {});
      },
    ],
  ];
  for (const [when, work] of ways) {
    test(`${when}: rejects, leaves nothing, and the pool goes on`, async () => {
      await expect(pool.begin(work)).rejects.toThrow(/CONNECTION_CLOSED|terminating connection/);
      expect([...(await pool.begin((tx) => tx`select 1 as one`))]).toEqual([{ one: 1 }]);
      expect(await rows(() => pool`select * from kept`)).toEqual([]);
    });
  }

  test("is told even where the one before it on the same connection has only just ended", async () => {
    const first = pool.begin((tx) => tx`select 1`);
    const second = pool.begin(async (tx) => terminate(await pidOf(tx)));
    await first;
    await expect(second).rejects.toThrow(/CONNECTION_CLOSED|terminating connection/);
    expect(await rows(() => pool`select * from kept`)).toEqual([]);
  });

  test("is told apart from one whose work met somebody else's loss", async () => {
    const neighbour = open(1);
    const work = pool.begin(async (tx) => {
      await tx`insert into kept values ('lost')`;
      await neighbour.begin(async (other) => {
        const [row] = await other`select pg_backend_pid() as pid`;
        await Promise.all([other`select pg_sleep(60)`, terminate(row!["pid"], neighbour)]);
      });
    });
    await expect(work).rejects.toThrow(/CONNECTION_CLOSED|terminating connection/);
    await neighbour.end({ timeout: 0 });
    expect(await rows(() => pool`select * from kept`)).toEqual([]);
  });

  test("commits and rolls back as ever where nothing breaks", async () => {
    const own = new Error("the caller's own");
    await expect(
      pool.begin(async (tx) => {
        await tx`insert into kept values ('lost')`;
        throw own;
      }),
    ).rejects.toBe(own);
    const result = await pool.begin("read write", async (tx) => {
      await tx`insert into kept values ('kept')`;
      await tx.savepoint("s", (inner) => inner`insert into nowhere values (1)`).catch(() => {});
      return tx`select what from kept`;
    });
    expect([...result]).toEqual([{ what: "kept" }]);
    await admin`truncate kept`;
  });
});
