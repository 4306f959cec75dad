/**
 * The manifest's shape. One description serves the validation, the editors' JSON schema and its help;
 * what a shape cannot say (does the folder exist, who owns the table) is checked while loading.
 */
import * as z from "zod";
import { deploymentSchema, roleNames } from "./deployment-schema.ts";
import { tableFault } from "./names.ts";
import { level, ruleSettings, serviceRuleSettings } from "./rule-settings.ts";
import { glob, path, text, variable } from "./values-schema.ts";

const table = z.string().refine((text) => tableFault(text) === null, {
  error: ({ input }) => tableFault(String(input)) ?? undefined,
});

/** `one`, `db.one`, `execute({ sql })`. */
export const QUERY_FUNCTION =
  /^\s*([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)\s*(?:\(\s*\{\s*([A-Za-z_$][\w$]*)\s*\}\s*\))?\s*$/;

/** The name of a service or a deployment. */
export const nameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, {
  error: 'needs a name of letters, digits, "-", "_" and "."',
});

const identifier = text.max(63, { error: "is longer than the 63 characters that PostgreSQL keeps" });

const connection = (side: string) =>
  z
    .union([
      variable,
      z
        .strictObject({
          host: variable.optional().describe("Variable that holds the host name."),
          port: variable.optional().describe("Variable that holds the port."),
          name: variable.optional().describe("Variable that holds the database's name."),
          user: variable.optional().describe("Variable that holds the user."),
          password: variable.optional().describe("Variable that holds the password."),
        })
        .refine((parts) => Object.keys(parts).length > 0, {
          error: 'names none of "host", "port", "name", "user", "password"',
        }),
    ])
    .describe(
      `Name of the environment variable that holds the ${side}'s connection URL, or an object that names the variable of each part (host, port, name, user, password). Never a URL.`,
    );

const dialect = z
  .enum(["postgresql", "sqlite", "mysql", "mariadb"])
  .describe("The SQL grammar of the service's statements.");

const publishes = z.union([
  table,
  z.strictObject({
    table: table.describe("A table or view that this service owns."),
    columns: z.array(text).min(1).describe("The columns that others may read."),
  }),
]);

const use = z
  .strictObject({
    service: z.string().describe("The service that owns the table."),
    table: table.describe('"table" or "schema.table", as its owner names it under "owns".'),
    access: z.enum(["read", "write"]).default("read").describe("What the road allows."),
    via: glob
      .optional()
      .describe("Glob over workspace paths: only this code may. Left out, the whole service may."),
    reason: text.describe("Why the road is there, and what will take its place."),
    until: z.iso
      .date()
      .optional()
      .describe(
        "The last day on which the entry holds, YYYY-MM-DD. Required unless the owner publishes the table and the access is read.",
      ),
  })
  .describe("One named road into another service's table.");

/** Has a name in freehold.schema.json, so that a service's own file can point an editor at `#/definitions/service`. */
export const serviceSchema = z
  .strictObject({
    $schema: z
      .string()
      .optional()
      .describe(
        "For editors, where the service has a file of its own: freehold.schema.json#/definitions/service.",
      ),
    path: z
      .union([path, z.array(path).min(1)])
      .optional()
      .describe(
        "Folder that holds the service's code, or a list of folders; * stands for folders' names. Relative to the workspace's root, here and in a service's own file.",
      ),
    external: z
      .boolean()
      .optional()
      .describe(
        "The service lives in another repository: it has no path here, and its tables are still its own.",
      ),
    migrations: z
      .union([path, z.array(path)])
      .optional()
      .describe(
        "Folder (or file) that holds the service's migrations, or a list; <path>/migrations if left out.",
      ),
    dialect: dialect.optional(),
    database: connection("app").optional(),
    migrate: connection("migrator")
      .optional()
      .describe('The migrator\'s variable or variables; the same as "database" if left out.'),
    schema: identifier
      .optional()
      .describe("The schema in which the service's unqualified names stand; public if left out."),
    owns: z
      .array(table)
      .default([])
      .describe(
        'Tables and views that the service owns, written as the database stores them: "table" or "schema.table", * for any run of characters.',
      ),
    publishes: z
      .array(publishes)
      .default([])
      .describe("Owned tables or views that others may be given to read; { table, columns } narrows one."),
    uses: z.array(use).default([]).describe("Every road into someone else's table."),
    extensions: z.array(text).default([]).describe("Database extensions that the service needs."),
    serverVersion: z
      .string()
      .regex(/^([<>]=?|[=^~])?\d+(\.\d+){0,2}( ([<>]=?|[=^~])?\d+(\.\d+){0,2})*$/, {
        error: 'is no range of versions such as ">=15" or ">=15 <18"',
      })
      .optional()
      .describe('Versions of the database server that the service works on, such as ">=15".'),
    versionTable: table
      .optional()
      .describe("The table that keeps the service's migration history, where it is not the default one."),
    rules: serviceRuleSettings,
  })
  .meta({ id: "service" });

const transfer = z
  .strictObject({
    table: table.describe('"table" or "schema.table", as its present owner names it under "owns".'),
    from: z.string().describe("The service that owns it until then."),
    to: z.string().describe("The service that is to own it."),
    action: text.describe("What has to be done for it."),
    until: z.iso.date().optional().describe("The day by which it is to be done, YYYY-MM-DD."),
  })
  .describe("A table that is to change hands; done when no access speaks against it.");

export const manifestSchema = z
  .strictObject({
    $schema: z.string().optional().describe("Path of this schema, for editors."),
    project: nameSchema
      .optional()
      .describe("The project's name, for what is named after it: {project} in the names of roles."),
    dialect: dialect.default("postgresql"),
    services: z
      .record(
        nameSchema,
        z.union([
          path.describe("File beside the service that holds the same object, so that its owners review it."),
          serviceSchema,
        ]),
      )
      .describe("Every service by name: an object, or the path of the file that holds it."),
    deployments: z
      .record(nameSchema, deploymentSchema)
      .default({})
      .describe("Where the services' databases are, by the name of the deployment."),
    roles: roleNames.default("{service}_{kind}"),
    system: z
      .array(table)
      .default([])
      .describe("Tables of tools and extensions, which no service owns; the common ones are known."),
    rules: ruleSettings,
    since: z
      .string()
      .regex(/^\d+\.\d+(\.\d+)?$/, { error: 'is no version such as "0.1"' })
      .optional()
      .describe(
        "The version of freehold whose rules count in full; those that came later are warnings at most, unless a level is set. Left out, the first version of the same major.",
      ),
    tests: level.default("warn").describe("Level of the access rules in test files."),
    transfers: z.array(transfer).default([]).describe("Tables that are to change hands."),
    queryFunctions: z
      .array(
        z.string().regex(QUERY_FUNCTION, {
          error: 'needs the form "db.one" or "execute({ sql })": what is called, and where its SQL text is',
        }),
      )
      .default([])
      .describe(
        'Functions of your own that take SQL text and run it: "db.one" where the first argument is the text, "execute({ sql })" where an entry of it is.',
      ),
    ignore: z.array(glob).default([]).describe("Globs of files that are not read."),
  })
  .describe("freehold's ownership manifest: which service owns which table.");

/** The manifest without its services and deployments, which are checked one at a time so that one mistake hides no other. */
export const headSchema = manifestSchema.extend({
  services: z.record(z.string(), z.unknown()),
  deployments: z.record(z.string(), z.unknown()).default({}),
});

export type RawService = z.output<typeof serviceSchema>;
export type RawRoleNames = z.output<typeof manifestSchema>["roles"];
export type RawConnection = NonNullable<RawService["database"]>;
