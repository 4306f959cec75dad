/** Names and members followed to what they stand for, across files. */
import { EACH } from "../code/expression-words.ts";
import type { ClassExpr, Expr, Span, TypeName } from "../model.ts";
import { substitute } from "./substitute.ts";
import { type Known, Trace } from "./trace.ts";

export type Either = Expr & { kind: "either" };

/** Follows a name into the module that exports it; null where it leads out of the workspace or in a circle. */
export interface Resolve {
  (expr: Expr & { kind: "import" }, depth: number): Expr | null;
  /** The SQL that a mapped table or column writes into a hole: `"shop"."orders"`; null for anything else. */
  mapped?: (expr: Expr) => string | null;
  /** The table's name that a mapper tells: `User.tableName`, `User.getTableName()`; null for anything else. */
  named?: (expr: Expr) => string | null;
  /** What the type checker knows of the expression at a place; null where it was not asked, or does not know. */
  typed?: (at: Span) => Expr | null;
  /** Set where it is written down from what answers follow. */
  trace?: Trace;
  /** What callers hand a parameter (or a property of it); null where nobody is known to call. */
  given?: (parameter: Expr & { kind: "parameter" }, path?: readonly string[]) => Either | null;
  /** A method of a class that a file declares; null where it has none of the name. */
  method?: (file: string, owner: string, name: string) => Expr | null;
  /** The classes that extend a class, directly or through others. */
  heirs?: (base: ClassExpr) => ClassExpr[];
}

/** Steps that a name is followed through. */
export const DEEPEST = 40;

/** The expression behind aliases, imports and members. */
export function follow(expr: Expr, resolve: Resolve, depth = 0): Expr {
  if (depth > DEEPEST) return expr;
  if (expr.kind === "alias") return follow(expr.of, resolve, depth + 1);
  const found =
    expr.kind === "import"
      ? resolve(expr, depth)
      : expr.kind === "member"
        ? memberOf(expr, resolve, depth + 1)
        : null;
  return found ? follow(found, resolve, depth + 1) : expr;
}

/** The value of a member, where its object is known. */
export function memberOf(expr: Expr & { kind: "member" }, resolve: Resolve, depth: number): Expr | null {
  const followed = follow(expr.of, resolve, depth);
  const of = expr.property === EACH ? (listed(followed, resolve, depth) ?? followed) : followed;
  if (of.kind === "object")
    return Object.hasOwn(of.entries, expr.property) ? (of.entries[expr.property] ?? null) : null;
  if (of.kind === "array" && of.items.length)
    return expr.property === EACH
      ? { kind: "either", options: of.items, at: expr.at }
      : (of.items[Number(expr.property)] ?? null);
  if (of.kind === "class")
    return of.members.find((member) => member.static && member.name === expr.property)?.init ?? null;
  if (of.kind === "either") return memberOfEither(of, expr, resolve, depth);
  // What a .sql file holds is read where it stands: (await import("./orders.sql")).default
  if (of.kind === "text" && of.runs.length === 0 && expr.property === "default") return of;
  if (of.kind === "new") return fieldOf(of, expr.property, resolve, depth + 1);
  if (of.kind === "import" && of.name === "*") return resolve({ ...of, name: expr.property }, depth);
  return null;
}

/** What is gone through of `new Map([["orders", 1]])`, and of `Object.keys(TABLES)` where another module says what is in it. */
function listed(of: Expr, resolve: Resolve, depth: number): Expr | null {
  const isGlobal = (expr: Expr, name: RegExp) => expr.kind === "unknown" && name.test(expr.reason);
  const [first] = of.kind === "new" || of.kind === "call" ? of.args : [];
  if (!first) return null;
  if (of.kind === "new") return isGlobal(of.callee, /^`(?:Map|Set)`/) ? follow(first, resolve, depth) : null;
  if (of.kind !== "call" || of.callee.kind !== "member" || !isGlobal(of.callee.of, /^`Object`/)) return null;
  const object = follow(first, resolve, depth);
  if (object.kind !== "object" || Object.hasOwn(object.entries, "...")) return null;
  const items = Object.entries(object.entries).map(([name, value]): Expr => {
    const at = object.keys[name] ?? value.at;
    const key: Expr = { kind: "text", runs: [{ kind: "text", text: name, at }], at };
    if (of.callee.kind === "member" && of.callee.property === "keys") return key;
    return of.callee.kind === "member" && of.callee.property === "entries"
      ? { kind: "array", items: [key, value], at }
      : value;
  });
  return { kind: "array", items, at: of.at };
}

type Members = WeakMap<Expr, Map<string, Known<Expr[]>>>;

const members = new WeakMap<Resolve, Members>();
const untraced = new Trace();

/** A member of any of the alternatives; alternatives of alternatives may be the same ones, and are asked once. */
function memberOfEither(
  of: Either,
  expr: Expr & { kind: "member" },
  resolve: Resolve,
  depth: number,
): Expr | null {
  const known: Members = members.get(resolve) ?? new WeakMap();
  members.set(resolve, known);
  const byMember = known.get(of) ?? new Map<string, Known<Expr[]>>();
  known.set(of, byMember);
  const id = `${depth} ${expr.property}`;
  const read = () => {
    const found = of.options.flatMap((option) => memberOf({ ...expr, of: option }, resolve, depth + 1) ?? []);
    return [...new Set(found)];
  };
  const options = (resolve.trace ?? untraced).once(byMember, id, [], read);
  return options.length ? { kind: "either", options, at: expr.at } : null;
}

/** What stands for the type parameters of a class, each where the class that extends it says so. */
type TypeArguments = ReadonlyMap<string, { type: TypeName; at: Span }>;

/** What an instance keeps in a field: its own, or one of a class that it extends, as the constructors fill it. */
function fieldOf(
  of: Expr & { kind: "new" },
  name: string,
  resolve: Resolve,
  depth: number,
  types: TypeArguments = new Map(),
): Expr | null {
  const made = depth > DEEPEST ? null : follow(of.callee, resolve, depth);
  if (made?.kind !== "class") return made && givenTo(of, name);
  const parameters = made.parameters ?? [];
  const field = made.members.find((member) => member.name === name && !member.static);
  if (field) {
    const { init, type } = field;
    const given = init && substitute(init, { parameters }, of.args);
    if (!type) return given;
    const closed = closedBy(type, types);
    // What is handed in is what its type says, unless the type leaves that open.
    const open = made.open !== undefined && (closed !== null || made.open.includes(type.name));
    // A repository that the constructor is handed is a client by its type.
    if (closed && init?.kind === "client" && !init.made) return { ...init, ...closed };
    if (init !== null && follow(init, resolve, depth).kind !== "parameter") return given;
    const handed = given && open ? follow(given, resolve, depth) : null;
    if (handed && handed.kind !== "parameter" && handed.kind !== "unknown") return given;
    return { kind: "typed", name, ...(closed ?? { type, at: field.at }) };
  }
  if (!made.extends) return null;
  const handed = made.superArgs?.map((arg) => substitute(arg, { parameters }, of.args));
  const parent = made.extendsArgs ? follow(made.extends, resolve, depth) : null;
  const theirs = new Map<string, { type: TypeName; at: Span }>();
  for (const [index, parameter] of (parent?.kind === "class" ? (parent.open ?? []) : []).entries()) {
    const type = made.extendsArgs?.[index];
    if (type) theirs.set(parameter, closedBy(type, types) ?? { type, at: made.at });
  }
  return fieldOf(
    { kind: "new", callee: made.extends, args: handed ?? of.args, at: of.at },
    name,
    resolve,
    depth + 1,
    theirs,
  );
}

/** A type with what stands for its parameters; null where it has none. */
function closedBy(type: TypeName, types: TypeArguments): { type: TypeName; at: Span } | null {
  const own = type.from === null ? types.get(type.name) : undefined;
  if (own) return own;
  let at: Span | null = null;
  const args = type.args.map((arg) => {
    const closed = closedBy(arg, types);
    at ??= closed?.at ?? null;
    return closed?.type ?? arg;
  });
  return at && { type: { ...type, args }, at };
}

/** A class that is not known keeps what its options say: `new ColumnSet(columns, { table: "orders" }).table`. */
function givenTo({ args }: Expr & { kind: "new" }, name: string): Expr | null {
  for (const arg of args) {
    const options = arg.kind === "alias" ? arg.of : arg;
    if (options.kind === "object" && Object.hasOwn(options.entries, name))
      return options.entries[name] ?? null;
  }
  return null;
}

/** Whether an expression is a piece of SQL, in one of its alternatives. @param met what was found to be none */
export function holdsSql(expr: Expr, resolve: Resolve, depth = 0, met = new Set<Expr>()): boolean {
  const inner = follow(expr, resolve);
  const next = (expr: Expr) => holdsSql(expr, resolve, depth + 1, met);
  if (depth > DEEPEST || met.has(inner)) return false;
  met.add(inner);
  if (inner.kind === "sql") return inner.hole !== "value" || inner.of.some(next);
  if (inner.kind === "call") {
    const fn = follow(inner.callee, resolve);
    return fn.kind === "function" && fn.result !== null && next(fn.result);
  }
  return inner.kind === "either" && inner.options.some(next);
}
