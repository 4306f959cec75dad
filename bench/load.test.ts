import { expect, test } from "bun:test";
import { type Drive, readWrk } from "./load/client.ts";
import { limitShare } from "./load/cost.ts";
import { render } from "./load/text.ts";
import { benchLoad } from "./load.ts";

test("every decision that gatekeeper answered under load has left its audit log, blocking and buffered", async () => {
  // A client of the test's own: what is counted is answers, and not how fast they come.
  const drive: Drive = async ({ url, ...request }) => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => fetch(url, request)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    return { rate: 1, answered: answers.length, p50: 1, p99: 1, clientSeconds: 0 };
  };
  const bench = await benchLoad({ runs: 1, seconds: 1, drive });
  expect(bench.mismatches).toEqual([]);
  expect(
    render(bench)
      .split("\n")
      .slice(1, 5)
      .map((line) => line.split(/ {2,}/)[0]),
  ).toEqual(["off", "blocking", "buffered", "buffered, database elsewhere"]);

  expect(render({ ...bench, noise: [], withinGoal: { buffered: false, elsewhere: true } })).toContain(
    "within 5 % of off: buffered no, with its database elsewhere yes\n",
  );
  expect(render({ ...bench, noise: [], withinGoal: { buffered: null, elsewhere: true } })).toContain(
    "within 5 % of off: buffered the rounds differ too much to tell, with its database elsewhere yes\n",
  );
  expect(bench.noise).toContain("fewer than 6 rounds tell nothing");
  const noisy = render({
    ...bench,
    noise: ["other processes had 1.50 processors meanwhile"],
    withinGoal: { buffered: null, elsewhere: null },
  });
  expect(noisy).toContain("no verdict: other processes had 1.50 processors meanwhile\n");
});

test("what all processors can do at most follows from what a request takes", () => {
  const off = { service: 16, behind: 0, client: 9, database: 0 };
  expect(limitShare(off, { service: 17, behind: 2, client: 9, database: 12 }, 2)).toBe(0.8);
  expect(limitShare(off, { service: 20, behind: 0, client: 9, database: 0 }, 2)).toBe(0.8);
  expect(limitShare(off, { service: 16, behind: 1, client: 9, database: 0 }, 2)).toBe(1);
});

test("what wrk says is read, and anything else is refused", () => {
  const said = `Running 5s test @ http://127.0.0.1:1/check
  1 threads and 128 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.22ms  800.05us  15.02ms   91.20%
    Req/Sec    55.22k     3.12k   60.11k    70.00%
  Latency Distribution
     50%    0.98ms
     75%    1.20ms
     90%  650.00us
     99%    1.02s
  274605 requests in 5.00s, 60.01MB read
  Non-2xx or 3xx responses: 5
Requests/sec:  54918.20
Transfer/sec:     12.00MB
`;
  expect(readWrk(said)).toEqual({ rate: 54_918.2, answered: 274_600, p50: 0.98, p99: 1020 });
  expect(() => readWrk("unable to connect")).toThrow("wrk said something else:\nunable to connect");
});
