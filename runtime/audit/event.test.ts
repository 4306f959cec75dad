import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type AuditEvent,
  encodeEvent,
  maximumDetailDepth,
  maximumDetailLength,
  maximumTextLength,
} from "./event.ts";

const event: AuditEvent = {
  id: "0199a7f2-0000-7000-8000-000000000001",
  at: Date.UTC(2026, 10, 21),
  actor: "ada",
  action: "read",
  resource: "/lobby",
  decision: "allow",
};
const encoded = (change: object = {}) => encodeEvent({ ...event, ...change }, 7) as { json: string };
const decoded = (change: object = {}) => JSON.parse(encoded(change).json);

describe("an audit event", () => {
  test("is encoded whole", () => {
    expect(encodeEvent({ ...event, detail: { roles: ["admin"], note: "ä😀" } }, 7)).toEqual({
      json: `{"sequence":7,"id":"${event.id}","at":"2026-11-21T00:00:00.000Z","actor":"ada","action":"read","resource":"/lobby","decision":"allow","detail":{"roles":["admin"],"note":"ä😀"}}`,
      sanitised: false,
      truncated: false,
    });
  });

  test("is given an id and a time where it has none", () => {
    const before = Date.now();
    const { id, at } = decoded({ id: undefined, at: undefined });
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(Date.parse(at)).toBeGreaterThanOrEqual(before);
  });

  test("has its NULs and half surrogate pairs replaced, and nothing else", () => {
    const detail = { "k\0": "\ud83d", kept: "\\u0000 \\ud800 😀", deep: [{ "\udc00": 1 }] };
    expect(encodeEvent({ ...event, actor: "a\0b\ud800c", detail }, 7)).toMatchObject({
      sanitised: true,
      truncated: false,
    });
    expect(decoded({ actor: "a\0b\ud800c", detail })).toMatchObject({
      actor: "a\ufffdb\ufffdc",
      detail: { "k\ufffd": "\ufffd", kept: "\\u0000 \\ud800 😀", deep: [{ "\ufffd": 1 }] },
    });
  });

  test("has a marker where a text is too long", () => {
    const resource = "/".repeat(maximumTextLength + 1);
    expect(encoded({ resource })).toMatchObject({ truncated: true });
    expect(decoded({ resource }).resource).toBe(`${resource.slice(0, maximumTextLength - 1)}…`);
    expect(encoded({ resource: resource.slice(1) })).toMatchObject({ truncated: false });
  });

  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) });
  const long = { text: "x".repeat(maximumDetailLength) };
  const marked: [string, unknown, unknown][] = [
    [
      "is too long",
      long,
      { truncated: JSON.stringify(long).length, start: JSON.stringify(long).slice(0, 1000) },
    ],
    ["is too deep", nested(maximumDetailDepth + 1), { truncated: expect.any(Number), reason: "too deep" }],
    ["is a circle", circle, { unencodable: expect.stringContaining("TypeError") }],
    ["holds a BigInt", { n: 1n }, { unencodable: expect.stringContaining("BigInt") }],
    [
      "throws when it is read",
      {
        get n() {
          throw new Error("no");
        },
      },
      { unencodable: "Error: no" },
    ],
    ["is a function", () => {}, { unencodable: "function" }],
  ];
  for (const [what, detail, marker] of marked) {
    test(`has a marker where its detail ${what}`, () => {
      expect(encoded({ detail })).toMatchObject({ truncated: true });
      expect(decoded({ detail }).detail).toEqual(marker);
    });
  }

  test("keeps a detail that is as deep as may be, brackets within texts not counted", () => {
    const detail = { a: nested(maximumDetailDepth - 1), b: '[[[[{{{{"\\"[[[['.repeat(20) };
    expect(decoded({ detail }).detail).toEqual(detail);
  });

  const wrong: [object, string][] = [
    [{ actor: "" }, "actor must be a text that is not empty"],
    [{ action: undefined }, "action must be a text that is not empty"],
    [{ resource: 7 }, "resource must be a text that is not empty"],
    [{ decision: null }, "decision must be a text that is not empty"],
    [{ id: "1" }, "id must be a UUID"],
    [{ at: "today" }, "at must be a Date or a number of milliseconds"],
    [{ at: new Date("never") }, "at must be a time from 1970 to 9999"],
    [{ at: 1e15 }, "at must be a time from 1970 to 9999"],
    [{ at: -1 }, "at must be a time from 1970 to 9999"],
  ];
  for (const [change, message] of wrong) {
    test(`is refused because ${message} (${JSON.stringify(change)})`, () => {
      expect(encodeEvent({ ...event, ...change }, 7)).toEqual({ wrong: message });
    });
  }

  test("is JSON that PostgreSQL takes, whatever its texts and detail hold", () => {
    const text = fc.string({ unit: "binary", minLength: 1 });
    const detail = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ stringUnit: "binary" }));
    fc.assert(
      fc.property(text, text, detail, (actor, resource, value) => {
        const { json } = encoded({ actor, resource, detail: value });
        JSON.parse(json, (key, part) => {
          for (const one of typeof part === "string" ? [key, part] : [key]) {
            expect(one.isWellFormed() && !one.includes("\0")).toBe(true);
          }
          return part;
        });
      }),
    );
  });
});
