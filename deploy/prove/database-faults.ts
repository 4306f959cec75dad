/** Faults of the database and of the way to it. */
import { join } from "node:path";
import { startProxy } from "../embedded/proxy.ts";
import type { Arena } from "./arena.ts";
import type { Fault, FaultReport } from "./fault.ts";
import type { Writer } from "./writer.ts";

/** Lets a writer log while something is done to the database, stops it, and judges. */
async function during(
  arena: Arena,
  act: (writer: Writer) => Promise<string>,
  more: Parameters<Arena["writer"]>[0] | object = {},
  mayAnnounce = false,
): Promise<FaultReport> {
  const spool = arena.spool();
  const task = {
    run: arena.run(),
    url: arena.url,
    log: { spool, ...arena.small },
    burst: 20,
    pauseMs: 1,
    ...more,
  };
  const writer = arena.writer(task);
  await writer.accepted(500);
  const count = await act(writer);
  const code = await writer.end("SIGTERM");
  const { stored, announced, problems } = await arena.settle([writer], spool);
  if (code !== 0) problems.push(`exit code ${code}: ${writer.seen.complaints.slice(-500)}`);
  if (announced > 0 && !mayAnnounce) problems.push(`${announced} sequences were announced as missing`);
  return { count, stored, announced, problems };
}

export const restart: Fault = {
  name: "PostgreSQL stopped and started again",
  run: (arena, { kills, long }) =>
    during(arena, async (writer) => {
      const times = long ? Math.max(20, Math.round(kills / 20)) : 4;
      for (let number = 0; number < times; number += 1) {
        await arena.cluster.stop(number % 3 === 2 ? "fast" : "immediate");
        await writer.accepted(writer.seen.accepted + arena.pick(1000));
        await arena.cluster.start();
        await writer.accepted(writer.seen.accepted + 200 + arena.pick(1000));
      }
      return `${times} stops`;
    }),
};

export const network: Fault = {
  name: "network cut, silent, forgotten",
  async run(arena, { long }) {
    const proxy = await startProxy(join(arena.cluster.socketFolder, ".s.PGSQL.5432"), 0);
    try {
      const url = `postgres://postgres@127.0.0.1:${proxy.port}/audit`;
      return await during(
        arena,
        async (writer) => {
          const times = long ? 40 : 6;
          for (let number = 0; number < times; number += 1) {
            proxy.set(number % 3 === 2 ? "silent" : "cut");
            await writer.accepted(writer.seen.accepted + 500 + arena.pick(1500));
            proxy.set(number % 6 === 5 ? "forgotten" : "open");
            await writer.accepted(writer.seen.accepted + 200 + arena.pick(1000));
          }
          return `${times} cuts`;
        },
        { url, storeTimeoutMs: 300 },
      );
    } finally {
      proxy.stop();
    }
  },
};

export const altered: Fault = {
  name: "a table altered underneath",
  run: (arena) =>
    during(arena, async (writer) => {
      const { sql } = arena;
      const changes = [
        [
          "alter table audit_log rename column decision to verdict",
          "alter table audit_log rename column verdict to decision",
        ],
        [
          "alter table audit_log rename to audit_log_elsewhere",
          "alter table audit_log_elsewhere rename to audit_log",
        ],
        [
          "alter table audit_log add column more text not null default null",
          "alter table audit_log drop column more",
        ],
        [
          "alter table audit_log alter column detail type text using detail::text",
          "alter table audit_log alter column detail type jsonb using detail::jsonb",
        ],
        [
          "alter table audit_log add constraint nobody check (false) not valid",
          "alter table audit_log drop constraint nobody",
        ],
        [
          "alter table audit_checkpoint rename to audit_checkpoint_elsewhere",
          "alter table audit_checkpoint_elsewhere rename to audit_checkpoint",
        ],
      ];
      for (const [there, back] of changes) {
        await sql.unsafe(there!).catch((error: Error) => {
          // NOT NULL over rows that are there is refused; it was tried.
          if (!error.message.includes("contains null values")) throw error;
        });
        await writer.accepted(writer.seen.accepted + 500);
        await sql.unsafe(back!.replace("drop column more", "drop column if exists more"));
        await writer.accepted(writer.seen.accepted + 500);
      }
      return `${changes.length} changes`;
    }),
};

export const poison: Fault = {
  name: "events that the table refuses",
  async run(arena) {
    const { sql } = arena;
    await sql`alter table audit_log add constraint no_poison check (actor <> 'poison') not valid`;
    try {
      const report = await during(
        arena,
        async (writer) => {
          await writer.accepted(3000);
          return "1 event in 50";
        },
        { poisonEvery: 50 },
        true,
      );
      const [row] =
        await sql`select count(*)::int as letters from audit_log where action = 'audit.dead-letter'`;
      if (row!["letters"] < 59)
        report.problems.push(`only ${row!["letters"]} events were announced as refused`);
      return report;
    } finally {
      await sql`alter table audit_log drop constraint no_poison`;
    }
  },
};

/** A disk of the database that takes 20 ms for each transaction, and as many events as an hour brings. */
export const slow: Fault = {
  name: "a slow database, an hour's events",
  async run(arena, { long }) {
    const { sql } = arena;
    const count = long ? 3_600_000 : 36_000;
    await sql.unsafe(`create function audit_slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.02); return null; end $$;
      create trigger audit_slow after update on audit_checkpoint for each statement execute function audit_slow()`);
    try {
      const spool = arena.spool();
      const log = { spool, ...arena.small };
      const writer = arena.writer({
        run: arena.run(),
        url: arena.url,
        burst: 100,
        count,
        eager: false,
        closeDeadlineMs: 600_000,
        log,
      });
      const code = await writer.ended();
      const { stored, announced, problems } = await arena.settle([writer], spool);
      const { memoryMiB } = writer.seen;
      if (code !== 0 || stored !== count) problems.push(`exit code ${code}, ${stored} of ${count} stored`);
      if (memoryMiB > 400) problems.push(`${memoryMiB} MiB of memory`);
      return { count: `${count} events, ${memoryMiB} MiB of memory`, stored, announced, problems };
    } finally {
      await sql.unsafe("drop trigger audit_slow on audit_checkpoint; drop function audit_slow()");
    }
  },
};
