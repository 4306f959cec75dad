import { expect, setDefaultTimeout, test } from "bun:test";
import { faultNames, proveAudit } from "./audit.ts";

setDefaultTimeout(240_000); // a bound for a loaded machine, not a measure

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
