import { expect, test } from "bun:test";
import { DatabaseConfigError } from "./errors.ts";
import { defaultSettings, readSettings } from "./settings.ts";

test("settings come from the environment, else from the code, else from the defaults", () => {
  const env = { A_POOL_SIZE: "3", A_POOLER: "true", A_STATEMENT_TIMEOUT_MS: "", B_POOL_SIZE: "9" };
  expect(readSettings(env, "A", { poolSize: 5, connectTimeoutMs: 7 })).toEqual({
    poolSize: 3,
    statementTimeoutMs: defaultSettings.statementTimeoutMs,
    connectTimeoutMs: 7,
    pooler: true,
  });
});

const wrong: [Record<string, string>, string][] = [
  [{ A_POOL_SIZE: "0" }, 'A_POOL_SIZE must be a whole number from 1 to 1000, but is "0".'],
  [{ A_POOL_SIZE: "ten" }, 'A_POOL_SIZE must be a whole number from 1 to 1000, but is "ten".'],
  [
    { A_STATEMENT_TIMEOUT_MS: "30s" },
    'A_STATEMENT_TIMEOUT_MS must be a whole number from 0 to 2147483647, but is "30s".',
  ],
  [
    { A_CONNECT_TIMEOUT_MS: "1.5" },
    'A_CONNECT_TIMEOUT_MS must be a whole number from 1 to 2147483647, but is "1.5".',
  ],
  [{ A_POOLER: "maybe" }, 'A_POOLER must be true or false, but is "maybe".'],
];
for (const [env, message] of wrong) {
  test(`the setting ${JSON.stringify(env)} is refused by name`, () => {
    const [variable] = Object.keys(env);
    expect(() => readSettings(env, "A", {})).toThrow(new DatabaseConfigError(variable!, message));
  });
}
