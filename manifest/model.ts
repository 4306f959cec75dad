/**
 * The ownership manifest as the rest of the toolkit sees it: validated, fragments merged in,
 * defaults filled, every path relative to the workspace's root with `/`.
 */

/** The SQL grammar by which a service's statements are read. */
export type Dialect = "postgresql" | "sqlite" | "mysql" | "mariadb";

/** What a `uses` entry may allow. */
export type UseAccess = "read" | "write";

export type Severity = "error" | "warn";
export type RuleLevel = Severity | "off";

/** What the manifest says of one rule; null where it says nothing. */
export interface RuleSetting {
  level: RuleLevel | null;
  /** In test files. */
  tests: RuleLevel | null;
  /** As they are written: the rule's own schema has accepted them. */
  options: Record<string, unknown>;
}

/** A table that is to change hands. */
export interface Transfer {
  schema: string | null;
  table: string;
  from: string;
  to: string;
  /** What has to be done for it. */
  action: string;
  /** ISO date, or null. */
  until: string | null;
  at: Place;
}

/** A range in a file. Lines and columns count from 1, columns in UTF-16 code units, `endColumn` exclusive. */
export interface Place {
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

/** `schema` is null where the entry named none: it then stands in the owner's `schema`. `*` matches any run of characters. */
export interface TablePattern {
  schema: string | null;
  table: string;
  at: Place;
}

/** A table or view that others may be given to read. `columns` is null where the whole of it is published. */
export interface PublishedTable extends TablePattern {
  columns: string[] | null;
}

/** One named road into someone else's table. */
export interface Use {
  /** Whose table it is. */
  service: string;
  schema: string | null;
  table: string;
  access: UseAccess;
  /** Glob over workspace paths: only this code may; null for the whole service. */
  via: string | null;
  reason: string;
  /** ISO date (`YYYY-MM-DD`), the last day on which the entry holds; null where it needs none. */
  until: string | null;
  at: Place;
}

/** The variables of a connection in parts. */
export type ConnectionParts = Partial<Record<"host" | "port" | "name" | "user" | "password", string>>;

export interface Service {
  name: string;
  /** Lives in another repository: no code here, its tables are still not ours. */
  external: boolean;
  /** Folders that hold its code. */
  paths: string[];
  /** Folders (or single files) that hold its migrations. */
  migrations: string[];
  dialect: Dialect;
  /** The schema in which its unqualified names stand (`public` unless the manifest says otherwise; the empty string for dialects without schemas). */
  schema: string;
  /** Every schema that is this service's: `schema`, and those that a deployment gives it. */
  schemas: string[];
  /** Names of the environment variables that open its database, as the app. */
  database: string[];
  /** Names of the environment variables that open its database, as the migrator. */
  migrate: string[];
  /** Which of `database` holds which part; null where one holds the whole URL. */
  databaseParts: ConnectionParts | null;
  /** The same of `migrate`. */
  migrateParts: ConnectionParts | null;
  owns: TablePattern[];
  publishes: PublishedTable[];
  uses: Use[];
  extensions: string[];
  /** A semver-like range such as `>=15`, or null. */
  serverVersion: string | null;
  /** The table that keeps its migration history, where the manifest overrides the default. */
  versionTable: string | null;
  /** Rules for its code, by id. */
  rules: Record<string, RuleSetting>;
  /** Where the service's entry begins, in the manifest or in its fragment. */
  at: Place;
}

export type Layout = "shared" | "per-service" | "per-tenant";

export interface Deployment {
  name: string;
  layout: Layout;
  /** The project's own variable, or a template with {SERVICE} and {TENANT}; null where the layout needs none. */
  database: string | null;
  /** `per-service`: each service gets a schema named like it. */
  schemas: "shared" | "per-service";
  /** Where the tenants' names are, for `per-tenant`. */
  tenants: TenantSource | null;
  /** How its roles are named: the manifest's way, unless it has its own. */
  roles: RoleNames;
  at: Place;
}

/** Templates for the names of a service's roles. */
export type RoleNames = Record<RoleKind, string>;

/** Owns the tables and never logs in; logs in to migrate; logs in as the service. */
export type RoleKind = "owner" | "migrator" | "app";

/** A workspace file, the names in a variable, or a question to a database that a variable names. */
export type TenantSource = { file: string } | { variable: string } | { query: string; database: string };

export interface Manifest {
  /** Workspace-relative path of the manifest itself. */
  file: string;
  /** What the project is called, for {project}; null where nothing says it. */
  project: string | null;
  dialect: Dialect;
  /** In the order of the file. */
  services: Service[];
  deployments: Deployment[];
  /** Tables of tools and extensions, the well-known ones included. */
  system: TablePattern[];
  /** Rules by id, as the manifest sets them for all code. */
  rules: Record<string, RuleSetting>;
  /** The version whose rules count in full; null for the first of the tool's major. */
  since: string | null;
  transfers: Transfer[];
  /** Level of access rules in test files. */
  tests: RuleLevel;
  /** Globs of files that are not read. */
  ignore: string[];
  /** Functions of the workspace that take SQL text and run it. */
  queryFunctions: QueryFunction[];
}

/** `db.one` takes the text as its first argument, `execute({ sql })` in an object's entry. */
export interface QueryFunction {
  /** `["db", "one"]`: the names at the end of what is called. */
  path: string[];
  /** The entry that holds the text; null where the argument is the text. */
  key: string | null;
}

/** One thing that is wrong with the manifest: always one line, always with a place. */
export interface ManifestProblem {
  at: Place;
  message: string;
}
