import { expect, test } from "bun:test";
import { foreignRead, placeOf, resultOf } from "../fixtures/findings.ts";
import { markdown } from "./markdown.ts";

const text = "sql`select actor from audit_log`\n";
const at = placeOf("services/guardian/badges.ts", text, "audit_log");

test("new findings and unread inputs are tables in which nothing of a stranger's links, calls or breaks out", () => {
  const findings = [
    foreignRead(at),
    foreignRead(
      { ...at, file: "a|`b`.ts" },
      {
        severity: "warn",
        message: "a|b <img src=x> [x](https://example.com) @team *loud* `code`\nnext",
        help: "mend_it",
      },
    ),
    foreignRead(at, { status: "known" }),
    foreignRead(at, { status: "ignored" }),
  ];
  const problems = [{ file: "services/lobby/latin1.sql", message: "not UTF-8" }];
  expect(`\n${markdown(resultOf(findings, { problems }))}`).toMatchInlineSnapshot(`
    "
    ## freehold

    ✗ 1 error, 1 warning · 1 input unread · 1 known · 1 ignored · 212 files, 640 references (628 own, 6 foreign, 2 unowned, 4 unresolved) · 84 ms

    |  | where | what | what to do |
    | --- | --- | --- | --- |
    | ❌ | \`services/guardian/badges.ts:1\` | **cross-service-read**: guardian reads audit\\_log, which gatekeeper owns | ask gatekeeper (its API or its events) |
    | ⚠️ | \`\`a\\|\`b\`.ts:1\`\` | **cross-service-read**: a\\|b \\<img src=x\\> \\[x\\](https:&#47;/example.com) &#64;team \\*loud\\* \\\`code\\\`\\\\nnext | mend\\_it |

    ### Inputs that went unread

    | where | why |
    | --- | --- |
    | \`services/lobby/latin1.sql\` | not UTF-8 |
    "
  `);
});

test("what nobody would read on is counted", () => {
  const findings = Array.from({ length: 203 }, () => foreignRead(at));
  expect(markdown(resultOf(findings)).trimEnd().split("\n").slice(-3)).toEqual([
    expect.stringContaining("services/guardian/badges.ts:1"),
    "",
    "… and 3 more findings",
  ]);
});

test("nothing to say is one line", () => {
  expect(markdown(resultOf([]))).toBe(
    "## freehold\n\n✓ no findings · 212 files, 640 references (628 own, 6 foreign, 2 unowned, 4 unresolved) · 84 ms\n",
  );
});
