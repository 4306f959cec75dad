import { describe, expect, test } from "bun:test";
import { loadSql } from "../../analysis/sql/mod.ts";
import { fuzz } from "./fuzz.ts";
import { check, isBlank } from "./fuzz-check.ts";
import { EXTREME_COUNT, fuzzInput } from "./fuzz-inputs.ts";

await loadSql();

test("an input is the same for the same seed, and another one for another", () => {
  const inputs = [1, 1, 2].map((seed) => fuzzInput(seed, EXTREME_COUNT + 5));
  expect(inputs[0]).toEqual(inputs[1]!);
  expect(inputs[0]).not.toEqual(inputs[2]!);
});

describe("blank to the fuzzer", () => {
  for (const text of ["", " \t\r\n", ";;", "-- x", "/* a /* b */ c */ ; -- x\n"]) {
    test(JSON.stringify(text), () => expect(isBlank(text, "postgresql")).toBeTrue());
  }
  for (const text of ["x", "/*", "/* /* */", "-- x\ny", "'", "\0", "\\"]) {
    test(`not ${JSON.stringify(text)}`, () => expect(isBlank(text, "postgresql")).toBeFalse());
  }
  test("a semicolon as psql takes it, in a file", () => {
    expect(isBlank(" \\; ", "postgresql", true)).toBeTrue();
    expect(isBlank(" \\; ", "postgresql")).toBeFalse();
    expect(isBlank(" \\; ", "mariadb", true)).toBeFalse();
  });
});

test("nothing is wrong with the first thousand mutations of a seed", () => {
  const wrong: string[] = [];
  for (let index = EXTREME_COUNT; index < EXTREME_COUNT + 1000; index++) {
    const input = fuzzInput(1, index);
    const message = check(input, "postgresql");
    if (message !== null) wrong.push(`${index}: ${message}: ${JSON.stringify(input.text)}`);
  }
  expect(wrong).toEqual([]);
});

test("no more inputs are tried than were asked for", async () => {
  const { inputs, failures } = await fuzz({ dialect: "postgresql", seed: 1, seconds: 60, most: 3 });
  expect({ inputs, failures }).toEqual({ inputs: 3, failures: [] });
});
