import { expect, test } from "bun:test";
import { manifest } from "../fixtures/rule-tester.ts";
import { loadManifest, memorySource } from "../manifest/mod.ts";
import { compareVersions, Levels } from "./levels.ts";
import type { Rule } from "./model.ts";

const rule: Rule = {
  id: "no-such-thing",
  severity: "error",
  summary: "",
  why: "",
  fix: "",
  examples: { bad: {}, good: {} },
  *check() {},
};

interface Said {
  /** Of the manifest, on top of its two services. */
  top?: object;
  /** Of services by name. */
  own?: Record<string, object>;
}

function levels({ top = {}, own = {} }: Said, version?: string): Levels {
  const { services, ...rest } = JSON.parse(manifest());
  for (const [name, rules] of Object.entries(own)) services[name].rules = rules;
  const files = {
    "freehold.json": JSON.stringify({ ...rest, services, ...top }),
    "services/billing/a.ts": "",
    "services/orders/a.ts": "",
  };
  const loaded = loadManifest(memorySource(files));
  if (loaded.manifest === null) throw new Error(JSON.stringify(loaded.problems));
  return new Levels(loaded.manifest, {}, version);
}

const of = (said: Said, services: string[] = [], test = false) => levels(said).of(rule, { services, test });
const general = (setting: unknown) => ({ top: { rules: { [rule.id]: setting } } });

test("a service's word comes before the manifest's, and the manifest's before the rule's", () => {
  const own = { billing: { [rule.id]: "off" } };
  expect(of({})).toBe("error");
  expect(of(general("warn"))).toBe("warn");
  expect(of({ ...general("warn"), own }, ["billing"])).toBe("off");
  expect(of({ ...general("warn"), own }, ["orders"])).toBe("warn");
});

test("code of several services weighs what the strictest wants", () => {
  expect(of({ own: { billing: { [rule.id]: "off" } } }, ["billing", "orders"])).toBe("error");
  expect(of({ ...general("off"), own: { billing: { [rule.id]: "warn" } } }, ["orders", "billing"])).toBe(
    "warn",
  );
});

test("in tests a rule weighs no more than the manifest says of tests, unless it says so of the rule", () => {
  expect(of({}, ["billing"], true)).toBe("warn");
  expect(of(general("off"), ["billing"], true)).toBe("off");
  expect(of({ top: { tests: "error" } }, ["billing"], true)).toBe("error");
  expect(of({ top: { tests: "off" } }, ["billing"], true)).toBe("off");
  expect(of(general({ tests: "error" }), ["billing"], true)).toBe("error");
  expect(
    of(
      { ...general({ tests: "error" }), own: { billing: { [rule.id]: { tests: "off" } } } },
      ["billing"],
      true,
    ),
  ).toBe("off");
  expect(of(general({ tests: "error" }), ["billing"], false)).toBe("error");
});

test("a rule is off where nobody wants it, tests and services included", () => {
  expect(levels(general("off")).isOff(rule)).toBe(true);
  expect(levels(general({ level: "off", tests: "warn" })).isOff(rule)).toBe(false);
  expect(levels({ ...general("off"), own: { billing: { [rule.id]: "warn" } } }).isOff(rule)).toBe(false);
});

test("a rule that came later than the first version of the major is a warning, until the manifest counts on it", () => {
  const young = { ...rule, since: "0.10" };
  const usual = (top: object, version: string) =>
    levels({ top }, version).of(young, { services: [], test: false });
  expect(usual({}, "0.10.2")).toBe("warn");
  expect(usual({ since: "0.9" }, "0.10.2")).toBe("warn");
  expect(usual({ since: "0.10" }, "0.10.2")).toBe("error");
  expect(usual({ rules: { [rule.id]: "error" } }, "0.10.2")).toBe("error");
  expect(usual({}, "1.2.0")).toBe("error");
  expect(levels({}, "2.4.0").of({ ...rule, since: "2.1" }, { services: [], test: false })).toBe("warn");
});

test("versions are numbers, not texts", () => {
  expect(["0.10", "0.9.9", "1.0", "0.10.3"].sort(compareVersions)).toEqual([
    "0.9.9",
    "0.10",
    "0.10.3",
    "1.0",
  ]);
});
