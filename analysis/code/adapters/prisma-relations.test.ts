/** Tables that an operation reaches along relations; one row a form. */

import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { besideSchema } from "../../../fixtures/prisma.ts";
import { prisma } from "./prisma.ts";

const open = `import { Prisma, PrismaClient } from "@prisma/client";\nconst prisma = new PrismaClient();\n`;

testAdapter(
  prisma,
  [
    [
      "an include",
      `${open}await prisma.user.findMany({ include: { posts: true, profile: { include: { user: true } } } });`,
      ["3:14 select users", "3:41 select posts", "3:54 select profiles", "3:76 select users"],
    ],
    [
      "a relation selected among columns",
      `${open}await prisma.post.findMany({ select: { id: true, author: { select: { email: true } } } });`,
      ["3:14 select posts", "3:50 select users"],
    ],
    [
      "a relation left out",
      `${open}await prisma.post.findMany({ include: { author: false, comments: undefined } });`,
      ["3:14 select posts"],
    ],
    [
      "a table between two models",
      `${open}await prisma.post.findMany({ include: { tags: true } });`,
      ["3:14 select posts", "3:41 select Tag", "3:41 select _PostToTag"],
    ],
    [
      "a model related to itself over a table",
      `${open}await prisma.user.findMany({ select: { friends: true } });`,
      ["3:14 select users", "3:40 select users", "3:40 select _friends"],
    ],
    [
      "counts of relations",
      `${open}await prisma.post.findMany({ include: { _count: { select: { comments: { where: { post: { title: "a" } } } } } } });`,
      ["3:14 select posts", "3:61 select talk.comments", "3:82 select posts"],
    ],
    [
      "counts of all lists",
      `${open}await prisma.post.findMany({ select: { _count: true } });`,
      ["3:14 select posts", "3:40 select Tag", "3:40 select _PostToTag", "3:40 select talk.comments"],
    ],
    [
      "filters on relations",
      `${open}await prisma.user.findMany({ where: { OR: [{ posts: { some: { tags: { none: {} } } } }, { NOT: { profile: { is: { bio: "a" } } } }] } });`,
      [
        "3:14 select users",
        "3:46 select posts",
        "3:63 select Tag",
        "3:63 select _PostToTag",
        "3:98 select profiles",
      ],
    ],
    [
      "a filter on a relation itself",
      `${open}await prisma.post.count({ where: { author: { email: "a" } } });`,
      ["3:14 select posts", "3:36 select users"],
    ],
    [
      "a filter on the key alone",
      `${open}await prisma.post.findMany({ where: { reviewer: null, authorId: 1 } });`,
      ["3:14 select posts"],
    ],
    [
      "an order by relations",
      `${open}await prisma.post.findMany({ orderBy: [{ author: { email: "asc" } }, { comments: { _count: "desc" } }] });`,
      ["3:14 select posts", "3:42 select users", "3:72 select talk.comments"],
    ],
    [
      "relations as methods",
      `${open}await prisma.user.findUnique({ where: { id: 1 } }).posts({ include: { comments: true } });`,
      ["3:14 select users", "3:52 select posts", "3:71 select talk.comments"],
    ],
    [
      "creations within a creation",
      `${open}await prisma.user.create({ data: { email: "a", profile: { create: { bio: "b" } }, posts: { create: [{ title: "c", comments: { createMany: { data: [] } } }] } } });`,
      ["3:14 insert users", "3:48 insert profiles", "3:83 insert posts", "3:115 insert talk.comments"],
    ],
    [
      "a connection whose key is the row's own",
      `${open}await prisma.post.create({ data: { title: "a", author: { connect: { id: 1 } } } });`,
      ["3:14 insert posts", "3:48 select users"],
    ],
    [
      "a connection whose key is the other row's",
      `${open}await prisma.user.update({ where: { id: 1 }, data: { posts: { connect: [{ id: 2 }] } } });`,
      ["3:14 update users", "3:54 update posts"],
    ],
    [
      "connections over a table between",
      `${open}await prisma.post.update({ where: { id: 1 }, data: { tags: { connect: { id: 1 }, set: [] } } });`,
      ["3:14 update posts", "3:54 select Tag", "3:54 insert _PostToTag", "3:54 update _PostToTag"],
    ],
    [
      "connect or create",
      `${open}await prisma.post.create({ data: { tags: { connectOrCreate: { where: { id: 1 }, create: { name: "a" } } } } });`,
      ["3:14 insert posts", "3:36 insert Tag", "3:36 insert _PostToTag"],
    ],
    [
      "updates and deletions within an update",
      `${open}await prisma.post.update({ where: { id: 1 }, data: { comments: { updateMany: { where: {}, data: {} }, deleteMany: {} }, author: { update: { profile: { delete: true } } } } });`,
      [
        "3:14 update posts",
        "3:54 update talk.comments",
        "3:54 delete talk.comments",
        "3:121 update users",
        "3:141 delete profiles",
      ],
    ],
    [
      "an upsert within both halves of an upsert",
      `${open}await prisma.user.upsert({ where: { id: 1 }, create: { profile: { create: {} } }, update: { profile: { upsert: { create: {}, update: {} } } } });`,
      ["3:14 insert users", "3:56 insert profiles", "3:93 insert profiles"],
    ],
    [
      "disconnections",
      `${open}await prisma.post.update({ where: { id: 1 }, data: { reviewer: { disconnect: true }, tags: { disconnect: { id: 1 } } } });`,
      ["3:14 update posts", "3:54 select users", "3:86 select Tag", "3:86 delete _PostToTag"],
    ],
    [
      "rows made of a list",
      `${open}export const save = (names: string[]) => prisma.post.create({ data: { title: "a", tags: { create: names.map((name) => ({ name, posts: { connect: { id: 1 } } })) } } });`,
      [
        "3:49 insert posts",
        "3:83 insert Tag",
        "3:83 insert _PostToTag",
        "3:128 select posts",
        "3:128 insert _PostToTag",
      ],
    ],
    [
      "rows made of a list that nobody knows",
      `${open}export const save = (given: Given) => {\n  const { names, ...rest } = given;\n  return prisma.post.create({ data: { ...rest, tags: { create: names.map((name) => ({ posts: { connect: { id: 1 } } })) } } });\n};`,
      [
        "5:17 insert posts",
        "5:48 insert Tag",
        "5:48 insert _PostToTag",
        "5:87 select posts",
        "5:87 insert _PostToTag",
      ],
    ],
    [
      "data that another function makes",
      `${open}const row = (bio: string) => ({ email: "a", profile: { create: { bio } } });\nawait prisma.user.create({ data: row("b") });`,
      ["3:45 insert profiles", "4:14 insert users"],
    ],
    [
      "data that a method makes",
      `${open}export class Users {\n  row() {\n    return { profile: { create: { bio: "b" } } };\n  }\n  save() {\n    return prisma.user.create({ data: this.row() });\n  }\n}`,
      ["5:14 insert profiles", "8:19 insert users"],
    ],
    [
      "an include in a constant",
      `${open}const include = { posts: true } satisfies Prisma.UserInclude;\nawait prisma.user.findMany({ include });`,
      ["3:19 select posts", "4:14 select users"],
    ],
    [
      "an include that is checked",
      `${open}const include = Prisma.validator<Prisma.UserInclude>()({ posts: true });\nawait prisma.user.findMany({ include });`,
      ["3:58 select posts", "4:14 select users"],
    ],
    [
      "an include spread into another",
      `${open}const base = { include: { posts: true }, take: 1 };\nawait prisma.user.findMany({ ...base });\nawait prisma.user.findMany({ ...base, include: { profile: true } });`,
      ["3:27 select posts", "4:14 select users", "5:14 select users", "5:50 select profiles"],
    ],
    [
      "relations under a condition",
      `${open}await prisma.user.findMany({ include: { posts: deep ? { include: { tags: true } } : false, ...(deep && { profile: true }) } });`,
      [
        "3:14 select users",
        "3:41 select posts",
        "3:68 select Tag",
        "3:68 select _PostToTag",
        "3:106 select profiles",
      ],
    ],
    [
      "a filter put together in steps",
      `${open}const where: Prisma.UserWhereInput = { OR: [] };\nif (deep) where.profile = { bio: "a" };\nwhere.OR.push({ posts: { some: {} } });\nawait prisma.user.findMany({ where });`,
      ["4:17 select profiles", "5:17 select posts", "6:14 select users"],
    ],
    [
      "an include that a caller hands over",
      `${open}const find = (include: Prisma.UserInclude) => prisma.user.findMany({ include });\nawait find({ posts: true });`,
      ["3:54 select users", "4:14 select posts"],
    ],
    [
      "arguments that a caller hands over",
      `${open}const find = (args: Prisma.UserFindManyArgs) => prisma.user.findMany(args);\nawait find({ include: { posts: true } });`,
      ["3:56 select users", "4:25 select posts"],
    ],
    [
      "an include that nobody knows",
      `${open}export const find = (include: Prisma.UserInclude) => prisma.user.findMany({ include });`,
      [
        "3:61 select users",
        "3:77 select ? which relations `include` reads is not known: `include` is a parameter of find",
      ],
    ],
    [
      "arguments that nobody knows",
      `${open}export const find = (args: Prisma.UserFindManyArgs) => prisma.user.findMany(args);`,
      ["3:63 select users"],
    ],
  ],
  besideSchema,
);
