/** Where the address of each opened client comes from, followed across files. */
import { hasHost, redact, VARIABLE } from "../code/addresses.ts";
import type { ConnectionSite, ConnectionSource, Expr, FileFacts, Span } from "../model.ts";
import { follow, type Resolve } from "./follow.ts";
import { Trace } from "./trace.ts";

export interface ReadConnection {
  file: string;
  client: string;
  at: Span;
  sources: ConnectionSource[];
}

/** Keys of connection options that say where the database is and how to get in. */
const PARTS = [
  "url",
  "connectionString",
  "connection",
  "host",
  "hostname",
  "port",
  "database",
  "dbName",
  "db",
  "user",
  "username",
  "password",
  "pass",
  "path",
  "filename",
];

/** What a part of an address says: where the database is, the password, or what gives nobody a database: a port, a user's name. */
type Part = "place" | "password" | "other";

const TELLING_PARTS = /^(?:host|hostname|url|connectionString|connection)$/;

/** The scheme, the user's name, the password and the host of a URL. */
const URL_PARTS = /^([\w+.-]+:\/\/)(?:([^:@/?]*)(?::([^@/?]*))?@)?([^:/?]*)/;

const DEEPEST = 16;

/** What each client is opened with, followed across files. */
export function readAllConnections(
  files: ReadonlyMap<string, FileFacts>,
  resolve: Resolve,
): ReadConnection[] {
  const trace = resolve.trace ?? new Trace();
  return [...files].flatMap(([file, { connections }]) =>
    connections.map((site) => ({
      file,
      client: site.client,
      at: site.at,
      sources: trace.task("link", file, () => new Sources(resolve).of(site)),
    })),
  );
}

class Sources {
  private readonly resolve: Resolve;

  constructor(resolve: Resolve) {
    this.resolve = resolve;
  }

  of({ address, variables, at }: ConnectionSite): ConnectionSource[] {
    if (!address) return [{ kind: "implicit", variables, at }];
    const told = new Set<string>();
    return this.behind(address, 0).filter((source) => {
      if (source.kind !== "variable") return true;
      const fresh = !told.has(source.variable);
      told.add(source.variable);
      return fresh;
    });
  }

  private behind(expr: Expr, depth: number): ConnectionSource[] {
    if (depth > DEEPEST) return [unknown("the address takes too many steps to follow", expr)];
    const next = (inner: Expr) => this.behind(inner, depth + 1);
    switch (expr.kind) {
      case "alias":
        return next(expr.of);
      case "either":
        return expr.options.flatMap(next);
      case "env":
        return expr.variable === "*"
          ? [unknown("the address is the environment itself", expr)]
          : [variable(expr.variable, expr.checked, expr.at)];
      case "text":
        return text(expr);
      case "concat": {
        const whole = expr.parts.map((part) => (part.kind === "text" ? textOf(part) : "\0")).join("");
        const literal: ConnectionSource[] = hasHost(whole)
          ? [{ kind: "literal", text: redact(whole.replaceAll("\0", "…")), at: expr.at }]
          : [];
        let before = 0;
        const within = expr.parts.flatMap((part) => {
          const place = before;
          before += part.kind === "text" ? textOf(part).length : 1;
          return part.kind === "text" ? [] : as(partOf(whole, place), next(part));
        });
        return [...literal, ...within];
      }
      case "call":
      case "new":
        return this.made(expr, depth);
      case "object":
        return this.options(expr, depth);
      case "import": {
        const found = this.resolve(expr, depth);
        return found ? next(found) : [unknown(`the address comes from ${expr.specifier}`, expr)];
      }
      case "member":
        return this.member(expr, depth);
      case "parameter":
        return [unknown(`the address is the parameter ${expr.name}`, expr)];
      default:
        return [unknown("the address is not known before it runs", expr)];
    }
  }

  /** A function that is given a variable's name, or its value, is taken to check it. */
  private made(expr: Expr & { kind: "call" | "new" }, depth: number): ConnectionSource[] {
    const callee = follow(expr.callee, this.resolve);
    if (expr.kind === "call" && callee.kind === "function" && callee.result) {
      const returned = this.behind(callee.result, depth + 1);
      if (returned.every(({ kind }) => kind !== "unknown")) return returned;
    }
    const found = expr.args.flatMap((argument) => {
      const inner = follow(argument, this.resolve);
      if (inner.kind === "env" && inner.variable !== "*") return [variable(inner.variable, true, inner.at)];
      const name = inner.kind === "text" ? textOf(inner) : "";
      return VARIABLE.test(name) ? [variable(name, true, inner.at)] : [];
    });
    if (found.length) return found;
    // `url.replace("a", "b")` is an address as far as `url` is one.
    const on = callee.kind === "member" ? follow(callee.of, this.resolve) : null;
    return on && (on.kind === "env" || on.kind === "new" || on.kind === "text")
      ? this.behind(on, depth + 1)
      : [unknown("the address is the result of a call", expr)];
  }

  /** `env.URL`, where a schema made `env` from the environment, and has checked it. */
  private member(expr: Expr & { kind: "member" }, depth: number): ConnectionSource[] {
    const found = follow(expr, this.resolve);
    if (found.kind !== "member") return this.behind(found, depth + 1);
    let inner = follow(found.of, this.resolve);
    for (let step = 0; step < DEEPEST && inner.kind === "member"; step++) {
      const outer = follow(inner.of, this.resolve);
      if (outer === inner) break;
      inner = outer;
    }
    if (inner.kind !== "call" && inner.kind !== "new")
      return [unknown("the address is not known before it runs", expr)];
    if (VARIABLE.test(found.property) && inner.args.some((argument) => this.isEnvironment(argument)))
      return [variable(found.property, true, expr.at)];
    return this.made(inner, depth + 1);
  }

  /** The environment, or options that hold it: `createEnv({ runtimeEnv: process.env })`. */
  private isEnvironment(expr: Expr): boolean {
    const inner = follow(expr, this.resolve);
    const entries = inner.kind === "object" ? Object.values(inner.entries) : [inner];
    return entries.some((entry) => {
      const value = follow(entry, this.resolve);
      return value.kind === "env" && value.variable === "*";
    });
  }

  private options({ entries: written, at }: Expr & { kind: "object" }, depth: number): ConnectionSource[] {
    const spread = written["..."] && follow(written["..."], this.resolve);
    const entries = spread?.kind === "object" ? { ...spread.entries, ...written } : written;
    const found = PARTS.flatMap((key): ConnectionSource[] => {
      const part = entries[key];
      if (!part) return [];
      const inner = follow(part, this.resolve);
      const says = /^pass/.test(key) ? "password" : TELLING_PARTS.test(key) ? "place" : "other";
      if (inner.kind !== "text") return as(says, this.behind(part, depth + 1));
      if (says === "place") return text(inner);
      return as(says, textOf(inner) ? [{ kind: "literal", text: "", at: inner.at }] : []);
    });
    return spread && found.length === 0 ? [unknown("the options are spread from elsewhere", { at })] : found;
  }
}

/** What stands at a place of a URL; of any other text all of it says where the database is. */
function partOf(url: string, place: number): Part {
  const [, scheme, user, password, host = ""] = URL_PARTS.exec(url) ?? [];
  if (scheme === undefined) return "place";
  const named = scheme.length + (user?.length ?? 0);
  const from =
    user === undefined ? scheme.length : named + (password === undefined ? 0 : password.length + 1) + 1;
  if (place >= from) return place < from + host.length ? "place" : "other";
  return password !== undefined && place > named ? "password" : "other";
}

/** Sources of a part: what is written counts where it says where the database is; a password is never repeated. */
function as(part: Part, sources: readonly ConnectionSource[]): ConnectionSource[] {
  return sources.flatMap((source): ConnectionSource[] => {
    if (source.kind !== "literal" || part === "place") return [source];
    return part === "password" ? [{ ...source, text: "a password" }] : [];
  });
}

function text(expr: Expr & { kind: "text" }): ConnectionSource[] {
  const written = textOf(expr);
  if (VARIABLE.test(written)) return [variable(written, true, expr.at)];
  return written ? [{ kind: "literal", text: redact(written), at: expr.at }] : [];
}

function variable(name: string, checked: boolean, at: Span): ConnectionSource {
  return { kind: "variable", variable: name, checked, at };
}

function unknown(reason: string, { at }: { at: Span }): ConnectionSource {
  return { kind: "unknown", reason, at };
}

function textOf(expr: Expr & { kind: "text" }): string {
  return expr.runs.map((run) => run.text).join("");
}
