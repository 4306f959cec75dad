import { expect, test } from "bun:test";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { boundaries } from "../fixtures/boundaries.ts";
import { folderOf } from "../fixtures/command-line.ts";

const gatekeepers = "services/gatekeeper/DATABASE.md";
const guardians = "services/guardian/DATABASE.md";

test("docs writes what follows from migrations, code and manifest, and a second run changes nothing", async () => {
  using folder = folderOf(boundaries);
  expect(await folder.freehold(["docs"])).toEqual({
    code: 0,
    out: `wrote ${gatekeepers}\nwrote ${guardians}\n`,
    err: "",
  });
  expect(readFileSync(join(folder.root, gatekeepers), "utf8")).toMatchInlineSnapshot(`
    "# gatekeeper's database

    <!-- freehold:begin (written by "freehold docs" up to freehold:end) -->

    ## Schema

    PostgreSQL, extensions: none; the last migration is \`002_create_audit_summary.sql\`.

    | table | columns | made in | own code | others |
    | --- | --- | --- | --- | --- |
    | \`audit_log\` | \`actor\`, \`at\` | \`migrations/001_create_audit_log.sql\` | – | guardian reads, writes (until 2999-12-31 through services/guardian/note.ts): 2 places not allowed |
    | \`audit_summary\` (view) | \`actor\` | \`migrations/002_create_audit_summary.sql\` | – | published; guardian reads (allowed) |

    ## Tables of others

    gatekeeper touches no table but its own.

    ## Bringing it to head

    \`GATEKEEPER_DATABASE_URL\` opens the database, as the application and as the migrator.

    \`\`\`sh
    bunx freehold migrate --service gatekeeper
    \`\`\`

    <!-- freehold:end -->
    "
  `);
  expect(readFileSync(join(folder.root, guardians), "utf8")).toMatchInlineSnapshot(`
    "# guardian's database

    <!-- freehold:begin (written by "freehold docs" up to freehold:end) -->

    ## Schema

    PostgreSQL, extensions: none; the last migration is \`001_create_agent_badges.sql\`.

    | table | columns | made in | own code | others |
    | --- | --- | --- | --- | --- |
    | \`agent_badges\` | \`agent\`, \`badge\` | \`migrations/001_create_agent_badges.sql\` | SELECT | – |

    ## Tables of others

    | table | owner | access | until | reason |
    | --- | --- | --- | --- | --- |
    | \`audit_summary\` | gatekeeper | read | – | the badge page shows it |
    | \`audit_log\` | gatekeeper | write | 2999-12-31 | GRV-112 makes it an event |
    | \`audit_log\` | gatekeeper | read | – | not allowed: 2 places |

    ## Bringing it to head

    \`GUARDIAN_DATABASE_URL\` opens the database, as the application and as the migrator.

    \`\`\`sh
    bunx freehold migrate --service guardian
    \`\`\`

    <!-- freehold:end -->
    "
  `);
  expect(await folder.freehold(["docs"])).toEqual({
    code: 0,
    out: "every DATABASE.md is what the migrations and the code say\n",
    err: "",
  });
});

test("what people wrote stays byte for byte, before the part and behind it, with its line ends", async () => {
  using folder = folderOf(boundaries);
  folder.write({ [guardians]: "# Badges\r\n\r\nGrows by 3 a day.\r\n" });
  await folder.freehold(["docs", "--service", "guardian"]);
  const first = readFileSync(join(folder.root, guardians), "utf8");
  expect(first).toStartWith("# Badges\r\n\r\nGrows by 3 a day.\r\n\r\n<!-- freehold:begin");
  expect(first.replaceAll("\r\n", "")).not.toContain("\n");

  folder.write({
    [guardians]: `${first}Behind  \r\n`,
    "services/guardian/migrations/002_note.sql": "alter table agent_badges add note text;\n",
  });
  expect(await folder.freehold(["docs", "--check"])).toEqual({
    code: 1,
    out: `${gatekeepers} is missing: run "freehold docs --service gatekeeper"\n${guardians} is no longer what the migrations and the code say: run "freehold docs --service guardian"\n`,
    err: "",
  });
  expect(readFileSync(join(folder.root, guardians), "utf8")).toBe(`${first}Behind  \r\n`);
  await folder.freehold(["docs", "--service", "guardian"]);
  const second = readFileSync(join(folder.root, guardians), "utf8");
  expect(second).toStartWith("# Badges\r\n\r\nGrows by 3 a day.\r\n\r\n<!-- freehold:begin");
  expect(second).toEndWith("<!-- freehold:end -->\r\nBehind  \r\n");
  expect(second).toContain("`note`");
});

test.each([
  ["", ""],
  ["# Badges  \n\n\n", "# Badges  \n\n\n"],
  ["# Badges", "# Badges\n\n"],
  ["# Badges\r\n\r\n", "# Badges\r\n\r\n"],
])("a part is added behind %j without a letter of it lost", async (text, before) => {
  using folder = folderOf(boundaries);
  folder.write({ [guardians]: text });
  await folder.freehold(["docs", "--service", "guardian"]);
  expect(readFileSync(join(folder.root, guardians), "utf8")).toStartWith(`${before}<!-- freehold:begin`);
});

test("what cannot be written or trusted is told in a line, and nothing is touched", async () => {
  using folder = folderOf(boundaries);
  using outside = folderOf({ "DATABASE.md": "theirs\n" });
  symlinkSync(join(outside.root, "DATABASE.md"), join(folder.root, guardians));
  const told = async (...args: string[]) => (await folder.freehold(["docs", ...args])).err;
  expect(await told("--service", "guardian")).toBe(
    `freehold: ${guardians} is a link that leads out of the workspace, and is not followed\n`,
  );
  folder.write({ [gatekeepers]: "<!-- freehold:begin -->\n" });
  expect(await told("--service", "gatekeeper")).toBe(
    `freehold: ${gatekeepers} has a line freehold:begin and no freehold:end behind it: put it back, or take out both and what stands between them\n`,
  );
  folder.write({ [gatekeepers]: "<!-- freehold:end -->\n<!-- freehold:begin -->\n" });
  expect(await told("--service", "gatekeeper")).toBe(
    `freehold: ${gatekeepers} has a line freehold:begin and no freehold:end behind it: put it back, or take out both and what stands between them\n`,
  );
  expect(await told("--service", "gaurdian")).toBe(
    "freehold: unknown service gaurdian: did you mean guardian?\n",
  );
  folder.write({ [gatekeepers]: "theirs\n" });
  expect(await told()).toContain(`${guardians} is a link that leads out of the workspace`);
  expect(readFileSync(join(folder.root, gatekeepers), "utf8")).toBe("theirs\n");
  folder.write({ [gatekeepers]: "<!-- freehold:end -->\n<!-- freehold:begin -->\n" });
  folder.write({ "services/guardian/broken.ts": new Uint8Array([0xff, 0xfe, 0xff]) });
  expect(await told()).toContain("services/guardian/broken.ts");
  expect(readFileSync(join(outside.root, "DATABASE.md"), "utf8")).toBe("theirs\n");
  expect(readFileSync(join(folder.root, gatekeepers), "utf8")).toBe(
    "<!-- freehold:end -->\n<!-- freehold:begin -->\n",
  );
});

test("variables of an address's parts open it together, and what brings the schema is told where something does", async () => {
  const parts = { host: "BOX_HOST", port: "BOX_PORT", password: "BOX_PASSWORD" };
  using folder = folderOf({
    "freehold.json": JSON.stringify({
      services: {
        mail: { path: "mail", database: "MAIL_URL" },
        box: { path: "box", database: parts, migrate: "BOX_MIGRATOR_URL", owns: ["boxes"] },
      },
    }),
    "mail/main.ts": "",
    "box/migrations/1_boxes.ts":
      'import type { Knex } from "knex";\nexport const up = (knex: Knex) => knex.schema.createTable("boxes", (t) => t.increments("id"));\n',
  });
  await folder.freehold(["docs"]);
  const tail = (name: string) =>
    readFileSync(join(folder.root, name, "DATABASE.md"), "utf8").split("## Bringing it to head\n\n")[1];
  expect(tail("mail")).toBe(
    "`MAIL_URL` opens the database, as the application and as the migrator.\n\nNo migration of mail is known.\n\n<!-- freehold:end -->\n",
  );
  expect(tail("box")).toBe(
    "`BOX_HOST`, `BOX_PORT` and `BOX_PASSWORD` open the database as the application, `BOX_MIGRATOR_URL` opens it as the migrator.\n\nIts own migration tool brings the schema.\n\n<!-- freehold:end -->\n",
  );
});
