/**
 * What a function's callers hand it: a parameter that names a table is known where every call of the
 * function is. Files are parsed again for this, and only those that can hold such a call.
 */

import type { Expr, FileFacts } from "../model.ts";
import type { Resolve } from "./follow.ts";
import type { Resolver } from "./resolve.ts";
import { type Known, Trace } from "./trace.ts";

/** Calls beyond this many are not looked at: then the function is a tool, not a place. */
const MOST_CALLS = 40;

/** Files through which an import may lead from the caller to the function: itself, and one barrel. */
const MOST_HOPS = 2;

/** What each caller hands over; each option stands where its caller writes it. */
export type Given = NonNullable<Resolve["given"]>;

/** Finds what a function's callers hand it, in all files that may reach it. */
export function createCallers(
  files: ReadonlyMap<string, FileFacts>,
  resolver: Resolver,
  callsOf: (file: string, name: string, method: boolean) => Expr[][],
  trace: Trace = new Trace(),
  importersOf = importing(files, resolver),
): Given {
  const answers = new Map<string, Known<ReturnType<Given>>>();

  return (parameter, path = []) => {
    const names = parameter.function.split(".");
    const constructs = names.at(-1) === "constructor";
    const name = names.at(constructs ? -2 : -1) ?? "";
    if (name === "") return null;
    const whole = [...parameter.path, ...path];
    const key = `${parameter.at.file}\0${parameter.function}\0${parameter.index}\0${whole.join(".")}`;
    // A function that calls itself says nothing new.
    return trace.once(answers, key, null, () => handed(parameter, name, constructs, whole));
  };

  function handed(
    parameter: Expr & { kind: "parameter" },
    name: string,
    constructs: boolean,
    whole: readonly string[],
  ): ReturnType<Given> {
    const near = new Set([parameter.at.file]);
    let edge = [parameter.at.file];
    for (let hop = 0; hop < MOST_HOPS; hop++) {
      for (const file of edge) trace.callers(file);
      edge = edge.flatMap((file) => [...importersOf(file)]).filter((file) => !near.has(file));
      for (const file of edge) near.add(file);
    }
    const options: Expr[] = [];
    for (const file of near) {
      trace.file(file);
      for (const call of callsOf(
        file,
        constructs ? `new ${name}` : name,
        !constructs && parameter.function.includes("."),
      )) {
        const given = call[parameter.index];
        options.push(
          given
            ? reach(given, whole)
            : { kind: "unknown", reason: `\`${parameter.name}\` is left out by a caller`, at: parameter.at },
        );
      }
      if (options.length > MOST_CALLS) return null;
    }
    return options.length === 0 ? null : { kind: "either", options, at: parameter.at };
  }
}

/** The files that import a file, whatever for; gathered when they are first asked for. */
export function importing(
  files: ReadonlyMap<string, FileFacts>,
  resolver: Resolver,
): (file: string) => Iterable<string> {
  let found: Map<string, Set<string>> | null = null;
  return (file) => {
    if (!found) {
      found = new Map();
      for (const [from, { imports }] of files)
        for (const { specifier } of imports) {
          const to = resolver.resolve(from, specifier);
          if (!to) continue;
          const list = found.get(to) ?? new Set();
          found.set(to, list.add(from));
        }
    }
    return found.get(file) ?? [];
  };
}

function reach(expr: Expr, path: readonly string[]): Expr {
  let at = expr;
  for (const property of path) {
    const inner: Expr = at.kind === "alias" ? at.of : at;
    at =
      inner.kind === "object" && inner.entries[property]
        ? inner.entries[property]
        : { kind: "member", of: inner, property, at: inner.at };
  }
  return at;
}
