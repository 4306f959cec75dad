import { afterEach, describe, expect, setSystemTime, test } from "bun:test";
import fc from "fast-check";
import { inputs } from "../../fixtures/property.ts";
import { maximumDetailBytes, maximumDetailDepth } from "./detail.ts";
import { type AuditEvent, EventWriter, maximumTextBytes } from "./event.ts";
import { maximumRecordBytes } from "./layout.ts";
import { redacted, sanitised, truncated } from "./text.ts";
import { readTuple, tupleEnds } from "./tuples.ts";

const writer = "0199a7f2-0000-7000-8000-00000000000a";
const event: AuditEvent = {
  id: "0199a7f2-0000-7000-8000-000000000001",
  at: Date.UTC(2026, 10, 21),
  actor: "ada",
  action: "read",
  resource: "/lobby",
  decision: "allow",
};
/** Guard bytes behind the longest record show what writes beyond it. */
const bytes = new Uint8Array(maximumRecordBytes + 64);
const events = new EventWriter(bytes, writer, new Set(["password"]));

function encode(change: object = {}, sequence = 7): { values: Record<string, unknown>; bits: number } {
  bytes.fill(0xee);
  const length = events.write(0, { ...event, ...change }, sequence);
  if (length < 0) throw new Error(events.wrong);
  expect(tupleEnds(bytes.subarray(0, length))).toEqual([length]);
  expect(bytes.subarray(maximumRecordBytes).every((byte) => byte === 0xee)).toBe(true);
  return { values: { ...readTuple(bytes.subarray(0, length)) }, bits: events.notes.bits };
}
const detailOf = (detail: unknown) => encode({ detail }).values["detail"];

afterEach(() => void setSystemTime());

describe("an audit event", () => {
  test("is written whole", () => {
    expect(encode({ detail: { roles: ["admin"], note: "ä😀" } })).toEqual({
      values: {
        ...event,
        writer,
        sequence: 7,
        at: "2026-11-21T00:00:00.000Z",
        detail: { roles: ["admin"], note: "ä😀" },
      },
      bits: 0,
    });
  });

  test("is given an id and a time where it has none", () => {
    const now = new Date("2026-11-21T10:00:00.123Z");
    setSystemTime(now);
    const { id, at } = encode({ id: undefined, at: undefined }).values as { id: string; at: string };
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.slice(0, 13).replace("-", ""), 16)).toBe(now.getTime());
    expect(at).toBe(now.toISOString());
  });

  test("has the time and the sequence that it was given, from 1970 to 9999", () => {
    for (const at of [0, 1, 946_684_799_999, 946_684_800_001, Date.UTC(2026, 0, 1), 253_402_300_799_999])
      expect(encode({ at }).values["at"]).toBe(new Date(at).toISOString());
    expect(encode({ at: Date.UTC(2026, 0, 1) + 0.125 }).values["at"]).toBe("2026-01-01T00:00:00.000125Z");
    for (const sequence of [1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 45 + 3])
      expect(encode({}, sequence).values["sequence"]).toBe(sequence);
  });

  test("has its NULs and half surrogate pairs replaced, and nothing else", () => {
    const detail = { "k\0": "\ud83d", kept: "\\u0000 \\ud800 😀", deep: [{ "\udc00": 1 }] };
    const { values, bits } = encode({ actor: "a\0b\ud800c", detail });
    expect(values).toMatchObject({
      actor: "a\ufffdb\ufffdc",
      detail: { "k\ufffd": "\ufffd", kept: "\\u0000 \\ud800 😀", deep: [{ "\ufffd": 1 }] },
    });
    expect(bits).toBe(sanitised);
  });

  test("has a marker where a text is too long, at the end of a whole character", () => {
    const cases = [
      "/".repeat(2000),
      "ä".repeat(600),
      "€".repeat(500),
      "😀".repeat(400),
      `x${"😀".repeat(400)}`,
    ];
    for (const resource of cases) {
      const { values, bits } = encode({ resource });
      const text = values["resource"] as string;
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maximumTextBytes);
      expect(Buffer.byteLength(text)).toBeGreaterThan(maximumTextBytes - 8);
      expect(text.endsWith("…") && resource.startsWith(text.slice(0, -1))).toBe(true);
      expect(bits).toBe(truncated);
    }
    expect(encode({ resource: "/".repeat(maximumTextBytes) }).bits).toBe(0);
  });

  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) });
  const long = { text: "x".repeat(maximumDetailBytes) };
  const deep = { truncated: true, reason: "too deep" };
  const marked: [string, unknown, unknown][] = [
    [
      "is too long",
      long,
      { truncated: true, reason: "too long", start: JSON.stringify(long).slice(0, 1000) },
    ],
    [
      "has too many keys",
      Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`key ${at}`, at])),
      { truncated: true, reason: "too long", start: expect.any(String) },
    ],
    ["is too deep", nested(maximumDetailDepth + 1), deep],
    ["is a circle", circle, deep],
    ["holds a BigInt without end", { n: 10n ** 200n }, { unencodable: "RangeError: a BigInt of 201 digits" }],
    ["is a function", () => {}, { unencodable: "function" }],
    [
      "throws when it is read",
      {
        get n() {
          throw new Error("no");
        },
      },
      { unencodable: "Error: no" },
    ],
  ];
  for (const [what, detail, marker] of marked) {
    test(`has a marker where its detail ${what}`, () => {
      const { values, bits } = encode({ detail });
      expect(values["detail"]).toEqual(marker);
      expect(bits).toBe(truncated);
    });
  }

  test("keeps a detail that is as deep as may be, brackets within texts not counted", () => {
    const detail = { a: nested(maximumDetailDepth - 1), b: '[[[[{{{{"\\"[[[['.repeat(20) };
    expect(detailOf(detail)).toEqual(detail);
  });

  test("has the values of named keys replaced, at any depth", () => {
    const { values, bits } = encode({
      detail: { user: "ada", password: "x", deep: [{ password: { a: 1 } }] },
    });
    expect(values["detail"]).toEqual({
      user: "ada",
      password: "[redacted]",
      deep: [{ password: "[redacted]" }],
    });
    expect(bits).toBe(redacted);
  });

  test("has a detail that is what JSON.stringify would have made of it", () => {
    const date = new Date(0);
    const mixed = {
      date,
      left: undefined,
      list: [undefined, () => {}, null, Number.NaN, -0, 1e21, 5e-324],
      own: { toJSON: () => ({ b: 1 }) },
      controls: '\b\t\n\f\r\u0001\u001f\u007f"\\/',
    };
    expect(detailOf(mixed)).toEqual(JSON.parse(JSON.stringify(mixed)));
    const value = fc.dictionary(
      fc.string({ unit: "grapheme" }),
      fc.jsonValue({ stringUnit: "grapheme", maxDepth: 5 }),
    );
    fc.assert(
      fc.property(value, (detail) => {
        const json = JSON.stringify(detail);
        fc.pre(!json.includes("\\u0000") && json.length < 1000);
        expect(detailOf(detail)).toEqual(JSON.parse(json));
      }),
      inputs(1, 100),
    );
  });

  const wrong: [object, string][] = [
    [{ actor: "" }, "actor must be a text that is not empty"],
    [{ action: undefined }, "action must be a text that is not empty"],
    [{ resource: 7 }, "resource must be a text that is not empty"],
    [{ decision: null }, "decision must be a text that is not empty"],
    [{ id: "1" }, "id must be a UUID"],
    [{ id: "0199a7f2-0000-7000-8000-00000000000g" }, "id must be a UUID"],
    [{ at: "today" }, "at must be a Date or a number of milliseconds"],
    [{ at: new Date("never") }, "at must be a time from 1970 to 9999"],
    [{ at: 1e15 }, "at must be a time from 1970 to 9999"],
    [{ at: -1 }, "at must be a time from 1970 to 9999"],
  ];
  for (const [change, message] of wrong) {
    test(`is refused because ${message} (${JSON.stringify(change)})`, () => {
      expect(() => encode(change)).toThrow(message);
    });
  }

  test("is text that PostgreSQL takes and no longer than it may be, whatever it holds", () => {
    const text = fc.string({ unit: "binary", minLength: 1, maxLength: 2000 });
    const detail = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ stringUnit: "binary" }));
    fc.assert(
      fc.property(text, text, detail, (actor, resource, value) => {
        const { values } = encode({ actor, resource, detail: value });
        JSON.parse(JSON.stringify(values), (key, part) => {
          for (const one of typeof part === "string" ? [key, part] : [key])
            expect(one.isWellFormed() && !one.includes("\0")).toBe(true);
          return part;
        });
      }),
      inputs(2, 100),
    );
  });
});
