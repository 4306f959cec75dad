/**
 * Everything that can be wrong with a manifest, as its author reads it. Long, because it is one table: a line
 * that changes here changes for every user.
 */
import { expect, test } from "bun:test";
import * as z from "zod";
import { loadManifest } from "./load.ts";
import { formatProblem } from "./problem.ts";
import { memorySource } from "./source.ts";

const code = { "a/main.ts": "", "b/main.ts": "", "c/main.ts": "" };
const rules = [
  { id: "cross-service-read" },
  { id: "unowned-table", options: z.strictObject({ tables: z.array(z.string()).default([]) }) },
];

/** What a manifest with these services is told, and nothing else. */
function problemsOf(files: string | Record<string, string>): string[] {
  const all = { ...code, ...(typeof files === "string" ? { "freehold.json": files } : files) };
  return loadManifest(memorySource(all), rules).problems.map(formatProblem);
}

const a = (rest: string) => `{ "services": { "a": { "path": "a", ${rest} } } }`;
const b = `"b": { "path": "b", "owns": ["orders", "sales.totals", "old_*"], "publishes": ["orders"] }`;
const uses = (entry: string) => `{ "services": { "a": { "path": "a", "uses": [{ ${entry} }] },\n${b} } }`;
const deployment = (text: string) => `{ "services": {}, "deployments": { "x": ${text} } }`;

const faults: [name: string, files: string | Record<string, string>, ...problems: string[]][] = [
  [
    "no file",
    {},
    "freehold.json:1:1  does not exist: write one (README.md shows a first one), or name another with --config",
  ],
  [
    "an empty file",
    " // nothing\n",
    'freehold.json:1:1  is empty: it holds at least { "services": {} }, and README.md shows a first one',
  ],
  [
    "broken JSON",
    `{ "services": { "a": { "path": "a" } }`,
    'freehold.json:1:39  is no JSON: a "}" belongs here, not the end of the file',
  ],
  [
    "a missing comma",
    `{ "services": {}\n  "rules": {} }`,
    'freehold.json:2:3  is no JSON: a "," belongs before "\\"rules\\""',
  ],
  ["single quotes", `{ 'services': {} }`, "freehold.json:1:3  is no JSON: write strings in double quotes"],
  [
    "text after the end",
    `{ "services": {} } }`,
    'freehold.json:1:20  is no JSON: nothing may follow the closing "}", and here stands "}"',
  ],
  ["too deep a nesting", "[".repeat(300_000), "freehold.json:1:1  is nested too deeply to be read"],
  ["a list at the top", "[]", "freehold.json:1:1  the manifest must be an object, not a list"],
  ["a value at the top", "null", "freehold.json:1:1  the manifest must be an object, not null"],
  ["no services", `{ "rules": {} }`, 'freehold.json:1:1  the manifest lacks "services"'],
  [
    "duplicate keys",
    `{ "services": {\n "a": { "path": "a", "owns": [],\n  "owns": [] },\n "a": { "path": "b" } } }`,
    'freehold.json:3:3  key "owns" comes twice, first on line 2: only one of them can hold',
    'freehold.json:4:2  key "a" comes twice, first on line 2: only one of them can hold',
  ],
  ["a misspelt key", a('"onws": []'), 'freehold.json:1:37  unknown key "onws", did you mean "owns"?'],
  [
    "a key that would load code",
    `{ "services": {}, "plugins": ["./evil.ts"], "extends": "evil" }`,
    'freehold.json:1:19  unknown key "plugins": known here are project, dialect, services, deployments, roles, system, rules, since, tests, transfers, queryFunctions, ignore',
    'freehold.json:1:45  unknown key "extends": known here are project, dialect, services, deployments, roles, system, rules, since, tests, transfers, queryFunctions, ignore',
  ],
  [
    "a path as the rules",
    `{ "services": {}, "rules": "./evil.ts" }`,
    'freehold.json:1:28  "rules" must be an object, not a string',
  ],
  [
    "a path as a rule",
    `{ "services": {}, "rules": { "./evil.ts": "error" } }`,
    'freehold.json:1:30  unknown rule "./evil.ts": "freehold rules" lists them',
  ],
  [
    "a key that reaches the prototype",
    `{ "services": {}, "__proto__": { "tests": "off" } }`,
    'freehold.json:1:19  unknown key "__proto__"',
  ],
  [
    "an unknown rule",
    `{ "services": {}, "rules": { "cross-service-raed": "warn" } }`,
    'freehold.json:1:30  unknown rule "cross-service-raed", did you mean "cross-service-read"?',
  ],
  [
    "options of a rule that takes none, and others than a rule takes",
    `{ "services": {}, "rules": {\n"cross-service-read": { "options": { "tables": [] } },\n"unowned-table": { "options": { "tabels": [], "tables": "x" } } } }`,
    'freehold.json:2:25  rule "cross-service-read" takes no options',
    'freehold.json:3:33  unknown key "tabels", did you mean "tables"?',
    'freehold.json:3:57  "tables" must be a list, not a string',
  ],
  [
    "a service's rules, which have no options",
    a('"rules": { "unowned-tabel": "off", "unowned-table": { "options": {} } }'),
    'freehold.json:1:48  unknown rule "unowned-tabel", did you mean "unowned-table"?',
    'freehold.json:1:91  unknown key "options": known here are level, tests',
  ],
  [
    "a version that is none",
    `{ "services": {}, "since": "latest" }`,
    'freehold.json:1:28  "since" is no version such as "0.1"',
  ],
  [
    "transfers of what nobody has, to nobody, and to itself",
    `{ "services": { "a": { "path": "a", "owns": ["x"] }, "b": { "path": "b" } }, "transfers": [
{ "table": "y", "from": "a", "to": "b", "action": "move it" },
{ "table": "x", "from": "a", "to": "bb", "action": "move it" },
{ "table": "x", "from": "a", "to": "a", "action": "move it" } ] }`,
    'freehold.json:2:1  neither "a" nor "b" owns "y"',
    'freehold.json:3:1  unknown service "bb", did you mean "b"?',
    'freehold.json:4:1  "x" goes from "a" to itself',
  ],
  [
    "an unknown severity",
    `{ "services": {}, "rules": { "unowned-table": "warning" }, "tests": "of" }`,
    'freehold.json:1:47  "unowned-table" must be one of "error", "warn", "off", not "warning"',
    'freehold.json:1:69  "tests" must be one of "error", "warn", "off", not "of", did you mean "off"?',
  ],
  [
    "a service that is a number",
    `{ "services": { "a": 1 } }`,
    'freehold.json:1:22  service "a" must be an object, not a number',
  ],
  [
    "a service whose name is none",
    `{ "services": { "a b": { "path": "a" } } }`,
    'freehold.json:1:17  service "a b" needs a name of letters, digits, "-", "_" and "."',
  ],
  [
    "a service without a path",
    `{ "services": { "a": {} } }`,
    'freehold.json:1:17  service "a" lacks "path"; one that lives in another repository says "external": true',
  ],
  [
    "an external service with a path",
    `{ "services": { "a": { "external": true, "path": "a" } } }`,
    'freehold.json:1:42  service "a" is external, so its "path" is in another repository',
  ],
  [
    "a path that does not exist",
    `{ "services": { "a": { "path": ["a", "z"] } } }`,
    'freehold.json:1:38  "path" "z" does not exist',
  ],
  [
    "a path that is a file",
    `{ "services": { "a": { "path": "a/main.ts" } } }`,
    'freehold.json:1:32  "path" "a/main.ts" is a file, and a service\'s path is a folder',
  ],
  [
    "an absolute path",
    `{ "services": { "a": { "path": "/etc" } } }`,
    'freehold.json:1:32  "path" is absolute: write it relative to the workspace\'s root',
  ],
  [
    "a path out of the workspace",
    `{ "services": { "a": { "path": "a/../../b" } } }`,
    'freehold.json:1:32  "path" holds "..": write it relative to the workspace\'s root',
  ],
  [
    "an empty list of paths",
    `{ "services": { "a": { "path": [] } } }`,
    'freehold.json:1:32  "path" is empty',
  ],
  [
    "a path glob that matches nothing",
    `{ "services": { "a": { "path": "z*" } } }`,
    'freehold.json:1:32  "path" "z*" matches no folder',
  ],
  [
    "migrations that do not exist",
    a('"migrations": "a/sql"'),
    'freehold.json:1:51  "migrations" "a/sql" does not exist',
  ],
  [
    "two services with one path",
    `{ "services": { "a": { "path": "a" },\n "b": { "path": ["b", "./a/"] } } }`,
    'freehold.json:2:23  "path" "a" is also that of service "a": whose it is cannot be told',
  ],
  [
    "two services with one folder of migrations",
    `{ "services": { "a": { "path": "a", "migrations": "c" },\n "b": { "path": "b", "migrations": "c" } } }`,
    'freehold.json:2:36  "migrations" "c" is also that of service "a": whose it is cannot be told',
  ],
  [
    "one path twice",
    `{ "services": { "a": { "path": ["a", "a"] } } }`,
    'freehold.json:1:38  "path" "a" is listed twice',
  ],
  [
    "two owners of one table in one database",
    `{ "services": { "a": { "path": "a", "database": "DB", "owns": ["jobs", "log_1"] },\n "b": { "path": "b", "database": "DB", "owns": ["public.jobs", "log_*"] } } }`,
    'freehold.json:1:72  table "log_1" is also owned by "b" (line 2), in the same schema of the same database',
    'freehold.json:2:49  table "public.jobs" is also owned by "a" (line 1), in the same schema of the same database',
  ],
  [
    "two owners of one table in one database of parts",
    `{ "services": { "a": { "path": "a", "database": { "host": "H", "name": "N", "user": "A" }, "owns": ["jobs"] },\n "b": { "path": "b", "database": { "host": "H", "name": "N", "user": "B" }, "owns": ["jobs"] } } }`,
    'freehold.json:2:86  table "jobs" is also owned by "a" (line 1), in the same schema of the same database',
  ],
  [
    "a table listed twice",
    a('"owns": ["x", "public.x"]'),
    'freehold.json:1:51  table "public.x" is listed twice',
  ],
  [
    "a quoted table",
    a(`"owns": ["\\"Orders\\""]`),
    'freehold.json:1:46  an entry of "owns" "\\"Orders\\"" is quoted: write names as the database stores them, without quotes',
  ],
  [
    "a name of three parts",
    a('"owns": ["db.public.x"]'),
    'freehold.json:1:46  an entry of "owns" "db.public.x" is neither "table" nor "schema.table"',
  ],
  [
    "a publication of what is not owned",
    a('"owns": ["orders"], "publishes": ["order"]'),
    'freehold.json:1:71  "publishes" names "order", which is not under "owns", did you mean "orders"?',
  ],
  [
    "a publication of no column",
    a('"owns": ["x"], "publishes": [{ "table": "x", "columns": [] }]'),
    'freehold.json:1:93  "columns" is empty',
  ],
  [
    "a URL for a variable",
    a('"database": "postgres://app:secret@db/x", "migrate": { "password": "pa=ss word" }'),
    'freehold.json:1:49  "database" takes the name of an environment variable, never a URL',
    'freehold.json:1:104  "password" takes the name of an environment variable, never a URL',
  ],
  [
    "a variable in lower case",
    a('"database": "database-url"'),
    'freehold.json:1:49  "database" is "database-url", which is no name of a variable (A-Z, 0-9 and "_"), did you mean "DATABASE_URL"?',
  ],
  [
    "a connection without parts",
    a('"database": {}'),
    'freehold.json:1:37  "database" names none of "host", "port", "name", "user", "password"',
  ],
  [
    "a connection of the wrong kind",
    a('"database": 5432'),
    'freehold.json:1:49  "database" must be a string or an object, not a number',
  ],
  [
    "a version that is none",
    a('"serverVersion": "new"'),
    'freehold.json:1:54  "serverVersion" is no range of versions such as ">=15" or ">=15 <18"',
  ],
  [
    "a road without a reason",
    uses('"service": "b", "table": "orders"'),
    'freehold.json:1:46  an entry of "uses" lacks "reason"',
  ],
  [
    "a road with a blank reason",
    uses('"service": "b", "table": "orders", "reason": " "'),
    'freehold.json:1:93  "reason" is empty',
  ],
  [
    "a date that is no date",
    uses('"service": "b", "table": "orders", "reason": "r", "until": "2027-02-30"'),
    'freehold.json:1:107  "until" is "2027-02-30", which is no date of the calendar (YYYY-MM-DD)',
  ],
  [
    "a road into an unpublished table without a last day",
    uses('"service": "b", "table": "sales.totals", "reason": "r"'),
    'freehold.json:1:73  "b" does not publish "sales.totals", so this entry needs "until": its last day, YYYY-MM-DD',
  ],
  [
    "a road to write into a published table without a last day",
    uses('"service": "b", "table": "orders", "access": "write", "reason": "r"'),
    'freehold.json:1:73  "b" publishes "orders" for reading only, so this entry needs "until": its last day, YYYY-MM-DD',
  ],
  [
    "a road to an unknown service",
    uses('"service": "bb", "table": "orders", "reason": "r"'),
    'freehold.json:1:59  unknown service "bb", did you mean "b"?',
  ],
  [
    "a road to a table that the service does not own",
    uses('"service": "b", "table": "order", "reason": "r"'),
    'freehold.json:1:73  "b" does not own "order", did you mean "orders"?',
  ],
  [
    "a road to the service's own table",
    `{ "services": { "a": { "path": "a", "owns": ["x"], "uses": [{ "service": "a", "table": "x", "reason": "r" }] } } }`,
    'freehold.json:1:74  "a" needs no "uses" for its own tables',
  ],
  [
    "an access that is none",
    uses('"service": "b", "table": "orders", "reason": "r", "access": "reed"'),
    'freehold.json:1:108  "access" must be one of "read", "write", not "reed", did you mean "read"?',
  ],
  [
    "a road that opens for no file",
    uses('"service": "b", "table": "orders", "reason": "r", "via": "a/*.js"'),
    'freehold.json:1:105  "via" "a/*.js" matches no file',
  ],
  [
    "an ignore that matches nothing",
    `{ "services": {}, "ignore": ["a/*.ts", "z/**"] }`,
    'freehold.json:1:40  "ignore" "z/**" matches no file',
  ],
  [
    "a negated glob",
    `{ "services": {}, "ignore": ["!a/**"] }`,
    'freehold.json:1:30  an entry of "ignore" may not begin with "!": name what is meant, not what is not',
  ],
  ["a deployment without a layout", deployment("{}"), 'freehold.json:1:36  deployment "x" lacks "layout"'],
  [
    "a layout that is none",
    deployment('{ "layout": "shard" }'),
    'freehold.json:1:53  "layout" must be one of "shared", "per-service", "per-tenant", not "shard", did you mean "shared"?',
  ],
  [
    "a shared deployment without a database",
    deployment('{ "layout": "shared" }'),
    'freehold.json:1:36  deployment "x" needs a "database": the variable of the database that all services share',
  ],
  [
    "a shared deployment with a template",
    deployment('{ "layout": "shared", "database": "{SERVICE}_URL" }'),
    'freehold.json:1:75  "database" is a template, and a shared layout has one database: name its variable',
  ],
  [
    "tenants without a database",
    deployment('{ "layout": "per-tenant" }'),
    'freehold.json:1:36  deployment "x" needs a "database": a template such as {SERVICE}_{TENANT}_DATABASE_URL',
  ],
  [
    "a template without a tenant",
    deployment('{ "layout": "per-tenant", "database": "{SERVICE}_URL" }'),
    'freehold.json:1:79  "database" must hold {TENANT}, or all tenants would share one database',
  ],
  [
    "an unknown placeholder",
    deployment('{ "layout": "per-tenant", "database": "{TENNANT}_URL" }'),
    'freehold.json:1:79  "database" holds an unknown placeholder "{TENNANT}", did you mean "{TENANT}"?',
  ],
  [
    "roles that cannot be told apart",
    `{ "services": {}, "roles": "{service}" }`,
    'freehold.json:1:28  "roles" must hold {kind}, or a service\'s owner, migrator and app would be one role',
  ],
  [
    "roles that the services would share",
    `{ "services": {}, "roles": "app_{kind}" }`,
    'freehold.json:1:28  "roles" must hold {service}, or the services would share a role',
  ],
  [
    "a misspelt placeholder in the roles' names",
    `{ "services": {}, "roles": "{servise}_{kind}" }`,
    'freehold.json:1:28  "roles" holds an unknown placeholder "{servise}", did you mean "{service}"?',
  ],
  [
    "roles named by a project that has no name",
    `{ "services": {}, "roles": "{project}_{service}_{kind}", "deployments": { "dev": { "layout": "shared", "database": "URL" } } }`,
    'freehold.json:1:75  deployment "dev" names its roles by {project}, and the manifest has no "project"',
  ],
  [
    "tenants where there are none",
    deployment('{ "layout": "per-service", "database": "{TENANT}_URL", "tenants": "t.json" }'),
    'freehold.json:1:80  "database" holds {TENANT}, which only layout "per-tenant" has',
    'freehold.json:1:107  "tenants" belongs to layout "per-tenant" alone',
  ],
  [
    "a URL for a deployment's database",
    deployment('{ "layout": "shared", "database": "postgres://u:secret@h/d" }'),
    'freehold.json:1:75  "database" takes the name of an environment variable, never a URL',
  ],
  [
    "a fragment that is missing",
    `{ "services": { "a": "a/freehold.json" } }`,
    'freehold.json:1:22  the file of service "a", "a/freehold.json", does not exist',
  ],
  [
    "a fragment out of the workspace",
    `{ "services": { "a": "../freehold.json" } }`,
    'freehold.json:1:22  the file of service "a", "../freehold.json", holds "..": write it relative to the workspace\'s root',
  ],
  [
    "a fragment that is broken",
    { "freehold.json": `{ "services": { "a": "a/f.json" } }`, "a/f.json": `{\n "path" "a" }` },
    'a/f.json:2:9  is no JSON: a ":" belongs here, not "\\"a\\""',
  ],
  [
    "a fragment that is no service",
    { "freehold.json": `{ "services": { "a": "a/f.json" } }`, "a/f.json": "[]" },
    'a/f.json:1:1  service "a" must be an object, not a list',
  ],
  [
    "mistakes in a fragment",
    {
      "freehold.json": `{ "services": { "a": "a/f.json", ${b} }, "test": 1 }`,
      "a/f.json": `{ "path": "z",\n  "own": [] }`,
    },
    'freehold.json:1:128  unknown key "test", did you mean "tests"?',
    'a/f.json:1:11  "path" "z" does not exist',
    'a/f.json:2:3  unknown key "own", did you mean "owns"?',
  ],
  [
    "a mistake beside a sound road",
    `{ "services": { "a": { "path": "a", "onws": [], "uses": [{ "service": "b", "table": "x", "reason": "r" }] },\n "b": { "path": "b", "owns": "x" } } }`,
    'freehold.json:1:37  unknown key "onws", did you mean "owns"?',
    'freehold.json:2:30  "owns" must be a list, not a string',
  ],
];

for (const [name, files, ...problems] of faults) {
  test(`${name} is said in one line`, () => {
    expect(problemsOf(files)).toEqual(problems);
  });
}

test("what a file holds stays on one line and out of the terminal's control", () => {
  const [line] = problemsOf(`{ "services": { "a\\n\\u001b[2J": 1 } }`);
  expect(line).toMatch(/^[\x20-\x7e]+$/);
  expect(
    formatProblem({ at: { file: "a\nb.json", line: 1, column: 2, endLine: 1, endColumn: 2 }, message: "m" }),
  ).toBe("a\\u000ab.json:1:2  m");
});

test("a hundred thousand mistakes are a hundred thousand lines", () => {
  const entries = Array(100_000).fill('"z"').join();
  expect(problemsOf(a(`"owns": ["orders"], "publishes": [${entries}]`))).toHaveLength(100_000);
});
