/** Models, clients, raw SQL and connections; one row a form, so the file is as long as the table. */

import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { besideSchema } from "../../../fixtures/prisma.ts";
import { prisma } from "./prisma.ts";

const open = `import { Prisma, PrismaClient } from "@prisma/client";\nconst prisma = new PrismaClient();\n`;

testAdapter(
  prisma,
  [
    ["a read of many", `${open}await prisma.user.findMany();`, ["3:14 select users"]],
    [
      "a read of one",
      `${open}await prisma.profile.findUniqueOrThrow({ where: { id: 1 } });`,
      ["3:14 select profiles"],
    ],
    ["a count", `${open}await prisma.tag.count();`, ["3:14 select Tag"]],
    [
      "an aggregate",
      `${open}await prisma.post.aggregate({ _avg: { id: true }, where: { author: { email: "a" } } });`,
      ["3:14 select posts", "3:60 select users"],
    ],
    [
      "a group",
      `${open}await prisma.post.groupBy({ by: ["authorId"], _count: true, orderBy: { authorId: "asc" } });`,
      ["3:14 select posts"],
    ],
    ["a view", `${open}await prisma.userInfo.findMany();`, ["3:14 select UserInfo"]],
    ["a model of another schema", `${open}await prisma.comment.findFirst();`, ["3:14 select talk.comments"]],
    ["a creation", `${open}await prisma.tag.create({ data: { name: "a" } });`, ["3:14 insert Tag"]],
    [
      "many creations",
      `${open}await prisma.tag.createMany({ data: [{ name: "a" }], skipDuplicates: true });`,
      ["3:14 insert Tag"],
    ],
    [
      "an update",
      `${open}await prisma.user.update({ where: { id: 1 }, data: { email: "a" } });`,
      ["3:14 update users"],
    ],
    [
      "an upsert",
      `${open}await prisma.user.upsert({ where: { id: 1 }, create: { email: "a" }, update: {} });`,
      ["3:14 insert users"],
    ],
    ["a deletion", `${open}await prisma.user.delete({ where: { id: 1 } });`, ["3:14 delete users"]],
    ["a deletion of many", `${open}await prisma.comment.deleteMany();`, ["3:14 delete talk.comments"]],
    [
      "models of a list",
      `${open}for (const model of ["user", "tag"] as const) await prisma[model].deleteMany();`,
      ["3:60 delete users", "3:60 delete Tag"],
    ],
    [
      "models of a union",
      `${open}export const clear = (model: "user" | "tag") => prisma[model].deleteMany({});`,
      ["3:56 delete users", "3:56 delete Tag"],
    ],
    [
      "a model that nobody knows",
      `${open}export const clear = (model: string) => (prisma as any)[model].deleteMany();`,
      ["3:57 delete ? `model` is a parameter of clear"],
    ],
    [
      "a model that the schema lacks",
      `${open}await prisma.invoice.findMany();`,
      ["3:14 select ? services/app/prisma/schema.prisma has no model for `invoice`"],
    ],
    [
      "a transaction of operations",
      `${open}await prisma.$transaction([prisma.user.delete({ where: { id: 1 } }), prisma.tag.findMany()]);`,
      ["3:35 delete users", "3:77 select Tag"],
    ],
    [
      "a transaction of a function",
      `${open}await prisma.$transaction(async (tx) => {\n  await tx.user.update({ where: { id: 1 }, data: {} });\n  await tx.$executeRaw\`delete from posts\`;\n});`,
      ["4:12 update users", "5:36 delete posts"],
    ],
    [
      "a transaction handed on",
      `${open}const save = (tx: Prisma.TransactionClient) => tx.tag.create({ data: { name: "a" } });\nawait prisma.$transaction((tx) => save(tx));`,
      ["3:51 insert Tag"],
    ],
    [
      "an extended client",
      `${open}const extended = prisma.$extends({ result: {} });\nawait extended.user.findMany();`,
      ["4:16 select users"],
    ],
    [
      "what an extension adds to a model",
      `${open}await prisma.user.paginate({ include: { posts: true } }).withPages();\nawait store.user.exists({ id: 1 });`,
      ["3:14 select users", "3:41 select posts"],
    ],
    [
      "an extension of all models",
      `${open}export const paged = Prisma.defineExtension({ model: { $allModels: { page() { return Prisma.getExtensionContext(this).findMany(); } } } });`,
      ["3:119 select ? an extension is called on whichever model is asked for it"],
    ],
    [
      "a model in a variable",
      `${open}const users = prisma.user;\nawait users.findMany();`,
      ["4:7 select users"],
    ],
    [
      "a model taken apart from its client",
      `${open}const { user, tag } = prisma;\nawait user.count({ where: {} });\nawait tag.findMany();`,
      ["4:7 select users", "5:7 select Tag"],
    ],
    [
      "a model handed over by its type",
      `import type { Prisma } from "@prisma/client";\nexport const list = (users: Prisma.UserDelegate) => users.findMany();`,
      ["2:53 select users"],
    ],
    [
      "a client in CommonJS",
      `const { PrismaClient } = require("@prisma/client");\nconst db = new PrismaClient();\ndb.user.findMany();`,
      ["3:4 select users"],
    ],
    [
      "a client kept between reloads",
      `import { PrismaClient } from "@prisma/client";\nconst kept = globalThis as unknown as { prisma?: PrismaClient };\nexport const db = kept.prisma ?? new PrismaClient();\nawait db.user.findMany();`,
      ["4:10 select users"],
    ],
    [
      "a client from another module",
      `import { db as client } from "./db.ts";\nawait client.user.findMany();`,
      ["2:14 select users"],
    ],
    ["a client made once", `import { once } from "./db.ts";\nawait once.tag.count();`, ["2:12 select Tag"]],
    [
      "a client that a function makes",
      `import { connect } from "./db.ts";\nawait connect().user.findMany();`,
      ["2:17 select users"],
    ],
    [
      "a client injected into a class",
      `import { PrismaService } from "./db.ts";\nexport class Users {\n  constructor(private readonly store: PrismaService) {}\n  async add(row) {\n    await this.store.user.create(row);\n    await this.store.$transaction(async (tx) => tx.tag.create(row));\n  }\n}`,
      ["5:22 insert users", "6:52 insert Tag"],
    ],
    [
      "a client that is the class itself",
      `import { PrismaClient } from "@prisma/client";\nexport class Store extends PrismaClient {\n  clear() {\n    return this.$transaction([this.comment.deleteMany(), this.$executeRaw\`truncate posts\`]);\n  }\n}`,
      ["4:36 delete talk.comments", "4:84 truncate posts"],
    ],
    [
      "a client in a context",
      `export const list = ({ ctx }) => ctx.prisma.user.findMany();\nexport const add = (ctx, data) => ctx.db.tag.create({ data });`,
      ["1:45 select users", "2:42 insert Tag"],
    ],
    [
      "others' methods",
      `const seen = new Map();\nseen.delete("a");\nexport const others = [api.user.findMany(), cache.user.delete("a"), form.tag.update("b"), page.user.count(), Object.create({ data: 1 })];`,
      [],
    ],
    [
      "mocks",
      `prisma.user.findMany.mockResolvedValue([]);\nexpect(prisma.user.create).toHaveBeenCalledWith({ data: {} });`,
      [],
    ],
    [
      "raw SQL",
      `${open}await prisma.$queryRaw<User[]>\`select * from users where id = \${1}\`;`,
      ["3:46 select users"],
    ],
    [
      "raw SQL as text",
      `${open}await prisma.$executeRawUnsafe("delete from posts where id = $1", 1);`,
      ["3:45 delete posts"],
    ],
    [
      "raw SQL with the table in a constant",
      `${open}const table = "posts";\nawait prisma.$executeRawUnsafe(\`truncate table "\${table}" cascade\`);`,
      ["4:48 truncate posts"],
    ],
    [
      "raw SQL that nobody knows",
      `${open}export const run = (text: string) => prisma.$queryRawUnsafe(text);`,
      ["3:61 ? ? `text` is a parameter of run"],
    ],
    [
      "raw SQL from pieces",
      `${open}const active = Prisma.sql\`where exists (select 1 from posts)\`;\nawait prisma.$queryRaw(Prisma.sql\`select * from users \${deep ? active : Prisma.empty}\`);`,
      ["3:55 select posts", "4:49 select users"],
    ],
    [
      "raw SQL from a list of pieces",
      `${open}const all = [Prisma.sql\`id = 1\`, Prisma.sql\`exists (select 1 from posts)\`];\nawait prisma.$queryRaw\`select * from users where \${Prisma.join(all, " and ")} and id in (\${Prisma.join([1, 2])})\`;`,
      ["3:67 select posts", "4:38 select users"],
    ],
    [
      "a table as raw text",
      `${open}await prisma.$queryRaw\`select * from \${Prisma.raw("users")}\`;`,
      ["3:52 select users"],
    ],
    [
      "raw SQL on whatever it is",
      `export const check = (request) => request.server.db.$queryRaw\`select id from users\`;`,
      ["1:78 select users"],
    ],
    [
      "an address in code",
      `import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient({ datasources: { db: { url: process.env.APP_DATABASE_URL } } });`,
      ["open APP_DATABASE_URL"],
    ],
    [
      "an address by its other key",
      `import { PrismaClient } from "@prisma/client";\nconst datasourceUrl = process.env.APP_DATABASE_URL;\nif (!datasourceUrl) throw new Error("APP_DATABASE_URL is not set");\nexport const db = new PrismaClient({ datasourceUrl });`,
      ["open APP_DATABASE_URL checked"],
    ],
    [
      "a driver adapter",
      `import { PrismaPg } from "@prisma/adapter-pg";\nimport { PrismaClient } from "./generated/client.ts";\nconst adapter = new PrismaPg({ connectionString: process.env.APP_DATABASE_URL });\nexport const db = new PrismaClient({ adapter });\nawait db.user.findMany();`,
      ["5:10 select users", "open APP_DATABASE_URL"],
    ],
    [
      "a configuration",
      `import { defineConfig, env } from "prisma/config";\nexport default defineConfig({ datasource: { url: env("APP_DATABASE_URL") } });`,
      ["open APP_DATABASE_URL checked"],
    ],
  ],
  besideSchema,
);
