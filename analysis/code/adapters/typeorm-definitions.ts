/** What TypeORM's decorators and entity schemas say of tables. */
import type { ClassExpr, Expr } from "../../model.ts";
import type { Ask, TableDefinition, TableName } from "./adapter.ts";
import { classOf, snakeCase } from "./entities.ts";
import { entry } from "./expressions.ts";

export function defineClass(found: ClassExpr, ask: Ask): TableDefinition | null {
  const name = tableNameOf(found, ask);
  if (!name) return null;
  const parent = found.extends ? classOf(found.extends, ask) : null;
  const definition: TableDefinition = {
    client: "typeorm",
    name,
    columns: null,
    references: [],
    relations: {},
  };
  for (const owner of [parent, found]) if (owner) readMembers(owner, definition, ask);
  return definition;
}

function readMembers(found: ClassExpr, definition: TableDefinition, ask: Ask): void {
  for (const member of found.members) {
    const relation = member.decorators.find(({ name }) =>
      /^(?:OneToOne|OneToMany|ManyToOne|ManyToMany)$/.test(name),
    );
    if (!relation?.args[0]) continue;
    const [target] = relation.args;
    const text = ask.text(target);
    // A target named by text is a class of this file, or of nobody's.
    const to: Expr = text === null ? target : { kind: "import", specifier: "", name: text, at: target.at };
    definition.relations[member.name] = to;
    const owning =
      relation.name === "ManyToOne" ||
      (relation.name === "OneToOne" && member.decorators.some(({ name }) => name === "JoinColumn"));
    const entity = owning ? classOf(to, ask) : null;
    const named = entity && tableNameOf(entity, ask);
    if (named) definition.references.push({ to: { ...named, at: target.at }, at: relation.at });
  }
}

/** The name alone, so that two entities that point at each other end. */
function tableNameOf(found: ClassExpr, ask: Ask): TableName | null {
  const decorator = found.decorators.find(({ name }) => /^(?:Entity|ViewEntity|ChildEntity)$/.test(name));
  if (!decorator) return null;
  // Single table inheritance: a child lives in its parent's table.
  if (decorator.name === "ChildEntity") {
    const parent = found.extends ? classOf(found.extends, ask) : null;
    return parent ? tableNameOf(parent, ask) : null;
  }
  const [first, second] = decorator.args;
  const options =
    first && ask.follow(first).kind === "object" ? ask.follow(first) : second && ask.follow(second);
  // Another mapper's decorator has the same name, and keys of its own.
  if (options && entry(options, "tableName", "collection")) return null;
  const given =
    first && ask.follow(first).kind !== "object" ? first : options ? entry(options, "name") : null;
  const schema = options ? entry(options, "schema") : null;
  const table = given ? ask.text(given) : snakeCase(found.name);
  return {
    schema: schema ? ask.text(schema) : null,
    table,
    reason: table === null ? "the entity's name is not known before it runs" : null,
    at: given?.at ?? found.at,
  };
}

export function defineSchema(options: Expr, ask: Ask): TableDefinition | null {
  const named = entry(ask.follow(options), "tableName") ?? entry(ask.follow(options), "name");
  const schema = entry(ask.follow(options), "schema");
  if (!named) return null;
  const plain = entry(ask.follow(options), "tableName") !== null;
  const text = ask.text(named);
  return {
    client: "typeorm",
    name: {
      schema: schema ? ask.text(schema) : null,
      table: text === null ? null : plain ? text : snakeCase(text),
      reason: text === null ? "the entity schema's name is not known" : null,
      at: named.at,
    },
    columns: null,
    references: [],
    relations: relationTargets(entry(ask.follow(options), "relations"), ask),
  };
}

function relationTargets(expr: Expr | null, ask: Ask): Record<string, Expr> {
  const inner = expr ? ask.follow(expr) : null;
  if (inner?.kind !== "object") return {};
  return Object.fromEntries(
    Object.entries(inner.entries).flatMap(([name, value]) => {
      const target = entry(ask.follow(value), "target");
      return target ? [[name, target]] : [];
    }),
  );
}
