import { beforeAll, expect, test } from "bun:test";
import type { Store } from "../cache/store.ts";
import type { SqlPiece } from "../model.ts";
import { loadSql, readSql } from "../sql/mod.ts";
import { lateAnswers } from "./late.ts";

beforeAll(() => loadSql());

const dialect = "postgresql";

/** A store in memory that counts what is put into it. */
function counting(): Store & { kept: number } {
  const texts = new Map<string, string>();
  return {
    kept: 0,
    get: (key) => texts.get(key) ?? null,
    set(key, text) {
      this.kept++;
      texts.set(key, text());
    },
    flush: () => {},
    close: () => {},
  };
}

/** Text runs and holes, one behind the other from a place of a file. */
function pieces(file: string, start: number, ...parts: (string | null)[]): SqlPiece[] {
  let at = start;
  return parts.map((text) => {
    const span = { file, start: at, end: at + (text?.length ?? 7) };
    at = span.end + 3;
    if (text !== null) return { kind: "text", text, at: span };
    return { kind: "hole", hole: "unknown", reason: "it is a parameter", at: span };
  });
}

const asked = (...paths: string[]) =>
  new Map(paths.map((path, index) => [path, { id: `id${index}`, text: () => "" }]));

test.each([
  ["a query", ["select a from orders o join items on true -- all\n"]],
  ["holes and placeholders", ["insert into orders values (?, ", null, ") returning ", null]],
  ["a name over several pieces", ["select * from or", "ders, ", null, "where x"]],
  ["a function's body", ["create function f() returns int language sql as $$ select 1 from items $$"]],
  ["what the grammar refuses", ["select from where orders"]],
  ["no text at all", [""]],
] as const)("%s is read once, wherever it stands: in its file, and in another one", (_, parts) => {
  const store = counting();
  const late = lateAnswers(asked("a.ts", "b.ts"), store);
  for (const [file, start] of [
    ["a.ts", 0],
    ["a.ts", 40],
    ["b.ts", 7],
  ] as const) {
    const given = pieces(file, start, ...parts);
    expect(late.readSql(given, { dialect })).toEqual(readSql(given, { dialect }));
  }
  expect(store.kept).toBe(1);
  late.readSql(pieces("a.ts", 40, ...parts), { dialect, whole: false });
  expect(store.kept).toBe(2);
});

test("what is put together of several files' texts, or handed over by another file, is known in its place alone", () => {
  const store = counting();
  const late = lateAnswers(asked("a.ts", "b.ts"), store);
  for (const [first, second] of [
    [100, 20],
    [10, 20],
  ] as const) {
    const given = [...pieces("a.ts", first, "select * from orders, "), ...pieces("b.ts", second, "items")];
    expect(late.readSql(given, { dialect })).toEqual(readSql(given, { dialect }));
  }
  for (const start of [5, 6]) {
    const [piece] = pieces("a.ts", 50, "delete from orders");
    const handed = { file: "b.ts", start, end: 9 };
    const given = [{ ...piece!, at: { ...piece!.at, handed } }];
    expect(late.readSql(given, { dialect })).toEqual(readSql(given, { dialect }));
  }
  expect(store.kept).toBe(4);
});
