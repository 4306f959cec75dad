import { expect, setDefaultTimeout, test } from "bun:test";
import { faultNames, proveAudit, proveFaults } from "./audit.ts";
import type { Fault, FaultReport } from "./fault.ts";
import type { Writer } from "./writer.ts";

setDefaultTimeout(480_000); // a bound for a loaded machine, not a measure

test("what the audit log confirmed survives 50 kills and every other fault", async () => {
  const done: string[] = [];
  let stored = 0;
  const problems = await proveAudit({
    seed: 1,
    kills: 50,
    long: false,
    onFault(report) {
      done.push(report.name);
      stored += report.stored;
    },
  });
  expect(problems).toEqual([]);
  expect(done).toEqual([...faultNames]);
  expect(stored).toBeGreaterThan(50_000);
});

test("a fault that does not end, or breaks off, is one that failed, its processes are killed, and the next one runs", async () => {
  const writers: Writer[] = [];
  const picks: number[] = [];
  const endless: Fault = {
    name: "endless",
    deadlineMs: 1000,
    async run(arena) {
      const log = { spool: arena.spool(), ...arena.small };
      const writer = arena.writer({ run: arena.run(), url: arena.url, log });
      writers.push(writer);
      await writer.said(() => false);
      throw new Error("it goes no further");
    },
  };
  const broken: Fault = {
    name: "broken",
    async run(arena) {
      await arena.sql`select 1 / 0`;
      throw new Error("it goes no further");
    },
  };
  const brief: Fault = {
    name: "brief",
    async run(arena) {
      picks.push(arena.pick(1_000_000));
      const [row] = await arena.sql`select count(*)::int as stored from audit_log`;
      return { count: "nothing done", stored: row!["stored"], announced: 0, problems: [] };
    },
  };
  const reports: (FaultReport & { name: string })[] = [];
  const options = {
    seed: 1,
    kills: 0,
    long: false,
    onFault: (report: (typeof reports)[0]) => reports.push(report),
  };
  const problems = await proveFaults([broken, endless, brief], options);
  expect(problems).toEqual([
    "broken: broke off: division by zero",
    expect.stringMatching(/^endless: did not end within 1 s; run-1 was at \d+ accepted, \d+ durable/),
  ]);
  expect(reports).toMatchObject([
    { name: "broken", count: "no end" },
    { name: "endless", count: "no end" },
    { name: "brief", stored: 0, problems: [] },
  ]);
  expect(writers[0]!.child.signalCode).toBe("SIGKILL");
  // Whatever ran before, the seed has the same choices for a fault.
  await proveFaults([endless, brief], { ...options, only: "brief" });
  expect(picks[1]).toBe(picks[0]!);
});
