/** Views that mappers define stand on the tables that their queries name; names that mappers tell of tables. */
import { expect, test } from "bun:test";
import { readCode } from "../../../fixtures/adapter-tester.ts";

async function standing(code: string): Promise<string[]> {
  const { model } = await readCode(code);
  return model.references.map(
    ({ table, operation, access, dependency }) =>
      `${operation} ${table}: ${access}${dependency ? ` < ${dependency.kind} ${dependency.name}` : ""}`,
  );
}

const typeorm = `import { DataSource, Entity, EntitySchema, PrimaryColumn, ViewEntity } from "typeorm";
@Entity() class Post { @PrimaryColumn() id: number; }
`;
const mikro = 'import { Entity, EntitySchema, MikroORM, Property } from "@mikro-orm/postgresql";\n';

test.each([
  [
    "TypeORM, of text",
    `${typeorm}@ViewEntity({ expression: \`select p.id from post p join lots l on true\` }) class PostView {}
export const f = (source: DataSource) => source.getRepository(PostView).find();`,
    ["view post: read < view post_view", "view lots: read < view post_view", "select post_view: read"],
  ],
  [
    "TypeORM, of a chain",
    `${typeorm}@ViewEntity({ name: "paid", materialized: true, expression: (s: DataSource) => s.createQueryBuilder().select("p.id").from(Post, "p") }) class Paid {}`,
    ["view post: read < materialized view paid"],
  ],
  [
    "TypeORM, by a schema",
    `${typeorm}const V = new EntitySchema({ name: "v", type: "view", expression: "select 1 from post", columns: {} });`,
    ["view post: read < view v"],
  ],
  [
    "MikroORM, and an entity that is run as a query",
    `${mikro}@Entity({ tableName: "sums", view: true, expression: "select sum(x) from lots" }) class Sums { @Property() x: number; }
@Entity({ expression: "select sum(x) from lots" }) class Virtual { @Property() x: number; }`,
    ["view lots: read < view sums", "select lots: read"],
  ],
  [
    "MikroORM, by a schema",
    `${mikro}export const S = new EntitySchema({ name: "Sums", tableName: "sums", view: { materialized: true }, expression: "select sum(x) from lots", properties: {} });`,
    ["view lots: read < materialized view sums"],
  ],
  [
    "TypeORM's names of tables",
    `${typeorm}@Entity({ schema: "shop", name: "lots" }) class Lot {}
const source = new DataSource({});
source.query(\`select 1 from \${source.getMetadata(Post).tableName}\`);
source.query(\`delete from \${source.getRepository(Lot).metadata.tablePath}\`);`,
    ["select post: read", "delete lots: write"],
  ],
  [
    "MikroORM's names of tables",
    `${mikro}@Entity({ tableName: "lots" }) class Lot { @Property() x: number; }
const { em } = await MikroORM.init({});
em.execute(\`select 1 from \${em.getMetadata(Lot).tableName}\`);
em.execute(\`delete from \${em.getMetadata().get(Lot.name).tableName}\`);`,
    ["select lots: read", "delete lots: write"],
  ],
])("%s", async (_, code, expected) => {
  expect(await standing(code)).toEqual(expected);
});
