/**
 * One reading of an expression: its text in pieces, with a hole wherever nobody knows it. Beyond 300 lines,
 * since every kind of expression is built by way of the others.
 */
import type { Adapter } from "../code/adapters/adapter.ts";
import { adapters } from "../code/adapters/mod.ts";
import { VERB } from "../code/opening.ts";
import type { Expr, Span, SqlPiece, TextRun } from "../model.ts";
import { adapterOf } from "./evidence.ts";
import { DEEPEST, type Either, follow, holdsSql, memberOf, type Resolve } from "./follow.ts";
import {
  handedOn,
  hole,
  inParts,
  isBlank,
  isEmptySql,
  memberReason,
  outsideReason,
  parameterReason,
  usedAt,
} from "./pieces.ts";
import { substitute } from "./substitute.ts";

/** Calls whose results one expression may be put together from. */
const MOST_RESULTS = 100;

/** Calls that a parameter is followed through: two pay, a third found nothing more. */
const MOST_CALLS_DEEP = 2;

const byName = new Map(adapters.map((adapter) => [adapter.name, adapter]));

/** Properties of clients that are clients. */
const HANDLES = new Set(
  adapters.flatMap(({ begets }) => Object.keys(begets).filter((name) => begets[name] === "property")),
);

/** Builds one reading of an expression, piece by piece; which of several values is taken is asked at each choice. */
export class Builder {
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
        const entry =
          owner?.kind === "call"
            ? this.ofResult(expr, owner)
            : owner?.kind === "new" && owner.own
              ? this.ofHeirs(expr, owner)
              : null;
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
    const cased = this.cased(expr);
    if (cased) return cased;
    const made = this.callsDeep < MOST_CALLS_DEEP ? this.made(expr) : null;
    if (!made) return [hole("unknown", expr.reason, expr.at)];
    this.callsDeep++;
    try {
      return usedAt(this.build(made), expr.at);
    } finally {
      this.callsDeep--;
    }
  }

  /** `name.toLowerCase()`, where the name is known. */
  private cased(expr: Expr & { kind: "call" }): SqlPiece[] | null {
    const { at } = expr;
    const callee = expr.callee.kind === "alias" ? expr.callee.of : expr.callee;
    const to =
      callee.kind === "member" ? /^to(?:Locale)?(Lower|Upper)Case$/.exec(callee.property)?.[1] : null;
    if (callee.kind !== "member" || !to) return null;
    const pieces = this.build(callee.of);
    if (!pieces.every((piece) => piece.kind === "text")) return null;
    const text = pieces.map((piece) => piece.text).join("");
    return [{ kind: "text", text: to === "Lower" ? text.toLowerCase() : text.toUpperCase(), at }];
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

  /** What a field holds that an abstract class leaves to those that extend it. */
  private ofHeirs(expr: Expr & { kind: "member" }, own: Expr & { kind: "new" }): SqlPiece[] | null {
    let held = this.results.get(expr) ?? null;
    if (!held) {
      const base = this.strip(own.callee);
      const heirs = base.kind === "class" && base.open ? (this.resolve.heirs?.(base) ?? []) : [];
      if (heirs.length === 0) return null;
      const options = heirs.map((heir): Expr => {
        const of: Expr = { kind: "new", callee: heir, args: [], at: heir.at };
        return { kind: "member", of, property: expr.property, at: heir.at };
      });
      held = { kind: "either", options, at: expr.at };
      this.results.set(expr, held);
    }
    if (held.kind !== "either") return null;
    const option = held.options[this.choose(held)];
    return option ? usedAt(this.build(option), { ...expr.at, handed: option.at }) : null;
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
    if (isEmptySql(first) || holdsSql(first, this.resolve)) return this.build(first);
    const made = this.made(this.strip(first));
    if (made && holdsSql(made, this.resolve)) return this.build(made);
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
    const adapter = on.kind === "client" ? byName.get(on.adapter) : this.handle(on);
    if (adapter) {
      const form = callee.kind === "member" ? "method" : "call";
      const method = callee.kind === "member" ? callee.property : "";
      const said = adapter.read({ form, method, args: expr.args });
      if (said?.kind === "piece") found = { kind: "sql", hole: said.hole, of: said.of, at: expr.at };
      if (said?.kind === "query") found = { kind: "sql", hole: "fragment", of: [said.text], at: expr.at };
    } else if (callee.kind === "function" && callee.result) {
      found = substitute(callee.result, callee, expr.args);
    }
    this.results.set(expr, found);
    return found;
  }

  /** `pgp.helpers`: a client's property that makes SQL. */
  private handle(expr: Expr): Adapter | null {
    if (expr.kind !== "member" || !HANDLES.has(expr.property)) return null;
    return adapterOf(expr, (inner) => this.strip(inner));
  }

  /** `sql("a.b")` and `sql(["a", "b"])`: quoted, a dot parts schema and name. */
  private identifier(given: Expr, expr: Expr & { kind: "sql" }): SqlPiece[] {
    const inner = this.strip(given);
    if (inner.kind === "either") {
      const option = inner.options[this.choose(inner)];
      return option ? this.identifier(option, expr) : [];
    }
    if (inner.kind === "sql") return this.build(inner);
    // The table of pg-promise's columns, in parts.
    const named = given.kind === "member" && given.property === "table" ? inParts(inner) : null;
    if (named) return this.identifier(named, expr);
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
    const used: Span[] = [];
    for (const item of items) {
      const pieces = this.build(item);
      used.push(...pieces.map(({ at }) => at));
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
    return [{ kind: "text", text: texts.join(", "), at: run && !more ? run.at : handedOn(expr.at, used) }];
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
}
