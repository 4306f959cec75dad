/**
 * Schemas as a whole: which files make one up, which model a field leads to, and over which table.
 * What each file says alone comes from compile.ts.
 */
import { posix } from "node:path";
import type { ClassExpr, ClassMember, Decorator, Expr, Span } from "../model.ts";
import { KIND, LIST, TYPE } from "./compile.ts";

export interface Schema {
  /** The file that holds its `datasource`. */
  file: string;
  /** Every file of it, that one included. */
  files: string[];
  /** `postgresql`, `mysql`, …; null where no `datasource` says it. */
  provider: string | null;
  /** False where relations are the client's alone: `relationMode = "prisma"`. */
  foreignKeys: boolean;
  models: Map<string, Model>;
  /** Folders and packages that clients are generated into, as the schema says it; null for the default one. */
  outputs: (string | null)[];
}

export interface Model {
  name: string;
  source: ClassExpr;
  table: Named;
  /** Columns by field; relations have none. */
  columns: Map<string, string>;
  relations: Map<string, Relation>;
}

export interface Relation {
  field: string;
  /** Where its type stands. */
  at: Span;
  target: Model;
  list: boolean;
  /**
   * Where the key is that joins the two: `own` in the model's table, `other` in the target's, or in a
   * table of its own, which is then given.
   */
  key: "own" | "other" | Named;
  /** It is the one that declares the key. */
  declares: boolean;
}

export interface Named {
  schema: string | null;
  table: string;
  at: Span;
}

const known = new WeakMap<readonly Expr[], Schema[]>();

/** @param sources everything that any file says in classes; those of schemas are picked out */
export function readSchemas(sources: readonly Expr[]): readonly Schema[] {
  let found = known.get(sources);
  if (!found) {
    found = assemble(sources.filter((source) => source.kind === "class"));
    known.set(sources, found);
  }
  return found;
}

/** The schema to which a file belongs. */
export function schemaOfFile(schemas: readonly Schema[], file: string): Schema | null {
  return schemas.find(({ files }) => files.includes(file)) ?? null;
}

/** The field by which the client names a model: its name with a small first letter. */
export function modelOf(schema: Schema, property: string): Model | null {
  return (
    schema.models.get(property) ??
    schema.models.get(property.slice(0, 1).toUpperCase() + property.slice(1)) ??
    null
  );
}

function assemble(classes: readonly ClassExpr[]): Schema[] {
  const blocks = classes.filter((source) => kindOf(source) !== null);
  const files = new Set(blocks.map(({ at }) => at.file));
  const roots = blocks.filter((block) => kindOf(block) === KIND.datasource);
  // A schema may span files; a folder may hold several schemas, one for each kind of database.
  const rootOf = (file: string): string => {
    const best = Math.max(0, ...roots.map(({ at }) => sharedFolders(at.file, file)));
    const near = roots.find(({ at }) => sharedFolders(at.file, file) === best);
    const folder = posix.dirname(file);
    return near?.at.file ?? [...files].find((other) => posix.dirname(other) === folder) ?? file;
  };
  const schemas = new Map<string, Schema>();
  const homes = new Map<string, Schema>();
  for (const file of files) {
    const root = rootOf(file);
    const schema: Schema = schemas.get(root) ?? {
      file: root,
      files: [],
      provider: null,
      foreignKeys: true,
      models: new Map(),
      outputs: [],
    };
    schema.files.push(file);
    schemas.set(root, schema);
    homes.set(file, schema);
  }
  for (const block of blocks) {
    const schema = homes.get(block.at.file);
    const [first] = block.decorators;
    if (!schema || !first) continue;
    if (first.name === KIND.datasource) {
      schema.provider = constant(named(first, "provider"));
      schema.foreignKeys = constant(named(first, "relationMode")) !== "prisma";
    } else if (first.name === KIND.generator) {
      const provider = constant(named(first, "provider"));
      if (provider === "prisma-client-js" || provider === "prisma-client")
        schema.outputs.push(constant(named(first, "output")));
    } else if (first.name === KIND.model || first.name === KIND.view)
      schema.models.set(block.name, readModel(block));
  }
  for (const schema of schemas.values())
    for (const model of schema.models.values()) readRelations(model, schema);
  // What lies in a folder that a client is generated into is a copy.
  const copies = new Set<string>();
  for (const { file, outputs } of schemas.values())
    for (const output of outputs) if (output) copies.add(outputPath(file, output));
  return [...schemas.values()].filter(({ file }) => ![...copies].some((copy) => file.startsWith(`${copy}/`)));
}

function readModel(source: ClassExpr): Model {
  const map = source.decorators.find(({ name }) => name === "map");
  const name = map && (map.args[0]?.kind === "text" ? map.args[0] : named(map, "name"));
  const schema = source.decorators.find(({ name }) => name === "schema");
  const model: Model = {
    name: source.name,
    source,
    table: {
      schema: constant(schema && (schema.args[0]?.kind === "text" ? schema.args[0] : named(schema, "name"))),
      table: constant(name) ?? source.name,
      at: name?.at ?? source.at,
    },
    columns: new Map(),
    relations: new Map(),
  };
  return model;
}

function readRelations(model: Model, schema: Schema): void {
  for (const member of model.source.members) {
    const target = schema.models.get(member.type?.name ?? "");
    if (!target) {
      const map = decorator(member, "map");
      model.columns.set(
        member.name,
        constant(map?.args[0]?.kind === "text" ? map.args[0] : map && named(map, "name")) ?? member.name,
      );
      continue;
    }
    const opposite = oppositeOf(model, member, target);
    const declares = hasKey(member);
    const isList = decorator(member, LIST) !== undefined;
    const both = isList && !declares && opposite !== null && decorator(opposite, LIST) !== undefined;
    model.relations.set(member.name, {
      field: member.name,
      at: decorator(member, TYPE)?.at ?? member.at,
      target,
      list: isList,
      key: both ? joinTable(model, target, member) : declares ? "own" : "other",
      declares,
    });
  }
}

/** The field at the other end: of the target, leading back, with the same name of the relation. */
function oppositeOf(model: Model, member: ClassMember, target: Model): ClassMember | null {
  return (
    target.source.members.find(
      (other) =>
        other !== member && other.type?.name === model.name && relationName(other) === relationName(member),
    ) ?? null
  );
}

/** https://www.prisma.io/docs/orm/prisma-schema/data-model/relations/many-to-many-relations#relation-table-conventions */
function joinTable(model: Model, target: Model, member: ClassMember): Named {
  const [first = model, second = target] = [model, target].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    schema: first.table.schema,
    table: `_${relationName(member) ?? `${first.name}To${second.name}`}`,
    at: decorator(member, TYPE)?.at ?? member.at,
  };
}

function relationName(member: ClassMember): string | null {
  const relation = decorator(member, "relation");
  return constant(
    relation?.args[0]?.kind === "text" ? relation.args[0] : relation && named(relation, "name"),
  );
}

function hasKey(member: ClassMember): boolean {
  const relation = decorator(member, "relation");
  return relation !== undefined && named(relation, "fields") !== null;
}

function kindOf({ decorators }: ClassExpr): string | null {
  const name = decorators[0]?.name ?? "";
  return (Object.values(KIND) as string[]).includes(name) && name !== KIND.join ? name : null;
}

function decorator({ decorators }: ClassMember, name: string): Decorator | undefined {
  return decorators.find((item) => item.name === name);
}

function named({ args }: Decorator, key: string): Expr | null {
  const last = args.at(-1);
  return last?.kind === "object" ? (last.entries[key] ?? null) : null;
}

function constant(expr: Expr | null | undefined): string | null {
  return expr?.kind === "text" ? expr.runs.map((run) => run.text).join("") : null;
}

/**
 * The schema that a file most likely uses: of the smallest folder around it that holds one, or that a
 * client is generated into; null where that leaves a choice.
 */
export function nearestSchema(from: string, schemas: readonly Schema[]): Schema | null {
  const rank = ({ file, outputs }: Schema) =>
    Math.max(
      sharedFolders(file, from),
      ...outputs.map((output) => (output === null ? 0 : sharedFolders(outputPath(file, output), from))),
    );
  // What lies elsewhere is an example, or the variant for another database.
  for (const usual of [/(?:^|\/)schema\.prisma$/, /(?:^|\/)prisma\//, /^/]) {
    const candidates = schemas.filter(({ file }) => usual.test(file));
    const best = Math.max(...candidates.map(rank));
    const near = candidates.filter((schema) => rank(schema) === best);
    if (near.length > 0) return near.length === 1 ? (near[0] ?? null) : null;
  }
  return null;
}

/** The folder of the workspace that an `output` means. */
export function outputPath(file: string, output: string): string {
  return posix.join(posix.dirname(file), output).replace(/\/$/, "");
}

/** How many folders two files share from the root on, their own names included where they are one. */
function sharedFolders(a: string, b: string): number {
  const parts = a.split("/");
  const others = b.split("/");
  const end = parts.findIndex((part, index) => part !== others[index]);
  return end < 0 ? parts.length : end;
}
