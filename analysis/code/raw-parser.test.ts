import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ParserOptions, parseSync } from "oxc-parser";
import { openRawParser, type Parse } from "./raw-parser.ts";
import { skimImports } from "./skim-imports.ts";

using opened = openRawParser();
if (!opened) throw new Error("the parser's trees cannot be read where they lie");
const raw: Parse = opened.parse;

/** All that is told of a text. */
function told(parse: Parse, text: string, options: ParserOptions) {
  const { program, comments, module, errors } = parse("file.ts", text, options);
  return {
    program,
    comments,
    imports: skimImports("file.ts", text, module),
    errors: errors.map(({ severity, message, labels }) => [severity, message, labels[0]?.start]),
  };
}

test.each([
  ["nothing", "", "ts"],
  [
    "imports and exports",
    `import a, { type B } from "./b"; export * from "c"; export type { D } from "d";`,
    "ts",
  ],
  [
    "imports that are asked for",
    `import("./a.ts"); require("./b"); new URL("./c.ts", import.meta.url);`,
    "ts",
  ],
  [
    "what is no ASCII",
    `const é = "日本語 😀"; import x from "ü"; /* ß */ const y = \`\${é} 𝔘\`; // end ö`,
    "ts",
  ],
  [
    "imports that are escaped, among others of each kind",
    `import a, { b, type C } from "\\x61"; import type { D, E } from "./日本"; import F = require("f");
export { g, type H, i } from "\\u{1F600}"; export type { J } from 'k'; export const l = 1, m = 2; export default l;
import(\`n\`); import("o" + p); const q = "ü"; export * as r from "s";`,
    "ts",
  ],
  ["a byte order mark", `\ufeffimport a from "./a"; // é`, "ts"],
  ["a first line for a shell", `#!/usr/bin/env node\n// b\nimport a from "./a";`, "jsx"],
  ["the same, typed", `#!/usr/bin/env node\n// b\nimport a from "./a";`, "ts"],
  ["a mistake", `import a from "./a";\nconst = 1;`, "ts"],
  ["a decorated parameter that may be left out", `class A { b(@C("d") e?: F, @C() g: H) {} }`, "ts"],
  [
    "the same behind comments, and decorators of all else",
    `@A({ b: "@c" }) class D { @E() f?: G; @H i(/* j */ // k\n @L() m?: N, o = "@p"): void {} constructor(q: R,\n  @S private t?: U) {} }`,
    "ts",
  ],
  [
    "decorators that no parameter has",
    `import a from "@b/c"; /** @d e */ @F class G { @H() i = a; @J k() {} }`,
    "ts",
  ],
  ["numbers and patterns", `const a = [1n, /b+/giu, 0x1F, 1e400, -0, "\\ud800", '\\u{1F600}'];`, "ts"],
  ["markup", `export const A = () => <B c="d">{e} &amp; f</B>;`, "tsx"],
  ["more than the block takes", `export const a = "${"b".repeat(1_000_001)}";`, "ts"],
] as const)("says the same as parseSync of %s", (_, text, lang) => {
  const options = { lang, sourceType: "module" } as const;
  expect(told(raw, text, options)).toEqual(told(parseSync as Parse, text, options));
});

test("says the same as parseSync of the files beside it", () => {
  const options = { lang: "ts", sourceType: "module" } as const;
  const paths = [...new Bun.Glob("*.ts").scanSync(import.meta.dir)];
  const differing = paths.filter((path) => {
    const text = readFileSync(join(import.meta.dir, path), "utf8");
    return !Bun.deepEquals(told(raw, text, options), told(parseSync as Parse, text, options));
  });
  expect(differing).toEqual([]);
});

test("a tree that is asked for after the next parse is of its own text", () => {
  const options = { lang: "ts", sourceType: "module" } as const;
  const first = raw("a.ts", "const first = 1;", options);
  expect(first.errors).toEqual([]);
  const second = raw("b.ts", `import "./second";`, options);
  expect(second.module.staticImports).toHaveLength(1);
  expect(first.module.staticImports).toEqual([]);
  expect(first.program).toEqual(parseSync("a.ts", "const first = 1;", options).program);
  expect(second.program).toEqual(parseSync("b.ts", `import "./second";`, options).program);
});
