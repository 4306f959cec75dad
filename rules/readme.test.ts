import { expect, test } from "bun:test";
import type { Rule } from "../analysis/model.ts";
import { rulesReadme } from "./readme.ts";

const rule: Rule = {
  id: "no-thing",
  severity: "warn",
  summary: "Disallow a | thing.",
  why: "It is a thing.",
  fix: "Take it away.",
  examples: {
    bad: { "services/a/x.ts": "thing();\n", "services/a/y.sql": "select thing;\n" },
    good: { "freehold.json": '{ "services": {} }\n' },
  },
  check: () => [],
};

test("a rule's section holds its words and its examples, each in its own language", () => {
  const text = rulesReadme([rule]);
  expect(text.slice(text.indexOf("| rule |"))).toBe(`| rule | level | what it does |
|---|---|---|
| [no-thing](#no-thing) | warn | Disallow a \\| thing. |

## no-thing

Disallow a | thing.

It is a thing.

Take it away.

Gives a finding:

\`\`\`ts
// services/a/x.ts
thing();
\`\`\`

\`\`\`sql
-- services/a/y.sql
select thing;
\`\`\`

Gives none:

\`\`\`jsonc
// freehold.json
{ "services": {} }
\`\`\`
`);
});
