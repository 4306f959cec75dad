import { expect, test } from "bun:test";
import { compileCode } from "./mod.ts";

/** What each directive of the code covers, as text. */
function covered(code: string, file = "a.tsx"): (string | null)[] {
  return compileCode(file, code).ignores.map(({ covers }) => covers && code.slice(covers.start, covers.end));
}

const rows: [title: string, code: string, covers: (string | null)[]][] = [
  ["a statement", "// freehold-ignore x -- y\none();\ntwo();", ["one();"]],
  ["a block comment", "/* freehold-ignore x -- y */ one(); two();", ["one();"]],
  ["a comment of several lines", "/**\n * freehold-ignore x -- y\n */\none();", ["one();"]],
  ["an export", "// freehold-ignore x -- y\nexport const a = 1, b = 2;", ["export const a = 1, b = 2;"]],
  ["a default export", "// freehold-ignore x -- y\nexport default one;", ["export default one;"]],
  [
    "a class member with its decorator",
    "class A {\n  // freehold-ignore x -- y\n  @Get() all() {}\n  two() {}\n}",
    ["@Get() all() {}"],
  ],
  ["a field", "class A {\n  a = 1;\n  // freehold-ignore x -- y\n  private b = 2;\n}", ["private b = 2;"]],
  ["a property", "const a = {\n  // freehold-ignore x -- y\n  b: one(),\n  c: two(),\n};", ["b: one()"]],
  ["an item", "const a = [\n  // freehold-ignore x -- y\n  one(),\n  two(),\n];", ["one()"]],
  ["an argument", "all(\n  // freehold-ignore x -- y\n  one(),\n  two(),\n);", ["one()"]],
  ["a branch", "if (a) {\n  // freehold-ignore x -- y\n  one();\n} else two();", ["one();"]],
  ["a returned value", "const f = () =>\n  // freehold-ignore x -- y\n  one();", ["one()"]],
  ["a case", "switch (a) {\n  // freehold-ignore x -- y\n  case 1:\n    one();\n}", ["case 1:\n    one();"]],
  ["a step of a chain", "db\n  // freehold-ignore x -- y\n  .from('a')\n  .all();", ["from('a')"]],
  ["a hole", "`${/* freehold-ignore x -- y */ one()} ${two()}`;", ["one()"]],
  [
    "an element of JSX",
    "const a = <p>\n  {/* freehold-ignore x -- y */}\n  {one()}\n  {two()}\n</p>;",
    ["{one()}"],
  ],
  ["nothing at a block's end", "{\n  one();\n  // freehold-ignore x -- y\n}\ntwo();", [null]],
  ["nothing at a class's end", "class A {\n  one() {}\n  // freehold-ignore x -- y\n}\ntwo();", [null]],
  ["nothing at the file's end", "one();\n// freehold-ignore x -- y", [null]],
  [
    "each its own",
    "// freehold-ignore x -- y\none();\n// freehold-ignore x -- y\ntwo();",
    ["one();", "two();"],
  ],
  ["two one statement", "// freehold-ignore x -- y\n// freehold-ignore z -- y\none();", ["one();", "one();"]],
];

test.each(rows)("a directive covers %s", (_, code, covers) => {
  expect(covered(code)).toEqual(covers);
});

test("a directive names rules and a reason", () => {
  const read = (comment: string) => {
    const [found] = compileCode("a.ts", `${comment}\none();`).ignores;
    return found && { rules: found.rules, reason: found.reason };
  };
  expect(read("// freehold-ignore cross-service-read -- moves in GRV-112")).toEqual({
    rules: ["cross-service-read"],
    reason: "moves in GRV-112",
  });
  expect(read("// freehold-ignore a, b c -- one -- two")).toEqual({
    rules: ["a", "b", "c"],
    reason: "one -- two",
  });
  expect(read("/* freehold-ignore a -- why\n   it is so */")).toEqual({
    rules: ["a"],
    reason: "why\n   it is so",
  });
  expect(read("// freehold-ignore a")).toEqual({ rules: ["a"], reason: null });
  expect(read("// freehold-ignore a --")).toEqual({ rules: ["a"], reason: null });
  expect(read("// freehold-ignore a --why")).toEqual({ rules: ["a", "--why"], reason: null });
  expect(read("// freehold-ignore -- why")).toEqual({ rules: [], reason: "why" });
  expect(read("// see freehold-ignore a -- why")).toBeUndefined();
  expect(read("// freehold-ignored a -- why")).toBeUndefined();
  expect(read('const a = "// freehold-ignore a -- why";')).toBeUndefined();
});
