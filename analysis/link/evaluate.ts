/**
 * From expressions to SQL text with typed holes.
 *
 * Alternatives (`cond ? a : b`) are not multiplied out: the first reading takes each one's first
 * option that says anything, and every other option gets one reading of its own with all else
 * unchanged. That reads every table each option names, in linear time.
 */
import { adapters } from "../code/adapters/mod.ts";
import { EACH } from "../code/expression-words.ts";
import { VERB } from "../code/opening.ts";
import type { Expr, HoleType, Span, SqlPiece, TextRun } from "../model.ts";
import { substitute } from "./substitute.ts";

/** Follows a name into the module that exports it; null where it leads out of the workspace or in a circle. */
export interface Resolve {
  (expr: Expr & { kind: "import" }, depth: number): Expr | null;
  /** The SQL that a mapped table or column writes into a hole: `"shop"."orders"`; null for anything else. */
  mapped?: (expr: Expr) => string | null;
  /** The table's name that a mapper tells: `User.tableName`, `User.getTableName()`; null for anything else. */
  named?: (expr: Expr) => string | null;
  /** What the type checker knows of the expression at a place; null where it was not asked, or does not know. */
  typed?: (at: Span) => Expr | null;
  /** What callers hand a parameter (or a property of it); null where nobody is known to call. */
  given?: (parameter: Expr & { kind: "parameter" }, path?: readonly string[]) => Either | null;
}

/** Readings of one expression beyond this many are left out, and said to be. */
const MOST_READINGS = 256;
const DEEPEST = 40;

/** Calls whose results one expression may be put together from. */
const MOST_RESULTS = 100;

/** Calls that a parameter is followed through: two pay, a third found nothing more. */
const MOST_CALLS_DEEP = 2;

export interface Readings {
  /** Each one whole: the text with its holes. */
  readings: SqlPiece[][];
  /** Templates that were composed into one of the readings. */
  composed: Span[];
  /** Alternatives that were left out. */
  unread: number;
}

export function evaluate(expr: Expr, resolve: Resolve): Readings {
  const composed: Span[] = [];
  const readings: SqlPiece[][] = [];
  const queued = new Set<string>();
  const results = new Map<Expr, Expr | null>();
  const queue: Map<string, number>[] = [new Map()];
  while (queue.length && readings.length < MOST_READINGS) {
    const chosen = queue.shift() ?? new Map<string, number>();
    const pieces = new Builder(resolve, composed, results, (either) => {
      const id = identity(either);
      const given = chosen.get(id);
      if (given !== undefined) return given;
      const first = Math.max(
        0,
        either.options.findIndex((option) => !isBlank(option)),
      );
      if (!queued.has(id)) {
        queued.add(id);
        either.options.forEach((_, index) => {
          if (index !== first) queue.push(new Map(chosen).set(id, index));
        });
      }
      return first;
    }).build(expr);
    readings.push(pieces);
  }
  return { readings, composed, unread: queue.length };
}

/** The text of an expression that has no holes and no alternatives; null otherwise. */
export function constantText(expr: Expr, resolve: Resolve): string | null {
  const { readings } = evaluate(expr, resolve);
  const [only] = readings;
  if (readings.length !== 1 || !only?.every((piece) => piece.kind === "text")) return null;
  return only.map((piece) => (piece as TextRun).text).join("");
}

type Either = Expr & { kind: "either" };

const identities = new WeakMap<Either, string>();

/** Alternatives are told apart by where they stand: what is followed anew is another object each time. */
function identity(either: Either): string {
  let id = identities.get(either);
  if (id === undefined) {
    id = [either.at, ...either.options.map(({ at }) => at)].map(key).join();
    identities.set(either, id);
  }
  return id;
}

function key({ file, start, end }: Span): string {
  return `${file}:${start}:${end}`;
}

const byName = new Map(adapters.map((adapter) => [adapter.name, adapter]));
const packages = new Set(adapters.flatMap((adapter) => adapter.packages));

class Builder {
  private readonly results: Map<Expr, Expr | null>;
  private depth = 0;
  private callsDeep = 0;
  private readonly resolve: Resolve;
  private readonly composed: Span[];
  private readonly choose: (either: Either) => number;

  /** @param results what calls make, the same for every reading */
  constructor(
    resolve: Resolve,
    composed: Span[],
    results: Map<Expr, Expr | null>,
    choose: (either: Either) => number,
  ) {
    this.resolve = resolve;
    this.results = results;
    this.composed = composed;
    this.choose = choose;
  }

  build(expr: Expr): SqlPiece[] {
    if (this.depth > DEEPEST) return [hole("unknown", "it is built in too many steps to follow", expr.at)];
    this.depth++;
    try {
      const pieces = this.pieces(expr);
      const [only] = pieces;
      const open = pieces.length === 1 && only?.kind === "hole" && only.hole === "unknown";
      const typed = open ? this.resolve.typed?.(only.at) : null;
      return typed ? this.pieces(typed) : pieces;
    } finally {
      this.depth--;
    }
  }

  private pieces(expr: Expr): SqlPiece[] {
    switch (expr.kind) {
      case "text":
        return expr.runs;
      case "concat":
        return expr.parts.flatMap((part) => this.build(part));
      case "either": {
        const option = expr.options[this.choose(expr)];
        return option ? this.build(option) : [];
      }
      case "alias":
        return usedAt(this.build(expr.of), expr.at);
      case "sql":
        return this.sql(expr);
      case "import": {
        if (isEmptySql(expr)) return [];
        const found = this.resolve(expr, this.depth);
        return found ? usedAt(this.build(found), expr.at) : [hole("unknown", outsideReason(expr), expr.at)];
      }
      case "member": {
        if (isEmptySql(expr)) return [];
        const named = this.resolve.named?.(expr) ?? null;
        if (named !== null) return [{ kind: "text", text: named, at: expr.at }];
        const found = memberOf(expr, this.resolve, this.depth);
        const owner = found ? null : this.strip(expr.of);
        if (owner?.kind === "parameter") return this.given(owner, [expr.property], expr);
        if (found) return usedAt(this.build(found), expr.at);
        const entry = owner?.kind === "call" ? this.ofResult(expr, owner) : null;
        return entry ?? [hole("unknown", memberReason(expr), expr.at)];
      }
      case "parameter":
        return this.given(expr, [], expr);
      case "env":
        return [hole("unknown", `\`${expr.variable}\` is an environment variable`, expr.at)];
      case "call": {
        const named = this.resolve.named?.(expr) ?? null;
        return named === null ? this.called(expr) : [{ kind: "text", text: named, at: expr.at }];
      }
      case "typed": {
        const allowed = this.allowed(expr, []);
        if (allowed) return usedAt(this.build(allowed), expr.at);
        return [hole("unknown", `\`${expr.name}\` is not known before it runs`, expr.at)];
      }
      case "new":
      case "function":
      case "class":
        return [hole("unknown", "it is no text", expr.at)];
      case "client":
        return [hole("unknown", "it is a client, not SQL", expr.at)];
      case "array":
        return [hole("unknown", "it is a list", expr.at)];
      case "object":
        return [hole("fragment", "it is an object", expr.at)];
      case "unknown":
        // undefined, null and the like: no text that could name anything.
        return [hole(isBlank(expr) ? "value" : "unknown", expr.reason, expr.at)];
    }
  }

  /** A parameter (or a property of one): what its callers hand it, else a hole that says whose it is. */
  private given(parameter: Expr & { kind: "parameter" }, path: readonly string[], use: Expr): SqlPiece[] {
    const allowed = this.allowed(parameter, path);
    if (allowed) return usedAt(this.build(allowed), use.at);
    const found = this.callsDeep < MOST_CALLS_DEEP ? this.resolve.given?.(parameter, path) : null;
    if (!found) return [hole("unknown", parameterReason(parameter, path), use.at)];
    const option = found.options[this.choose(found)];
    if (!option) return [];
    this.callsDeep++;
    try {
      return usedAt(this.build(option), { ...use.at, handed: option.at });
    } finally {
      this.callsDeep--;
    }
  }

  /** The texts that a parameter's type, or that of a property, allows where another module declares it. */
  private allowed({ allows }: Expr & { kind: "parameter" | "typed" }, path: readonly string[]): Expr | null {
    if (!allows) return null;
    const type = path.reduce<Expr>((of, property) => ({ kind: "member", of, property, at: of.at }), allows);
    const found = this.strip(type);
    // An enum is an object of its texts.
    const options =
      found.kind === "either" ? found.options : found.kind === "object" ? Object.values(found.entries) : [];
    if (options.length === 0 || options.some((option) => this.strip(option).kind !== "text")) return null;
    return found.kind === "either" ? found : { kind: "either", options, at: found.at };
  }

  /** What another module's function returns, where it is one expression. */
  private called(expr: Expr & { kind: "call" }): SqlPiece[] {
    const made = this.callsDeep < MOST_CALLS_DEEP ? this.made(expr) : null;
    if (!made) return [hole("unknown", expr.reason, expr.at)];
    this.callsDeep++;
    try {
      return usedAt(this.build(made), expr.at);
    } finally {
      this.callsDeep--;
    }
  }

  /** An entry of the object that a function returns: `const { joins } = parseFilters(…)`. */
  private ofResult(expr: Expr & { kind: "member" }, call: Expr): SqlPiece[] | null {
    const made = this.callsDeep < MOST_CALLS_DEEP ? this.made(call) : null;
    const found = made && memberOf({ ...expr, of: made }, this.resolve, this.depth);
    if (!found) return null;
    this.callsDeep++;
    try {
      return usedAt(this.build(found), expr.at);
    } finally {
      this.callsDeep--;
    }
  }

  private sql(expr: Expr & { kind: "sql" }): SqlPiece[] {
    const [first] = expr.of;
    if (!first) return [];
    if (expr.hole === "identifier") return this.identifier(first, expr);
    if (expr.hole === "fragment") {
      const inner = this.strip(first);
      // sql.join([sql`select …`, sql`from …`], sql` `): a statement in parts; other lists are values or columns.
      const parts =
        inner.kind === "array" && inner.items.every((item) => this.isPiece(item)) ? inner.items : [];
      const before = this.composed.length;
      const joined = this.joined(parts, expr.of[1]);
      if (joined[0]?.kind === "text" && VERB.test(joined[0].text)) return joined;
      // What is not used here is still to be read where it stands.
      this.composed.length = before;
      if (inner.kind === "object" || inner.kind === "array")
        return [hole("fragment", "it is made from values", expr.at)];
      this.composed.push(expr.at);
      return this.build(first);
    }
    // A bound value, unless what stands there is SQL itself.
    if (isEmptySql(first) || this.holdsSql(first)) return this.build(first);
    const made = this.made(this.strip(first));
    if (made && this.holdsSql(made)) return this.build(made);
    const mapped = this.resolve.mapped?.(first) ?? null;
    if (mapped !== null) return [{ kind: "text", text: mapped, at: expr.at }];
    const inner = this.strip(first);
    // Nearly every parameter here is a value; its callers are not asked.
    if (inner.kind === "parameter") return [hole("unknown", parameterReason(inner, []), expr.at)];
    const [reason] = this.build(inner).flatMap((piece) => (piece.kind === "hole" ? [piece.reason] : []));
    const open =
      inner.kind === "call" || inner.kind === "unknown" || inner.kind === "import" || inner.kind === "member";
    return [hole(open ? "unknown" : "value", reason ?? "it is bound as a value", expr.at)];
  }

  /** What a call makes, where another module says what is called: a client's piece of SQL, or a function's result. */
  private made(expr: Expr): Expr | null {
    if (expr.kind !== "call") return null;
    const known = this.results.get(expr);
    if (known !== undefined) return known;
    // A function that calls itself would never come to an end.
    this.results.set(expr, null);
    if (this.results.size > MOST_RESULTS) return null;
    const callee = this.strip(expr.callee);
    const on = callee.kind === "member" ? this.strip(callee.of) : callee;
    let found: Expr | null = null;
    if (on.kind === "client") {
      const form = callee.kind === "member" ? "method" : "call";
      const method = callee.kind === "member" ? callee.property : "";
      const said = byName.get(on.adapter)?.read({ form, method, args: expr.args });
      if (said?.kind === "piece") found = { kind: "sql", hole: said.hole, of: said.of, at: expr.at };
      if (said?.kind === "query") found = { kind: "sql", hole: "fragment", of: [said.text], at: expr.at };
    } else if (callee.kind === "function" && callee.result) {
      found = substitute(callee.result, callee, expr.args);
    }
    this.results.set(expr, found);
    return found;
  }

  /** `sql("a.b")` and `sql(["a", "b"])`: quoted, a dot parts schema and name. */
  private identifier(given: Expr, expr: Expr & { kind: "sql" }): SqlPiece[] {
    const inner = this.strip(given);
    if (inner.kind === "either") {
      const option = inner.options[this.choose(inner)];
      return option ? this.identifier(option, expr) : [];
    }
    if (inner.kind === "sql") return this.build(inner);
    const allowed = inner.kind === "parameter" || inner.kind === "typed" ? this.allowed(inner, []) : null;
    if (allowed) return this.identifier(allowed, expr);
    if (inner.kind === "parameter" && this.callsDeep < MOST_CALLS_DEEP && expr.of.length === 1) {
      const found = this.resolve.given?.(inner) ?? null;
      const option = found?.options[this.choose(found)];
      if (option) {
        this.callsDeep++;
        try {
          return this.identifier(option, { ...expr, at: { ...expr.at, handed: option.at } });
        } finally {
          this.callsDeep--;
        }
      }
    }
    if (inner.kind === "object" || expr.of.length > 1)
      return [hole("fragment", "it is made from values", expr.at)];
    const items = inner.kind === "array" ? inner.items : [inner];
    if (items.some((item) => this.strip(item).kind === "object"))
      return [hole("fragment", "it is made from values", expr.at)];
    // Columns or values, as its place asks for: no table is named by a list.
    if (inner.kind === "array") return [hole("unknown", "it is a list of columns or values", expr.at)];
    const texts: string[] = [];
    for (const item of items) {
      const pieces = this.build(item);
      const unknown = pieces.find((piece) => piece.kind === "hole");
      if (unknown?.kind === "hole") {
        const typed = this.resolve.typed?.(expr.at);
        return typed ? this.identifier(typed, expr) : [hole("unknown", unknown.reason, expr.at)];
      }
      const name = pieces.map((piece) => (piece as TextRun).text).join("");
      texts.push(
        name
          .split(".")
          .map((part) => `"${part.replaceAll('"', '""')}"`)
          .join("."),
      );
    }
    // A literal is reported where it stands, a constant where it is used.
    const [written] = expr.of;
    const direct = written === given || (written?.kind === "either" && written.options.includes(given));
    const only = given.kind === "array" && items.length === 1 ? given.items[0] : given;
    const [run, more] = direct && only?.kind === "text" ? only.runs : [];
    return [{ kind: "text", text: texts.join(", "), at: run && !more ? run.at : expr.at }];
  }

  private isPiece(expr: Expr): boolean {
    const inner = this.strip(expr);
    return inner.kind === "sql" && inner.hole === "fragment";
  }

  private joined(items: readonly Expr[], separator: Expr | undefined): SqlPiece[] {
    const between = (at: Span): SqlPiece[] =>
      separator ? this.build(separator) : [{ kind: "text", text: ", ", at: { ...at, end: at.start } }];
    return items.flatMap((item, index) => [...(index > 0 ? between(item.at) : []), ...this.build(item)]);
  }

  private strip(expr: Expr): Expr {
    return follow(expr, this.resolve);
  }

  /** @param met functions and alternatives that were found to hold none */
  private holdsSql(expr: Expr, depth = 0, met = new Set<Expr>()): boolean {
    const inner = this.strip(expr);
    if (depth > DEEPEST || met.has(inner)) return false;
    met.add(inner);
    if (inner.kind === "sql")
      return inner.hole !== "value" || inner.of.some((item) => this.holdsSql(item, depth + 1, met));
    if (inner.kind === "call") {
      const fn = this.strip(inner.callee);
      return fn.kind === "function" && fn.result !== null && this.holdsSql(fn.result, depth + 1, met);
    }
    return inner.kind === "either" && inner.options.some((option) => this.holdsSql(option, depth + 1, met));
  }
}

function outsideReason({ name, specifier }: Expr & { kind: "import" }): string {
  return /\.sql$/i.test(specifier)
    ? `${specifier.replace(/^\.\//, "")} is not in the workspace`
    : `\`${name}\` comes from ${specifier}`;
}

function memberReason({ property }: Expr & { kind: "member" }): string {
  return property === EACH
    ? "what the list holds is not known before it runs"
    : `\`${property}\` is not known before it runs`;
}

function parameterReason(
  { name, function: owner }: Expr & { kind: "parameter" },
  path: readonly string[],
): string {
  const of = owner && !owner.endsWith("constructor") ? ` of ${owner}` : "";
  return path.length
    ? `\`${name}.${path.join(".")}\` comes with a parameter${of}`
    : `\`${name}\` is a parameter${of}`;
}

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
function memberOf(expr: Expr & { kind: "member" }, resolve: Resolve, depth: number): Expr | null {
  const of = follow(expr.of, resolve, depth);
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

type Members = WeakMap<Expr, Map<string, Expr[]>>;

const members = new WeakMap<Resolve, Members>();

/** A member of any of the alternatives; alternatives of alternatives may be the same ones, and are asked once. */
function memberOfEither(
  of: Either,
  expr: Expr & { kind: "member" },
  resolve: Resolve,
  depth: number,
): Expr | null {
  const known: Members = members.get(resolve) ?? new WeakMap();
  members.set(resolve, known);
  const byMember = known.get(of) ?? new Map<string, Expr[]>();
  known.set(of, byMember);
  const id = `${depth} ${expr.property}`;
  let options = byMember.get(id);
  if (!options) {
    const found = of.options.flatMap((option) => memberOf({ ...expr, of: option }, resolve, depth + 1) ?? []);
    options = [...new Set(found)];
    byMember.set(id, options);
  }
  return options.length ? { kind: "either", options, at: expr.at } : null;
}

/** What an instance keeps in a field: its own, or one of a class that it extends, as the constructors fill it. */
function fieldOf(of: Expr & { kind: "new" }, name: string, resolve: Resolve, depth: number): Expr | null {
  const made = depth > DEEPEST ? null : follow(of.callee, resolve, depth);
  if (made?.kind !== "class") return null;
  const parameters = made.parameters ?? [];
  const field = made.members.find((member) => member.name === name && !member.static);
  if (field) {
    const { init, type } = field;
    // What is handed in is what its type says.
    if (type && (init === null || follow(init, resolve, depth).kind === "parameter"))
      return { kind: "typed", name, type, at: field.at };
    return init && substitute(init, { parameters }, of.args);
  }
  const handed = made.superArgs?.map((arg) => substitute(arg, { parameters }, of.args));
  return made.extends
    ? fieldOf(
        { kind: "new", callee: made.extends, args: handed ?? of.args, at: of.at },
        name,
        resolve,
        depth + 1,
      )
    : null;
}

function hole(kind: HoleType, reason: string, at: Span): SqlPiece {
  return { kind: "hole", hole: kind, reason, at };
}

/** A name or a hole found behind a constant is reported where the constant is used; longer text where it is written. */
function usedAt(pieces: SqlPiece[], place: Span): SqlPiece[] {
  const at = handedOn(
    place,
    pieces.map((piece) => piece.at),
  );
  if (pieces.length === 1 && pieces[0]?.kind === "hole") return [{ ...pieces[0], at }];
  if (!pieces.every((piece) => piece.kind === "text")) return pieces;
  const text = pieces.map((piece) => (piece as TextRun).text).join("");
  return /^[\w$".]+$/.test(text) ? [{ kind: "text", text, at }] : pieces;
}

/** A place at which others are used: what was handed to one of them stays the caller's. */
export function handedOn(at: Span, used: readonly Span[]): Span {
  const handed = used.find((span) => span.handed)?.handed;
  return handed ? { ...at, handed } : at;
}

/** `empty` of sql-template-tag, `Prisma.empty`: a piece without text. */
function isEmptySql(expr: Expr): boolean {
  if (expr.kind === "alias") return isEmptySql(expr.of);
  if (expr.kind === "import") return expr.name === "empty" && packages.has(expr.specifier);
  if (expr.kind !== "member" || expr.property !== "empty") return false;
  const of = expr.of.kind === "alias" ? expr.of.of : expr.of;
  return of.kind === "import" && (packages.has(of.specifier) || of.name === "Prisma");
}

function isBlank(expr: Expr): boolean {
  if (expr.kind === "alias") return isBlank(expr.of);
  if (isEmptySql(expr)) return true;
  if (expr.kind === "sql") return expr.of.every(isBlank);
  if (expr.kind === "concat") return expr.parts.every(isBlank);
  if (expr.kind === "text") return expr.runs.every((run) => run.text.trim() === "");
  return expr.kind === "unknown" && /^`(?:undefined|null|false|true)`/.test(expr.reason);
}
