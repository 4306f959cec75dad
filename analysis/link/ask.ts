/** What client adapters may ask the linker: names followed across files, definitions behind them. */
import type { Ask, TableDefinition, TableName } from "../code/adapters/adapter.ts";
import { adapters } from "../code/adapters/mod.ts";
import type { Expr, FileFacts, SqlPiece, TextRun } from "../model.ts";
import { constantText, evaluate } from "./evaluate.ts";
import { follow, type Resolve } from "./follow.ts";
import { methodOf } from "./methods.ts";
import { handedOn } from "./pieces.ts";
import { substitute } from "./substitute.ts";
import { filesOf, type Known, Trace } from "./trace.ts";

export interface Definitions {
  all: readonly { definition: TableDefinition; source: Expr; file: string }[];
}

/** All that the workspace defines, to be written down. */
export interface SettledDefinitions {
  sources(): readonly Expr[];
  all: Definitions["all"];
  byModel: readonly (readonly [name: string, definitions: readonly TableDefinition[]])[];
  /** With the files that it follows from, where it is known to be none. */
  bySource: readonly (readonly [key: string, definition: TableDefinition | null, files: readonly string[]])[];
}

/** What a run before this one wrote down of that, as far as somebody asks for it. */
export interface KeptDefinitions {
  sources(): readonly Expr[];
  /** Those in these files, and all that are views. */
  all(files: Iterable<string>): Definitions["all"];
  model(name: string): readonly TableDefinition[];
  /** Undefined where it has to be worked out. */
  source(key: string): TableDefinition | null | undefined;
}

export interface Asking extends Ask {
  definitions: Definitions["all"];
  /** Files in which tables are defined, or get other names. */
  definers: ReadonlySet<string>;
  /** What was worked out before anything was linked; null where nobody writes that down. */
  settled: SettledDefinitions | null;
  /** Whether anything that a file says now defines a table, or gives one another name. */
  defines(file: string): boolean;
}

/** Definitions within definitions beyond this many are a circle. */
const MOST_DEFINING = 24;

/** `users as u`, `users AS "u"`, `users u`. */
const ALIASED = /^\s*(.+?)(?:\s+as)?\s+"?(\w+)"?\s*$/is;

/** What client adapters ask while files are linked: values, texts, definitions, across files. */
export function createAsk(
  files: ReadonlyMap<string, FileFacts>,
  resolve: Resolve,
  trace: Trace = new Trace(),
  kept: KeptDefinitions | null = null,
  home: Ask["home"] = () => null,
): Asking {
  const bySource = new BySource(kept);
  const gathered = new Map<unknown, { value: unknown }>();
  let defining = 0;
  const byModel = new Map<string, TableDefinition[]>();
  let found: readonly Expr[] | null = null;
  const sources = () => {
    found ??= kept ? kept.sources() : [...files.values()].flatMap(({ definitions }) => definitions);
    return found;
  };

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
        (byModel.get(name) ?? kept?.model(name) ?? []).filter((item) => item.client === client),
        near,
      ),
    sources,
    gather<T>(key: unknown, meanwhile: T, read: (sources: readonly Expr[]) => T): T {
      const known = gathered.get(key);
      if (known) return known.value as T;
      const entry: { value: unknown } = { value: meanwhile };
      gathered.set(key, entry);
      const value = trace.gather(() => read(sources()));
      entry.value = value;
      return value;
    },
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
    home,
    method: (of, name) => methodOf(of, name, resolve),
    heirs: (expr) => {
      const inner = follow(expr, resolve);
      return inner.kind === "class" ? (resolve.heirs?.(inner) ?? []) : [];
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
    return trace.once(bySource, key, null, () => defined(inner));
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

  const all: Definitions["all"][number][] = [...(kept?.all(files.keys()) ?? [])];
  const told = new Set<string>();
  const known = new Set<TableDefinition>();
  /** Files in which tables are defined, or get other names. */
  const definers = new Set<string>();
  const defineIn = (file: string, source: Expr): TableDefinition | null => {
    const definition = trace.task("define", file, () => definitionOf(source, 0));
    if (definition) definers.add(file);
    return definition;
  };
  for (const [file, facts] of kept ? [] : files)
    for (const source of facts.definitions) {
      const key = `${source.at.file}:${source.at.start}`;
      const definition = told.has(key) ? null : defineIn(file, source);
      if (!definition) continue;
      told.add(key);
      if (!known.has(definition)) all.push({ definition, source, file });
      known.add(definition);
      if (source.kind === "class" && source.name) modelled(source.name, definition);
      if (definition.model) modelled(definition.model, definition);
    }
  for (const [file, facts] of kept ? [] : files)
    for (const [name, source] of namedIn(file, facts)) {
      const definition = defineIn(file, source);
      if (definition) modelled(name, definition);
    }
  const settled = (): SettledDefinitions => ({
    sources,
    all: [...all],
    byModel: [...byModel],
    // What was found to be nothing is found so again, but for what leads back to itself.
    bySource: [...bySource].flatMap(([key, { value, deps }]) => {
      const circle = value === null && deps !== null && trace.isInCircle(deps);
      return value === null && !circle ? [] : [[key, value, circle ? [...filesOf({ deps })] : []] as const];
    }),
  });
  const early = trace.tasks ? settled() : null;
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
  return {
    ...ask,
    definitions: all,
    definers,
    settled: early,
    defines: (file) => {
      const facts = files.get(file);
      if (!facts) return false;
      const named = namedIn(file, facts).map(([, source]) => source);
      return [...facts.definitions, ...named].some((source) => definitionOf(source, 0) !== null);
    },
  };
}

/** What each place defines, by `file:start:end`: as it was worked out in this run, or kept from one before. */
class BySource extends Map<string, Known<TableDefinition | null>> {
  private readonly kept: KeptDefinitions | null;

  constructor(kept: KeptDefinitions | null) {
    super();
    this.kept = kept;
  }

  override get(key: string): Known<TableDefinition | null> | undefined {
    const known = super.get(key);
    if (known || !this.kept) return known;
    const value = this.kept.source(key);
    return value === undefined ? undefined : { value, deps: null };
  }
}

/** Constants that may stand for tables, and what is exported under another name: `export { usersTable as users }`. */
function namedIn(file: string, { locals, exports }: FileFacts): [name: string, source: Expr][] {
  return [
    ...Object.entries(locals).filter(([, source]) => source.kind !== "class"),
    ...Object.entries(exports).filter(
      ([name, source]) =>
        source.kind === "import" &&
        source.specifier === "" &&
        source.name !== name &&
        source.at.file === file,
    ),
  ];
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
