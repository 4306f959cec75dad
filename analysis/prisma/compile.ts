/**
 * One `.prisma` file in, its facts out. A model becomes a class whose decorators are its attributes,
 * so that it is linked like any other mapper's; what a schema says of its database becomes a
 * connection.
 */
import { hasHost, redact } from "../code/addresses.ts";
import { nextStatement, readIgnores } from "../ignores.ts";
import type { ClassExpr, ClassMember, Decorator, Expr, FileFacts, Span } from "../model.ts";
import { lineStarts, position } from "../places.ts";
import type { Argument, Attribute, Block, Field, Range, Value } from "./parser.ts";
import { parseSchema } from "./parser.ts";

/** File ending of the schemas. */
export const PRISMA = /\.prisma$/;

/** Decorators by which the linker knows what a class stands for; a `@` could not begin them in a schema. */
export const KIND = {
  model: "prisma model",
  view: "prisma view",
  join: "prisma join",
  datasource: "prisma datasource",
  generator: "prisma generator",
} as const;

/** Decorators of a field beside its attributes: where its type stands, and whether it is a list. */
export const TYPE = "type";
export const LIST = "list";

/** The schema language's own types: https://www.prisma.io/docs/orm/reference/prisma-schema-reference#model-field-scalar-types. */
const SCALARS: ReadonlySet<string> = new Set(
  "String Boolean Int BigInt Float Decimal DateTime Json Bytes Unsupported".split(" "),
);

/** The facts of a `schema.prisma`. */
export function compilePrisma(file: string, text: string): FileFacts {
  const starts = lineStarts(text);
  const schema = parseSchema(text);
  const span = (range: Range): Span => ({ file, start: range.start, end: range.end });
  const facts: FileFacts = {
    file,
    kind: "prisma",
    skimmed: false,
    importsByUse: true,
    lineStarts: starts,
    sites: [],
    sql: null,
    uses: [],
    chains: [],
    definitions: schema.blocks.flatMap((block) => definitionsOf(block, span)),
    connections: [],
    environment: [],
    addresses: [],
    commands: [],
    callOrder: {},
    imports: [],
    exports: exportsOf(schema.blocks, span),
    locals: {},
    ignores: readIgnores(
      schema.comments.map((comment) => ({ text: comment.text, at: span(comment) })),
      nextStatement(
        schema.blocks.flatMap(({ whole, fields }) => [whole, ...fields.map((field) => field.whole)]),
      ),
    ),
    problems: schema.faults.map(({ message, start }) => ({ file, message, ...position(starts, start) })),
  };
  for (const block of schema.blocks) if (block.keyword === "datasource") readDatasource(block, facts, span);
  return facts;
}

type ToSpan = (range: Range) => Span;

function definitionsOf(block: Block, span: ToSpan): ClassExpr[] {
  const { keyword, name, at, fields, attributes, settings } = block;
  if (!Object.hasOwn(KIND, keyword)) return [];
  const kind = KIND[keyword as keyof typeof KIND];
  const whole: ClassExpr = {
    kind: "class",
    name,
    extends: null,
    decorators: [
      { name: kind, args: argumentsOf(settings, span), at: span(at) },
      ...attributes.map((attribute) => decoratorOf(attribute, span)),
    ],
    members: fields.flatMap((field) => memberOf(field, span)),
    at: span(at),
  };
  // Each list may be one end of a table that nobody writes down.
  const joins = fields.flatMap(({ name: field, type }): ClassExpr[] =>
    type?.list && !SCALARS.has(type.name)
      ? [
          {
            kind: "class",
            name: `${name}.${field}`,
            extends: null,
            decorators: [{ name: KIND.join, args: [], at: span(type.at) }],
            members: [],
            at: span(type.at),
          },
        ]
      : [],
  );
  return [whole, ...joins];
}

function memberOf({ name, at, type, attributes }: Field, span: ToSpan): ClassMember[] {
  if (!type) return [];
  const mark = (mark: string): Decorator => ({ name: mark, args: [], at: span(type.at) });
  return [
    {
      name,
      type: { name: type.name, from: null, args: [] },
      init: null,
      static: false,
      decorators: [
        mark(TYPE),
        ...(type.list ? [mark(LIST)] : []),
        ...attributes.map((attribute) => decoratorOf(attribute, span)),
      ],
      at: span(at),
    },
  ];
}

function decoratorOf({ name, args, at }: Attribute, span: ToSpan): Decorator {
  return { name, args: argumentsOf(args, span), at: span(at) };
}

/** Arguments by place, and behind them one object of those by name. */
function argumentsOf(args: readonly Argument[], span: ToSpan): Expr[] {
  const entries: Record<string, Expr> = {};
  const keys: Record<string, Span> = {};
  const found: Expr[] = [];
  for (const { name, value } of args) {
    const expr = expressionOf(value, span);
    if (name === null) found.push(expr);
    else {
      entries[name] = expr;
      keys[name] = span(value.at);
    }
  }
  const [first] = args;
  if (first && Object.keys(entries).length)
    found.push({ kind: "object", entries, keys, at: span(first.value.at) });
  return found;
}

function expressionOf(value: Value, span: ToSpan): Expr {
  const at = span(value.at);
  if (value.kind === "list")
    return { kind: "array", items: value.items.map((item) => expressionOf(item, span)), at };
  const [variable] = value.kind === "call" && value.name === "env" ? value.args : [];
  if (variable?.value.kind === "string")
    return { kind: "env", variable: variable.value.text, checked: true, at };
  if (value.kind === "call") return { kind: "unknown", reason: `the result of ${value.name}()`, at };
  return textOf(value.text, value.kind === "string" ? inside(at) : at);
}

function textOf(text: string, at: Span): Expr {
  return { kind: "text", runs: [{ kind: "text", text, at }], at };
}

/** Within the quotes. */
function inside({ file, start, end }: Span): Span {
  return { file, start: start + 1, end: end - 1 };
}

/**
 * What code imports from the generated client: https://www.prisma.io/docs/orm/prisma-client. The class
 * stands for the schema that it is generated from.
 */
function exportsOf(blocks: readonly Block[], span: ToSpan): FileFacts["exports"] {
  const source = blocks.find(({ keyword }) => keyword === "datasource") ?? blocks[0];
  const at = span(source?.at ?? { start: 0, end: 0 });
  const object = (entries: Record<string, Expr>): Expr => ({ kind: "object", entries, keys: {}, at });
  const enums = Object.fromEntries(
    blocks.flatMap(({ keyword, name, fields }) =>
      keyword === "enum"
        ? [
            [
              name,
              object(
                Object.fromEntries(
                  fields.map((value) => [value.name, textOf(value.name, span(value.at))] as const),
                ),
              ),
            ] as const,
          ]
        : [],
    ),
  );
  const own: Record<string, Expr> = {
    ...enums,
    $Enums: object(enums),
    PrismaClient: { kind: "client", adapter: "prisma", at },
    Prisma: object({ empty: { kind: "text", runs: [], at } }),
  };
  return { ...own, default: object(own) };
}

/** Where the database is; the client and its migrations refuse to start while a variable is not set. */
function readDatasource({ settings }: Block, facts: FileFacts, span: ToSpan): void {
  for (const { name, value } of settings) {
    if (name !== "url" && name !== "directUrl" && name !== "shadowDatabaseUrl") continue;
    const address = expressionOf(value, span);
    const { at } = address;
    if (address.kind === "env") facts.environment.push({ variable: address.variable, at, defaultUrl: null });
    const text = address.kind === "text" ? address.runs.map((run) => run.text).join("") : "";
    if (hasHost(text)) facts.addresses.push({ text: redact(text), at });
    // The shadow is a database of the developer's own.
    if (name === "shadowDatabaseUrl") continue;
    facts.connections.push({ client: "prisma", address, variables: [], at, enclosing: null });
  }
}
