import { expect, test } from "bun:test";
import { benchLoad, type Drive, render } from "./load.ts";

test("every decision that gatekeeper answered under load is in the audit log, blocking and buffered", async () => {
  // A client of the test's own: what is counted is answers, and not how fast they come.
  const drive: Drive = async ({ url, ...request }) => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => fetch(url, request)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    return { rate: 1, answered: answers.length, p50: 1, p99: 1 };
  };
  const bench = await benchLoad({ runs: 1, drive });
  expect(bench.mismatches).toEqual([]);
  expect(
    render(bench)
      .split("\n")
      .slice(1, 4)
      .map((line) => line.split(" ")[0]),
  ).toEqual(["off", "blocking", "buffered"]);
});
