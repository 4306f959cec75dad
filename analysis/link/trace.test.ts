import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Known, Trace } from "./trace.ts";

/** Answers that ask for files and for each other, as a table says. */
function answers(trace: Trace, table: Readonly<Record<string, readonly string[]>>) {
  const known = new Map<string, Known<string>>();
  const ask = (name: string): string =>
    trace.once(known, name, "", () => {
      for (const asked of table[name] ?? []) {
        if (asked in table) ask(asked);
        else trace.file(asked);
      }
      return name;
    });
  return ask;
}

/** What each file's link followed from, where one asks after the other. */
function followed(
  table: Readonly<Record<string, readonly string[]>>,
  tasks: Readonly<Record<string, readonly string[]>>,
) {
  const trace = new Trace(true);
  const ask = answers(trace, table);
  for (const [file, asked] of Object.entries(tasks))
    trace.task("link", file, () => {
      for (const name of asked) ask(name);
    });
  return Object.fromEntries(
    [...(trace.tasks?.link ?? [])].map(([file, { files }]) => [file, [...files].sort()]),
  );
}

test("who is given a kept answer follows from what it followed from", () => {
  expect(
    followed({ a: ["a.ts", "b"], b: ["b.ts"] }, { "1.ts": ["a"], "2.ts": ["a"], "3.ts": ["b"] }),
  ).toEqual({
    "1.ts": ["a.ts", "b.ts"],
    "2.ts": ["a.ts", "b.ts"],
    "3.ts": ["b.ts"],
  });
});

test("all that lies on a circle follows from all of it, whoever asked first", () => {
  const table = { a: ["a.ts", "b"], b: ["b.ts", "c"], c: ["c.ts", "a", "late.ts"] };
  const all = ["a.ts", "b.ts", "c.ts", "late.ts"];
  expect(followed(table, { "1.ts": ["b"], "2.ts": ["c"], "3.ts": ["a"] })).toEqual({
    "1.ts": all,
    "2.ts": all,
    "3.ts": all,
  });
});

test("an answer that was finished within an open circle brings along what is asked after it", () => {
  // b comes back to a while a is worked out; a asks for last.ts when b is known already.
  const table = { a: ["b", "d", "last.ts"], b: ["b.ts", "a"], d: ["b", "d.ts"] };
  expect(followed(table, { "1.ts": ["a"], "2.ts": ["d"], "3.ts": ["b"] })["2.ts"]).toEqual([
    "b.ts",
    "d.ts",
    "last.ts",
  ]);
});

test("what is gathered over everything is everybody's, and nobody's own", () => {
  const trace = new Trace(true);
  trace.task("link", "1.ts", () => {
    trace.file("own.ts");
    trace.gather(() => trace.file("settings.ts"));
  });
  expect([...(trace.tasks?.link.get("1.ts")?.files ?? [])]).toEqual(["own.ts"]);
  expect([...trace.everywhere]).toEqual(["settings.ts"]);
});

test("where nobody records, nothing is written down", () => {
  const trace = new Trace();
  trace.task("link", "1.ts", () => trace.file("own.ts"));
  trace.gather(() => trace.file("settings.ts"));
  expect(trace.tasks).toBeNull();
  expect([...trace.everywhere]).toEqual([]);
});

test("adapters keep what follows from other files by asking for it alone, so that it is written down", () => {
  const folder = join(import.meta.dir, "../code/adapters");
  const keeping = readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .filter((name) =>
      /new (?:Weak)?Map<(?:Ask|object|readonly Expr\[\]|Expr\[\]|TableDefinition)\b/.test(
        readFileSync(join(folder, name), "utf8"),
      ),
    );
  // Where Objection defines a table, no commit is kept (analysis/again/record.ts).
  expect(keeping).toEqual(["objection-models.ts"]);
});
