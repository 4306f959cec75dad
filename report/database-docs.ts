/** What DATABASE.md of a service says of its own accord: the schema at the head of its migrations, and who works with it. */
import type { HeadTable, MigrationFile, Model, Operation, Service } from "../analysis/model.ts";
import { type BoundaryRow, boundary, othersText } from "./boundary.ts";
import { code, prose, tableRow } from "./markdown-text.ts";
import { counted } from "./text.ts";

const engines = { postgresql: "PostgreSQL", sqlite: "SQLite", mysql: "MySQL", mariadb: "MariaDB" } as const;

/** What the code was seen to do, in the order of the rights that it takes. */
const deeds: readonly [right: string, operations: readonly Operation[]][] = [
  ["SELECT", ["select", "copy-to", "lock"]],
  ["INSERT", ["insert", "copy-from"]],
  ["UPDATE", ["update"]],
  ["DELETE", ["delete"]],
  ["MERGE", ["merge"]],
  ["TRUNCATE", ["truncate"]],
];

/** What a service's own code was seen to do to a table; null where that is not known for sure. */
export interface Seen {
  operations(service: string, schemas: readonly string[], table: string): ReadonlySet<Operation> | null;
}

/** @returns Markdown that ends with a line's end; the same for the same code, manifest and day */
export function databaseDocs(model: Model, service: Service, seen: Seen): string {
  const rows = boundary(model).filter(({ owner }) => owner === service.name);
  const live = model.heads.filter((head) => head.service === service.name && head.droppedAt === null);
  const files = model.migrations
    .filter((file) => file.service === service.name && !file.down)
    .sort(byVersion);
  const parts = [
    "## Schema",
    standing(files, service),
    table(
      ["table", "columns", "made in", "own code", "others"],
      live
        .sort(byName)
        .map((head) => [
          code(nameOf(head, service)) + (head.object === "table" ? "" : ` (${prose(head.object)})`),
          head.columns?.map(code).join(", ") ?? "not known",
          code(below(head.createdAt.file, service)),
          deedsOf(seen.operations(service.name, [head.schema ?? service.schema], head.name)),
          prose(others(rows, nameOf(head, service))),
        ]),
      `No table is known from ${service.name}'s migrations.`,
    ),
    "## Tables of others",
    table(
      ["table", "owner", "access", "until", "reason"],
      [
        ...service.uses.map(({ service: owner, schema, table, access, until, reason }) => [
          code(schema === null ? table : `${schema}.${table}`),
          prose(owner),
          access,
          until ?? "–",
          prose(reason),
        ]),
        ...notAllowed(model, service),
      ],
      `${service.name} touches no table but its own.`,
    ),
    "## Bringing it to head",
    setup(files, live.length > 0, service),
  ];
  return `${parts.join("\n\n")}\n`;
}

function standing(files: readonly MigrationFile[], service: Service): string {
  const engine = `${engines[service.dialect]}${service.serverVersion === null ? "" : ` ${prose(service.serverVersion)}`}`;
  const extensions = service.extensions.map(code).join(", ") || "none";
  const last = files.at(-1);
  const head = last ? `; the last migration is ${code(last.file)}` : "";
  return `${engine}, extensions: ${extensions}${head}.`;
}

const and = new Intl.ListFormat("en-GB");

/** @param hasTables whether its migrations, in whatever form, make any */
function setup(
  files: readonly MigrationFile[],
  hasTables: boolean,
  { name, database, migrate }: Service,
): string {
  const both = database.filter((variable) => migrate.includes(variable));
  const open = (list: readonly string[], what: string) => {
    const verb = list.length > 1 ? "open" : "opens";
    return list.length > 0 ? [`${and.format(list.map(code))} ${verb} ${what}`] : [];
  };
  const rest = (list: readonly string[]) => list.filter((variable) => !both.includes(variable));
  const variables = [
    ...open(both, "the database, as the application and as the migrator"),
    ...open(rest(database), "the database as the application"),
    ...open(rest(migrate), "it as the migrator"),
  ];
  const ours = files.every(({ file }) => /^\d+_[^/]+\.sql$/.test(file));
  return [
    ...(variables.length > 0 ? [`${variables.join(", ")}.`] : []),
    files.length === 0 && !hasTables
      ? `No migration of ${name} is known.`
      : files.length > 0 && ours
        ? `\`\`\`sh\nbunx freehold migrate --service ${name}\n\`\`\``
        : "Its own migration tool brings the schema.",
  ].join("\n\n");
}

/** What its code does to the tables of others that no entry under "uses" allows: a row for each table, owner and access. */
function notAllowed({ references }: Model, { name }: Service): string[][] {
  const found = new Map<string, { cells: string[]; places: number }>();
  for (const { test, schema, table, access, judgements } of references) {
    if (test || table === null || access === null) continue;
    for (const { service, verdict, owners, use } of judgements) {
      if (service !== name || verdict !== "foreign" || use) continue;
      const cells = [code(schema === null ? table : `${schema}.${table}`), prose(owners.join(", ")), access];
      const key = cells.join("\0");
      found.set(key, { cells, places: (found.get(key)?.places ?? 0) + 1 });
    }
  }
  const rows = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return rows.map(([, { cells, places }]) => [...cells, "–", `not allowed: ${counted(places, "place")}`]);
}

/** The rights that the service's own code takes. */
function deedsOf(seen: ReadonlySet<Operation> | null): string {
  if (seen === null) return "not known";
  const rights = deeds.filter(([, operations]) => operations.some((operation) => seen.has(operation)));
  return rights.map(([right]) => right).join(", ") || "–";
}

/** Dates as they are written: a document is not out of date because a day has passed. */
function others(rows: readonly BoundaryRow[], name: string): string {
  const row = rows.find((row) => row.table === name);
  return row ? othersText(row, "") : "–";
}

function nameOf({ schema, name }: HeadTable, service: Service): string {
  return schema === null || schema === service.schema ? name : `${schema}.${name}`;
}

/** The path within the service's folder, or within the workspace where the migrations lie elsewhere. */
function below(file: string, { paths }: Service): string {
  const folder = paths.find((path) => file.startsWith(`${path}/`));
  return folder === undefined ? file : file.slice(folder.length + 1);
}

function byName(a: HeadTable, b: HeadTable): number {
  return a.name < b.name ? -1 : Number(a.name > b.name);
}

function byVersion(a: MigrationFile, b: MigrationFile): number {
  return (a.version ?? "").localeCompare(b.version ?? "", "en", { numeric: true });
}

function table(heading: string[], rows: string[][], none: string): string {
  if (rows.length === 0) return prose(none);
  return [heading, heading.map(() => "---"), ...rows].map(tableRow).join("\n");
}
