import { expect, test } from "bun:test";
import { commit, git } from "../bench/check/write.ts";
import { boundaries } from "../fixtures/boundaries.ts";
import { folderOf, platform, violation } from "../fixtures/command-line.ts";

test("a branch's owners, ways in and accesses are listed; what only moved, and what the base did since, is not", async () => {
  using folder = folderOf({ ...boundaries, "services/guardian/gone.sql": "delete from audit_log;\n" });
  git(folder.root, "init", "--quiet", "--initial-branch=main");
  commit(folder.root, "the beginning");
  git(folder.root, "switch", "--quiet", "--create", "topic");
  git(folder.root, "rm", "--quiet", "services/guardian/gone.sql");
  git(folder.root, "mv", "services/guardian/recent.ts", "services/guardian/latest.ts");
  folder.write({
    "freehold.json": boundaries["freehold.json"]
      .replace('["audit_log", "audit_summary"]', '["audit_log", "audit_summary", "agent_badges"]')
      .replace('["agent_badges"],', '["badge|s"],')
      .replace('"publishes": ["audit_summary"]', '"publishes": []')
      .replace(
        '"table": "audit_summary", "reason"',
        '"table": "audit_summary", "until": "2999-01-01", "reason"',
      )
      .replace(/,\n\s*"transfers"[\s\S]*\]\n\}/, "\n}"),
    "services/guardian/more.ts":
      'import { sql } from "./database.ts";\nexport const more = (t: string) => [sql`update audit_log set actor = 1`, sql`select 1 from rates`, sql`select 1 from ${sql(t)}`];\n',
  });
  commit(folder.root, "the branch");
  git(folder.root, "switch", "--quiet", "main");
  folder.write({ "services/guardian/since.sql": "select 1 from audit_log;\n" });
  commit(folder.root, "what the base did since");
  git(folder.root, "switch", "--quiet", "topic");
  const { code, out, err } = await folder.freehold(["diff", "main"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(`\n${out}`).toMatchInlineSnapshot(`
    "
    ## Boundaries since \`main\`

    ### Owners

    |  | table | what |
    | --- | --- | --- |
    | 🔁 | \`agent_badges\` | goes from guardian to gatekeeper |
    | ➕ | \`badge\\|s\` | guardian owns it |
    | ➖ | \`audit_summary\` | gatekeeper published it |

    ### Ways in

    |  | who | what | until | why |
    | --- | --- | --- | --- | --- |
    | ➕ | guardian | reads \`audit_summary\` of gatekeeper | 2999-01-01 | the badge page shows it |
    | ➖ | guardian | reads \`audit_summary\` of gatekeeper | – | the badge page shows it |

    ### Accesses

    |  | who | what | where |
    | --- | --- | --- | --- |
    | ➕ | guardian | reads \`agent_badges\` of gatekeeper **not allowed** | \`services/guardian/badges.ts:3\` |
    | ➕ | guardian | changes \`agent_badges\` of gatekeeper **not allowed** | \`services/guardian/migrations/001_create_agent_badges.sql:1\` |
    | ➕ | guardian | writes \`audit_log\` of gatekeeper **not allowed** | \`services/guardian/more.ts:2\` |
    | ➕ | guardian | reads \`rates\`, which nobody owns | \`services/guardian/more.ts:2\` |
    | ➕ | guardian | reads a table whose name is not known | \`services/guardian/more.ts:2\` |
    | ➖ | guardian | writes \`audit_log\` of gatekeeper **not allowed** | \`services/guardian/gone.sql:1\` |
    "
  `);
});

test("no change is said, and so are a base without a manifest and one that git does not know", async () => {
  const { "freehold.json": manifest, ...files } = { ...platform, ...violation };
  using folder = folderOf(files);
  const told = async (base: string) => {
    const { code, out, err } = await folder.freehold(["diff", base]);
    return `${code} ${out}${err}`;
  };
  git(folder.root, "init", "--quiet", "--initial-branch=main");
  commit(folder.root, "no manifest yet");
  folder.write({ "freehold.json": manifest });
  expect(await told("HEAD")).toContain("There was no manifest before.\n\n### Owners\n\n|  | table | what |");
  commit(folder.root, "the manifest");
  expect(await told("HEAD")).toBe(
    "0 ## Boundaries since `HEAD`\n\nNo owner, no way in and no access changes.\n",
  );
  expect(await told("nowhere")).toBe("2 freehold: diff: git knows no commit nowhere\n");
  expect(await told("--help")).toStartWith("0 Usage: freehold diff");
});
