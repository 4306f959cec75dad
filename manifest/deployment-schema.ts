/** The shape of a deployment in the manifest, and of its roles' names. */
import * as z from "zod";
import type { Layout } from "./model.ts";
import { placeholderFault, roleTemplateFault } from "./names.ts";
import { path, text, variable } from "./values-schema.ts";

const roleTemplate = z.string().refine((value) => roleTemplateFault(value) === null, {
  error: ({ input }) => roleTemplateFault(String(input)) ?? undefined,
});

export const roleNames = z
  .union([
    roleTemplate.refine((value) => value.includes("{kind}"), {
      error: "must hold {kind}, or a service's owner, migrator and app would be one role",
    }),
    z.strictObject({
      owner: roleTemplate.describe("Owns the schema and the tables; nobody logs in as it."),
      migrator: roleTemplate.describe("Logs in to migrate, and acts as the owner."),
      app: roleTemplate.describe("Logs in as the service."),
    }),
  ])
  .describe(
    "How the services' roles are named in the database, which knows roles by the cluster: a template with {service} and {kind} (owner, migrator, app), and where they are to be told apart {project}, {deployment} and {tenant}; or an object with a template for each kind.",
  );

export const deploymentSchema = z
  .strictObject({
    layout: z
      .enum(["shared", "per-service", "per-tenant"])
      .describe("One database for all services, one for each service, or databases for each tenant."),
    database: z
      .string()
      .refine((value) => placeholderFault(value) === null, {
        error: ({ input }) => placeholderFault(String(input)) ?? undefined,
      })
      .optional()
      .describe(
        "The project's own variable; for per-tenant a template with {TENANT} and, where each service has its own database, {SERVICE}.",
      ),
    schemas: z
      .enum(["shared", "per-service"])
      .default("shared")
      .describe("per-service gives each service a schema named like it."),
    tenants: z
      .union([
        path,
        z.strictObject({
          variable: variable.describe("Variable that holds the tenants' names, comma-separated."),
        }),
        z.strictObject({
          query: text.describe("SELECT whose first column is the tenants' names."),
          database: variable.describe("Variable that holds the URL of the database to ask."),
        }),
      ])
      .optional()
      .describe(
        "Where the tenants' names are, for per-tenant: a file (JSON list, or a name a line), a variable, or a query.",
      ),
    roles: roleNames.optional(),
  })
  .superRefine(({ layout, database, tenants }, { addIssue }) => {
    if (layout !== "per-service" && database === undefined) {
      addIssue({ code: "custom", path: [], message: `needs a "database": ${neededDatabase[layout]}` });
    }
    const fault = database === undefined ? null : layoutFault(layout, database);
    if (fault !== null) addIssue({ code: "custom", path: ["database"], message: fault });
    if (tenants !== undefined && layout !== "per-tenant") {
      addIssue({ code: "custom", path: ["tenants"], message: 'belongs to layout "per-tenant" alone' });
    }
  });

const neededDatabase = {
  shared: "the variable of the database that all services share",
  "per-tenant": "a template such as {SERVICE}_{TENANT}_DATABASE_URL",
};

/** Says why a database's name does not go with the layout, or null; one that is no name has been refused already. */
function layoutFault(layout: Layout, database: string): string | null {
  if (placeholderFault(database) !== null) return null;
  const perTenant = database.includes("{TENANT}");
  if (layout === "per-tenant") {
    return perTenant ? null : "must hold {TENANT}, or all tenants would share one database";
  }
  if (layout === "shared" && database.includes("{")) {
    return "is a template, and a shared layout has one database: name its variable";
  }
  return perTenant ? 'holds {TENANT}, which only layout "per-tenant" has' : null;
}
