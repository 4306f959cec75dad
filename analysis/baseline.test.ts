import { describe, expect, test } from "bun:test";
import { foreignRead, placeOf } from "../fixtures/findings.ts";
import { parseBaseline, renderBaseline, updateBaseline } from "./baseline.ts";
import { baselineKey, matchBaseline } from "./known.ts";
import type { Baseline, Finding } from "./model.ts";

const file = "freehold.baseline.jsonl";
const head = '{"freehold":"baseline","version":1}';
const empty: Baseline = { file, lineEnd: "\n", entries: [] };

function finding(path: string, extra: Partial<Finding> = {}): Finding {
  return foreignRead(placeOf(path, "select actor from audit_log", "audit_log"), extra);
}
const inFunction = (enclosing: string | null, statement = "select actor from audit_log") => ({
  identity: { operation: "select" as const, enclosing, statement },
});
const recorded = (...findings: Finding[]) => updateBaseline(empty, findings, () => "there before").baseline;
const read = (text: string) => {
  const baseline = parseBaseline(file, text);
  if (Array.isArray(baseline)) throw new Error(JSON.stringify(baseline));
  return baseline;
};

test("a baseline is a line an entry, in the order of files, whatever the order of the findings", () => {
  const [a, b] = [finding("services/a.ts"), finding("services/b.ts", inFunction(null))];
  expect(renderBaseline(recorded(b, a))).toMatchInlineSnapshot(`
    "{"freehold":"baseline","version":1}
    {"rule":"cross-service-read","services":["guardian"],"table":"audit_log","operation":"select","file":"services/a.ts","function":"recent","statement":"772ef8064c9cbfbb","reason":"there before"}
    {"rule":"cross-service-read","services":["guardian"],"table":"audit_log","operation":"select","file":"services/b.ts","function":null,"statement":"772ef8064c9cbfbb","reason":"there before"}
    "
  `);
  expect(renderBaseline(recorded(a, b))).toBe(renderBaseline(recorded(b, a)));
});

test("lines that stay are written back to the byte, whatever their spacing and escapes", () => {
  const lines = [
    `{ "rule": "cross-service-read", "services": ["guardian"], "table": "audit_log", "operation": "select", "file": "services/a.ts", "function": "recent", "statement": "d6d3c4f1e7a7a5a0", "reason": "caf\\u00e9 \\/ né ☕  " }`,
  ];
  for (const lineEnd of ["\n", "\r\n"]) {
    const text = [head, ...lines, ""].join(lineEnd);
    expect(renderBaseline(read(text))).toBe(text);
  }
});

test("a line that follows its code into another file keeps all but the file's name", () => {
  const before = finding("services/old.ts");
  const { reason: _, ...key } = { ...baselineKey(before), reason: "" };
  const raw = `{ "reason": "caf\\u00e9", ${JSON.stringify(key).slice(1)}`;
  const { baseline, moved, removed } = updateBaseline(
    read([head, raw].join("\n")),
    [finding("services/new.ts")],
    () => null,
  );
  expect({ moved, removed }).toEqual({ moved: 1, removed: 0 });
  expect(renderBaseline(baseline)).toBe(`${head}\n${raw.replace("old.ts", "new.ts")}\n`);
});

describe("what an entry stands for", () => {
  const entries = (...findings: Finding[]) => recorded(...findings).entries;
  const known = (findings: Finding[], of: ReturnType<typeof entries>) => matchBaseline(findings, of).size;

  test("the same statement at another line", () => {
    const moved = finding("services/a.ts", { at: placeOf("services/a.ts", "\n\n audit_log", "audit_log") });
    expect(known([moved], entries(finding("services/a.ts")))).toBe(1);
  });

  test("each for one finding: the same statement once more is new", () => {
    const twice = [finding("services/a.ts"), finding("services/a.ts")];
    expect(known(twice, entries(finding("services/a.ts")))).toBe(1);
    expect(known(twice, entries(...twice))).toBe(2);
  });

  test("not another statement in its place, nor another function, table, operation, rule or service", () => {
    const one = entries(finding("services/a.ts"));
    const others: Partial<Finding>[] = [
      inFunction("recent", "select secret from audit_log"),
      inFunction("other"),
      { table: "audit_summary" },
      { rule: "cross-service-write" },
      { services: ["guardian", "lobby"] },
      { identity: { operation: "insert", enclosing: "recent", statement: "select actor from audit_log" } },
    ];
    for (const other of others) expect(known([finding("services/a.ts", other)], one)).toBe(0);
  });

  test("its function and its statement in a renamed file, once the old one holds it no more", () => {
    const [old, renamed] = [finding("services/a.ts"), finding("services/b.ts")];
    expect(known([renamed], entries(old))).toBe(1);
    expect([...matchBaseline([renamed, old], entries(old)).keys()]).toEqual([old]);
  });

  test("in SQL, the file and the statement", () => {
    const sql = (path: string, statement: string) => finding(path, inFunction(null, statement));
    expect(known([sql("b.sql", "select 1")], entries(sql("a.sql", "select 1")))).toBe(1);
    expect(known([sql("b.sql", "")], entries(sql("a.sql", "")))).toBe(0);
  });
});

test("an update shrinks, and grows by what it is given a reason for alone", () => {
  const [gone, stays, fresh] = ["gone", "stays", "fresh"].map((name) =>
    finding("services/a.ts", inFunction(name)),
  ) as [Finding, Finding, Finding];
  const before = recorded(gone, stays);
  const shrunk = updateBaseline(before, [stays, fresh], () => null);
  expect({ ...shrunk, baseline: shrunk.baseline.entries.map((entry) => entry.function) }).toEqual({
    baseline: ["stays"],
    added: 0,
    removed: 1,
    moved: 0,
  });
  const grown = updateBaseline(before, [stays, fresh], () => "GRV-112");
  expect(grown.baseline.entries.map((entry) => [entry.function, entry.reason])).toEqual([
    ["stays", "there before"],
    ["fresh", "GRV-112"],
  ]);
});

describe("a baseline that cannot be read says so, at its line", () => {
  const good = JSON.stringify({ ...baselineKey(finding("services/a.ts")), reason: "there before" });
  const faults: [name: string, text: string, ...problems: string[]][] = [
    ["nothing in it", "", `1 is no baseline: its first line must be ${head}`],
    ["another file", '{"findings":[]}', `1 is no baseline: its first line must be ${head}`],
    [
      "a newer version",
      '{"freehold":"baseline","version":2}\nsomething else\n',
      "1 is of version 2, written by a newer freehold: this one reads 1, so upgrade it",
    ],
    [
      "a merge's marks",
      [head, "<<<<<<< ours", good, "=======", good, ">>>>>>> theirs"].join("\n"),
      ...[2, 4, 6].map(
        (line) => `${line} a merge's mark stands here: keep the entries of both sides and delete the marks`,
      ),
    ],
    [
      "half a line",
      [head, good.slice(0, 40)].join("\r\n"),
      "2 is no JSON: restore the line, or delete it and see what becomes new",
    ],
    [
      "no reason",
      [head, good.replace("there before", " ")].join("\n"),
      '2 is no entry of a baseline: "reason" is empty: say why it stays',
    ],
    [
      "a key too many",
      [head, good.replace("{", '{"line":4,')].join("\n"),
      '2 is no entry of a baseline: Unrecognized key: "line"',
    ],
  ];
  for (const [name, text, ...problems] of faults) {
    test(name, () => {
      const read = parseBaseline(file, text);
      expect(Array.isArray(read) ? read.map(({ at, message }) => `${at.line} ${message}`) : read).toEqual(
        problems,
      );
    });
  }
});
