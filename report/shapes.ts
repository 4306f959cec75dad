/**
 * The shapes that other programs read, from which report.schema.json is generated. They are public:
 * a key may be added within a version; one that changes or goes makes a new version.
 */
import { z } from "zod";

const count = z.int().nonnegative();
const position = z.int().positive();

const place = {
  file: z.string().describe("Path relative to the workspace's root, with `/`"),
  line: position.describe("Counts from 1"),
  column: position.describe("Counts from 1, in UTF-16 code units"),
  endLine: position,
  endColumn: position.describe("Exclusive"),
};

const access = z
  .enum(["read", "write", "schema"])
  .nullable()
  .describe("`schema` is a change of the table's shape (DDL); null where nothing of the statement is known");

const whose = {
  service: z.string().nullable().describe("The first of `services`; null where there is none"),
  owner: z.string().nullable().describe("The first of `owners`; null where there is none"),
  owners: z.array(z.string()).describe("Who owns the table, all of them where several do"),
};

const findingShape = z
  .object({
    rule: z.string(),
    severity: z.enum(["error", "warn"]),
    status: z
      .enum(["new", "known", "ignored"])
      .describe("`known` stands in the baseline, `ignored` is suppressed by an inline directive"),
    message: z.string().describe("What is wrong"),
    help: z.string().describe("What to do about it"),
    service: whose.service,
    services: z.array(z.string()).describe("Whose code this is; a shared file has several"),
    owner: whose.owner,
    owners: whose.owners,
    table: z.string().nullable(),
    access,
    ...place,
    related: z
      .array(z.object({ message: z.string(), ...place }))
      .describe("Places elsewhere that explain the finding"),
    fingerprint: z
      .string()
      .optional()
      .describe("The same for the same finding in another state of the code: it does not follow from lines"),
    reason: z.string().nullable().describe("Why it does not count, where its status is not `new`"),
  })
  .meta({ id: "finding" });

export const checkShape = z
  .object({
    version: z.literal(1),
    findings: z.array(findingShape).describe("By file, line and column"),
    problems: z
      .array(
        z.object({
          file: z.string(),
          line: position.optional(),
          column: position.optional(),
          message: z.string(),
        }),
      )
      .describe("Inputs that went unread, or not wholly read: the exit code is then 2"),
    summary: z.object({
      files: count,
      leftOut: count.describe(
        "Files that a machine wrote, which are not read: vendored, minified, generated",
      ),
      references: count,
      own: count,
      foreign: count,
      unowned: count,
      unresolved: count,
      errors: count.describe("Findings that are new and of severity `error`"),
      warnings: count.describe("Findings that are new and of severity `warn`"),
      milliseconds: z.number().nonnegative(),
    }),
  })
  .meta({ id: "check", description: "`freehold check --format json` prints one" });

export const referenceShape = z
  .object({
    kind: z.literal("reference"),
    service: whose.service,
    ...place,
    schema: z.string().nullable().describe("Null where the name is unqualified"),
    table: z.string().nullable().describe("Null where it is unresolved; `reason` then says why"),
    access,
    operation: z
      .enum([
        "select",
        "copy-to",
        "lock",
        "insert",
        "update",
        "delete",
        "merge",
        "truncate",
        "copy-from",
        "create-table",
        "alter-table",
        "drop-table",
        "create-index",
        "grant",
        "comment",
        "references",
        "view",
        "trigger",
        "function",
        "policy",
        "rule",
        "inherit",
        "partition",
      ])
      .nullable()
      .describe("The finer kind of access; null where nothing of the statement is known"),
    client: z
      .string()
      .describe("The database client in whose terms the table is named, `sql` for files of SQL"),
    verdict: z.enum(["own", "foreign", "unowned", "unresolved", "engine"]),
    owner: whose.owner,
    owners: whose.owners,
    reason: z.string().optional().describe("Why the table is not known"),
  })
  .meta({ id: "reference", description: "`freehold facts --format jsonl` prints one a line" });

export const rulesShape = z
  .object({
    version: z.literal(1),
    rules: z.array(
      z.object({
        id: z.string(),
        severity: z.enum(["error", "warn"]).describe("Unless the manifest sets another"),
        summary: z.string(),
        why: z.string(),
        fix: z.string(),
      }),
    ),
  })
  .meta({ id: "rules", description: "`freehold rules --format json` prints one" });

export type FindingJson = z.infer<typeof findingShape>;
export type CheckJson = z.infer<typeof checkShape>;
export type ReferenceJson = z.infer<typeof referenceShape>;
export type RulesJson = z.infer<typeof rulesShape>;
