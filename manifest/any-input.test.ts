import { expect, test } from "bun:test";
import fc from "fast-check";
import { inputs } from "../fixtures/property.ts";
import { loadManifest } from "./load.ts";
import { formatProblem } from "./problem.ts";
import { memorySource } from "./source.ts";

const keys = [
  ..."services deployments system rules tests ignore dialect path external migrations database migrate schema".split(
    " ",
  ),
  ..."owns publishes uses service table access via reason until layout tenants host a b __proto__ constructor".split(
    " ",
  ),
];
const word = fc.constantFrom(
  "a",
  "b",
  "x.y",
  "*",
  "..",
  "/",
  "",
  "DB",
  "shared",
  "read",
  "2027-02-30",
  "{TENANT}",
  "a\n",
);

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    word,
    fc.constantFrom(true, null, 7),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.uniqueArray(fc.tuple(fc.constantFrom(...keys), tie("value")), {
      maxLength: 5,
      selector: ([key]) => key,
    }),
  ),
}));

/** Lists of pairs become objects, as text: an object literal could not hold every key. */
function jsonOf(value: unknown): string {
  if (!Array.isArray(value)) return JSON.stringify(value);
  const isObject =
    value.length > 0 && value.every((entry) => Array.isArray(entry) && keys.includes(entry[0]));
  if (!isObject) return `[${value.map(jsonOf).join()}]`;
  return `{${value.map(([key, child]) => `${JSON.stringify(key)}:${jsonOf(child)}`).join()}}`;
}

function expectLines(text: string): void {
  const files = { "freehold.json": text, "a/main.ts": "", "b/main.ts": "", "x.y": text };
  const { manifest, problems } = loadManifest(memorySource(files), [{ id: "a" }]);
  expect(manifest === null).toBe(problems.length > 0);
  for (const line of problems.map(formatProblem)) {
    expect(line).toMatch(
      /^(freehold\.json|a|b|x\.y|DB|shared|read|2027-02-30|\{TENANT\}):\d+:\d+ {2}[^\p{Cc}]+$/u,
    );
  }
}

test("whatever JSON a manifest holds, it loads or is told why not, a line each", () => {
  fc.assert(
    fc.property(value, (any) => expectLines(jsonOf(any))),
    inputs(1, 300),
  );
  fc.assert(
    fc.property(value, value, (a, b) => expectLines(`{"services":{"a":${jsonOf(a)},"b":${jsonOf(b)}}}`)),
    inputs(2, 300),
  );
});

test("whatever text a manifest holds, it loads or is told why not, a line each", () => {
  const piece = fc.constantFrom(
    ...'{}[]",:/*\\ \n1at'.split(""),
    '"services"',
    '"a"',
    "//",
    "\uFEFF",
    "\u0000",
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => expectLines(pieces.join(""))),
    inputs(3, 500),
  );
});
