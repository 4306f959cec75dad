import { expect, test } from "bun:test";
import { mappedTables, readCode, schemaActs } from "../../../fixtures/adapter-tester.ts";

const imports = `import { ChildEntity, Column, CreateDateColumn, DataSource, Entity, EntitySchema, JoinColumn, JoinTable, ManyToMany, ManyToOne, PrimaryGeneratedColumn, TableInheritance, Tree, TreeChildren, TreeParent } from "typeorm";
import { SnakeNamingStrategy } from "typeorm-naming-strategies";
abstract class Base { @PrimaryGeneratedColumn() id: number; @CreateDateColumn() createdAt: Date }
class Name { @Column() firstName: string; @Column({ name: "last" }) lastName: string }
`;
const user = `@Entity() class UserAccount extends Base { @Column(() => Name) name: Name; @Column(() => Name, { prefix: false }) alias: Name; @ManyToOne(() => Country) homeCountry: Country; @ManyToMany(() => Role) @JoinTable() roles: Role[] }
@Entity("roles") class Role extends Base { @ManyToMany(() => UserAccount, (user) => user.roles) users: UserAccount[] }
@Entity() @Tree("closure-table") class Country extends Base { @TreeParent() parent: Country; @TreeChildren() children: Country[] }
`;

test("columns are what the properties are called, embedded ones with a prefix, keys with what they refer to", async () => {
  expect(await mappedTables(imports + user)).toEqual([
    "user_account(id, createdAt, nameFirstname, nameLast, firstName, last, homeCountryId)",
    "user_account_roles_roles(userAccountId, rolesId)",
    "roles(id, createdAt)",
    "country(id, createdAt, parentId)",
    "country_closure(?)",
  ]);
});

test("a naming strategy and a prefix of the connection hold for all its entities", async () => {
  const source = `new DataSource({ namingStrategy: new SnakeNamingStrategy(), entityPrefix: "app_" });\n`;
  expect(await mappedTables(imports + source + user)).toEqual([
    "app_user_account(id, created_at, name_first_name, name_last, first_name, last, home_country_id)",
    "app_user_account_roles_roles(user_account_id, roles_id)",
    "app_roles(id, created_at)",
    "app_country(id, created_at, parent_id)",
    "app_country_closure(?)",
  ]);
});

test("what a strategy of the workspace's own names is not known", async () => {
  const source = `class Plural extends SnakeNamingStrategy { tableName(name: string) { return name + "s"; } }
new DataSource({ namingStrategy: new Plural() });
@Entity() class One extends Base {}
@Entity("two") class Two extends Base {}
export const all = (source: DataSource) => [source.getRepository(One).find(), source.getRepository(Two).find()];
`;
  const { lines } = await readCode(imports + source);
  expect(lines).toContain("9:71 select ? a naming strategy of its own makes the table's name");
  expect(lines).toContain("9:105 select two");
});

test("a child of a hierarchy lives in its parent's table", async () => {
  expect(
    await mappedTables(`${imports}@Entity() @TableInheritance({ column: "type" }) class Content extends Base {}
@ChildEntity() class Photo extends Content { @Column() size: number }
`),
  ).toEqual(["content(?)", "content(?)"]);
});

test("a schema tells the same, for a class of its own, too", async () => {
  expect(
    await mappedTables(`${imports}class Post {}
export const posts = new EntitySchema({ name: "Post", target: Post, columns: { id: { type: Number, primary: true }, text: { type: String, name: "body" } }, relations: { author: { type: "many-to-one", target: "Author", joinColumn: true }, tags: { type: "many-to-many", target: "Author", joinTable: { name: "marks" } } } });
export const authors = new EntitySchema({ name: "Author", tableName: "writers", columns: { code: { type: String, primary: true } } });
`),
  ).toEqual(["post(id, body, authorCode)", "marks(postId, writersCode)", "writers(code)"]);
});

test("a column that the workspace's own decorator makes leaves all of them uncertain", async () => {
  expect(
    await mappedTables(
      `${imports}import { MoneyColumn } from "./columns.ts";\n@Entity() class Bill extends Base { @MoneyColumn() total: number }\n`,
    ),
  ).toEqual(["bill(?)"]);
});

test("connections that bring the schema along by themselves change schemas", async () => {
  expect(
    await schemaActs(`import { DataSource } from "typeorm";
export const source = new DataSource({ type: "postgres", synchronize: true, dropSchema: false });
await source.synchronize();
await source.dropDatabase();
`),
  ).toEqual(["2:71 synchronize: true", "3:14 source.synchronize()"]);
});
