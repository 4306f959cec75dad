/** What client adapters may ask the linker: names followed across files, definitions behind them. */

import type { Ask, TableDefinition, TableName } from "../code/adapters/adapter.ts";
import { adapters } from "../code/adapters/mod.ts";
import type { Expr, FileFacts, SqlPiece, TextRun } from "../model.ts";
import { constantText, evaluate } from "./evaluate.ts";
import { follow, type Resolve } from "./follow.ts";
import { handedOn } from "./pieces.ts";
import { substitute } from "./substitute.ts";

export interface Definitions {
  all: readonly { definition: TableDefinition; source: Expr; file: string }[];
}

/** Definitions within definitions beyond this many are a circle. */
const MOST_DEFINING = 24;

/** `users as u`, `users AS "u"`, `users u`. */
const ALIASED = /^\s*(.+?)(?:\s+as)?\s+"?(\w+)"?\s*$/is;

export function createAsk(
  files: ReadonlyMap<string, FileFacts>,
  resolve: Resolve,
): Ask & { definitions: Definitions["all"] } {
  const bySource = new Map<string, TableDefinition | null>();
  let defining = 0;
  const byModel = new Map<string, TableDefinition[]>();

  const ask: Ask = {
    follow: (expr) => follow(expr, resolve),
    text: (expr) => constantText(expr, resolve),
    names: (expr) => evaluate(expr, resolve).readings.map((pieces) => nameOf(pieces, expr)),
    aliased: (expr) =>
      evaluate(expr, resolve).readings.map((pieces) => {
        const name = nameOf(pieces, expr);
        const match = name.table === null ? null : ALIASED.exec(fullText(pieces));
        if (!match) return { name, alias: null };
        const text = match[1] ?? "";
        const start = name.at.start + fullText(pieces).indexOf(text);
        const verbatim = pieces.length === 1 && name.at.end - name.at.start === fullText(pieces).length;
        const at = verbatim ? { ...name.at, start, end: start + text.length } : name.at;
        return { name: { ...parted(text), reason: null, at }, alias: match[2] ?? null };
      }),
    definition: (expr) => definitionOf(expr, 0),
    model: (name, client, near) =>
      nearest(
        (byModel.get(name) ?? []).filter((item) => item.client === client),
        near,
      ),
    sources: () => sources,
    apply: (fn, args) => {
      const inner = follow(fn, resolve);
      return inner.kind === "function" && inner.result ? substitute(inner.result, inner, args) : null;
    },
    given: (expr) => {
      const path: string[] = [];
      let inner = follow(expr, resolve);
      while (inner.kind === "member") {
        path.unshift(inner.property);
        inner = follow(inner.of, resolve);
      }
      const given = inner.kind === "parameter" ? resolve.given?.(inner, path) : null;
      if (!given) return null;
      const options = given.options.map(
        (of): Expr => ({ kind: "alias", of, at: { ...of.at, handed: of.at } }),
      );
      return { ...given, options };
    },
    client: (expr) => {
      const inner = follow(expr, resolve);
      return inner.kind === "client" ? inner.adapter : null;
    },
    at: (expr) => expr.at,
  };

  function definitionOf(expr: Expr, depth: number): TableDefinition | null {
    const inner = follow(expr, resolve);
    if (depth > 8 || (inner.kind !== "call" && inner.kind !== "new" && inner.kind !== "class")) return null;
    if (inner.kind === "call" && inner.applied) return defined(inner);
    const key = `${inner.at.file}:${inner.at.start}:${inner.at.end}`;
    const known = bySource.get(key);
    if (known !== undefined) return known;
    bySource.set(key, null);
    const found = defined(inner);
    bySource.set(key, found);
    return found;
  }

  function defined(inner: Expr): TableDefinition | null {
    if (defining > MOST_DEFINING) return null;
    defining++;
    try {
      for (const adapter of adapters) {
        const found = adapter.define?.(inner, ask) ?? null;
        if (found) return found;
      }
      return null;
    } finally {
      defining--;
    }
  }

  const sources = [...files.values()].flatMap(({ definitions }) => definitions);
  const all: Definitions["all"][number][] = [];
  const told = new Set<string>();
  const known = new Set<TableDefinition>();
  for (const [file, facts] of files)
    for (const source of facts.definitions) {
      const key = `${source.at.file}:${source.at.start}`;
      const definition = told.has(key) ? null : definitionOf(source, 0);
      if (!definition) continue;
      told.add(key);
      if (!known.has(definition)) all.push({ definition, source, file });
      known.add(definition);
      if (source.kind === "class" && source.name) modelled(source.name, definition);
      if (definition.model) modelled(definition.model, definition);
    }
  for (const [file, { locals, exports }] of files) {
    for (const [name, source] of Object.entries(locals)) {
      const definition = source.kind === "class" ? null : definitionOf(source, 0);
      if (definition) modelled(name, definition);
    }
    // export { usersTable as users }
    for (const [name, source] of Object.entries(exports))
      if (
        source.kind === "import" &&
        source.specifier === "" &&
        source.name !== name &&
        source.at.file === file
      ) {
        const definition = definitionOf(source, 0);
        if (definition) modelled(name, definition);
      }
  }
  function modelled(name: string, definition: TableDefinition): void {
    const known = byModel.get(name) ?? [];
    if (!known.includes(definition)) byModel.set(name, [...known, definition]);
  }
  resolve.named = (expr) => {
    const callee = expr.kind === "call" ? follow(expr.callee, resolve) : expr;
    if (callee.kind !== "member" || !/table(?:Name|Path|NameWithoutPrefix)$/i.test(callee.property))
      return null;
    for (const adapter of adapters) {
      const told = adapter.told?.(expr, ask) ?? null;
      if (told !== null) return told;
    }
    return null;
  };
  resolve.mapped = (expr) => {
    const table = ask.definition(expr);
    if (table) return quoted(table.name);
    const inner = expr.kind === "alias" ? expr.of : expr;
    const owner = inner.kind === "member" ? ask.definition(inner.of) : null;
    // A column brings its table's name along, and is qualified by it.
    if (!owner?.name.table || inner.kind !== "member") return null;
    return `"${owner.name.table}"."${owner.properties?.[inner.property] ?? inner.property}"`;
  };
  return { ...ask, definitions: all };
}

/** Of definitions that share a name, the one whose file shares the most folders with another file. */
function nearest(found: readonly TableDefinition[], near: string | undefined): TableDefinition | null {
  if (found.length < 2 || near === undefined) return found.length === 1 ? (found[0] ?? null) : null;
  const shared = (file: string) => {
    const parts = file.split("/");
    const others = near.split("/");
    const end = parts.findIndex((part, index) => part !== others[index]);
    return end < 0 ? parts.length : end;
  };
  const ranked = found.map((item) => ({ item, rank: shared(item.name.at.file) }));
  const best = Math.max(...ranked.map(({ rank }) => rank));
  const leading = ranked.filter(({ rank }) => rank === best);
  return leading.length === 1 ? (leading[0]?.item ?? null) : null;
}

function nameOf(pieces: readonly SqlPiece[], expr: Expr): TableName {
  const hole = pieces.find((piece) => piece.kind === "hole");
  const places = pieces.map((piece) => piece.at);
  const at = places.length === 1 && places[0] ? places[0] : handedOn(expr.at, places);
  if (hole?.kind === "hole") return { schema: null, table: null, reason: hole.reason, at };
  const text = fullText(pieces).trim();
  return text
    ? { ...parted(text), reason: null, at }
    : { schema: null, table: null, reason: "its name is empty", at };
}

function fullText(pieces: readonly SqlPiece[]): string {
  return pieces.map((piece) => (piece as TextRun).text ?? "").join("");
}

/** `schema.table`, either of them quoted or not. */
function parted(text: string): { schema: string | null; table: string } {
  const parts = text.match(/"(?:[^"]|"")*"|`[^`]*`|[^.]+/g) ?? [text];
  const plain = parts.map((part) => part.trim().replace(/^["`]|["`]$/g, ""));
  return { schema: plain.length > 1 ? (plain.at(-2) ?? null) : null, table: plain.at(-1) ?? text };
}

function quoted({ schema, table }: TableName): string | null {
  if (table === null) return null;
  return [...(schema === null ? [] : [schema]), table]
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join(".");
}
