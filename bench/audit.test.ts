import { expect, test } from "bun:test";
import { benchAudit, render } from "./audit.ts";

test("the audit benchmark accounts for every event, and prints a table", async () => {
  const bench = await benchAudit({ rounds: 2, inserts: 5, logs: 50 });
  expect(bench.accounting).toEqual({ inserted: 30, accepted: 2100, refused: 0, stored: 2130 });
  const text = render(bench);
  expect(text).toMatch(
    /^ +p50 +p99\nblocking INSERT .*\naudit log\(\) .*\narray push .*\nINSERT ÷ log\(\) .*\nlog\(\) ÷ array push .*\n\n/,
  );
  expect(text).toContain("2100 events accepted (0 refused) and 30 inserted, 2130 in the table");
});
