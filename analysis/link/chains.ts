/**
 * Chains of calls, each handed to the adapter whose client its root is, else to whoever knows its
 * methods.
 */
import type { Adapter, Ask, Chain, Named } from "../code/adapters/adapter.ts";
import { adapters } from "../code/adapters/mod.ts";
import type { ChainSite, ChainStep, DatabaseAct, Expr, FileFacts, Span } from "../model.ts";
import { accessOf } from "../sql/mod.ts";
import type { ReadAct } from "./acts.ts";
import { adapterOf, openedBy } from "./evidence.ts";
import type { ReadSite, ReadUse } from "./sites.ts";
import { Trace } from "./trace.ts";
import { rootsOf, unfold } from "./unfold.ts";

/** Classes that are followed to what they extend. */
const DEEPEST = 12;

const byPackage = new Map(
  adapters.flatMap((adapter) => adapter.packages.map((name) => [name, adapter] as const)),
);

/** Alternatives of one chain's beginning that are read; that there are more is said. */
const MOST_ROOTS = 64;

/** Methods of builders that ask for rows. */
const FETCHING =
  /^(?:select|first|pluck|count|sum|avg|min|max|then|stream|all|exists?|(?:execute|get|find|values|take|iterate)\w*)/;

interface ReadChain {
  site: ChainSite;
  client: string;
  named: Named[];
  binds: string[];
  stores: { kind: string; name: string } | null;
  acts: DatabaseAct[];
  /** It goes on from another chain, whose tables are among its own. */
  continued: boolean;
}

/** @param views where the queries of views stand, beside those that chains make */
export function readAllChains(
  files: ReadonlyMap<string, FileFacts>,
  ask: Ask,
  views: readonly Bound[] = [],
  trace: Trace = new Trace(),
): { uses: ReadUse[]; acts: ReadAct[]; bound: Bound[] } {
  const bound: Bound[] = [];
  const found: ReadUse[] = [];
  const done: ReadAct[] = [];
  for (const [file, facts] of files) {
    if (facts.chains.length === 0) continue;
    const imported = facts.imports.flatMap(({ specifier }) => byPackage.get(specifier) ?? []);
    const habitual = new Set(imported.filter((adapter) => adapter.chain));
    const read = trace.task("link", file, () =>
      facts.chains.flatMap((site) => readAlternatives(site, habitual, ask) ?? []),
    );
    for (const { client, acts } of read) for (const act of acts) done.push({ ...act, file, client });
    const written = new Set<string>();
    for (const { named, continued } of read)
      for (const { name, operation } of continued ? named : [])
        if (accessOf(operation) === "write") written.add(key(name.at));
    const temporary = new Set(
      read.flatMap(({ named }) => named.flatMap((item) => (item.temporary ? (item.name.table ?? []) : []))),
    );
    for (const { site, binds, stores } of read)
      if (binds.length || stores) bound.push({ at: site.at, names: new Set(binds), stores });
    const mapped = views.filter(({ at }) => at.file === file);
    for (const { chain, bound, stored: within } of nested(read))
      for (const { name, operation, changes, makes } of chain.named) {
        const reads = accessOf(operation) === "read";
        if (name.schema === null && name.table !== null && temporary.has(name.table)) continue;
        if (reads && name.schema === null && name.table !== null && bound.has(name.table)) continue;
        // const q = knex("t") is no read of its own where q.update(…) follows, nor is q.where(…) before it.
        if (reads && !(chain.continued && fetches(chain.site)) && written.has(key(name.at))) continue;
        const stored = within ?? mapped.find(({ at }) => contains(at, chain.site.at))?.stores;
        found.push({
          file,
          client: chain.client,
          at: name.at,
          site: chain.site.at,
          enclosing: chain.site.enclosing,
          schema: name.schema,
          table: name.table,
          reason: name.reason,
          operation: stored ? "view" : operation,
          ...(changes && { changes }),
          ...(makes && { makes }),
          ...(stored && { stored: { ...stored, access: accessOf(operation) } }),
        });
      }
  }
  return { uses: found, acts: done, bound };
}

/** The chain asks for rows: a builder that is only narrowed asks for none. */
function fetches({ steps }: ChainSite): boolean {
  return steps.some(({ name, args }) => args !== null && FETCHING.test(name));
}

/** Names that a chain gives to queries, and how far they reach. */
export interface Bound {
  at: Span;
  names: Set<string>;
  /** The stored object whose definition stands there. */
  stores: { kind: string; name: string } | null;
}

/** Raw SQL in a chain sees the names that the chain gives to queries: there they are no tables. */
export function withoutBound(sites: readonly ReadSite[], bound: readonly Bound[]): ReadSite[] {
  const byFile = Map.groupBy(bound, ({ at }) => at.file);
  return sites.map((site) => {
    const around = (byFile.get(site.at.file) ?? []).filter(
      // A mapper's options stand within the call that takes them.
      ({ at, names }) => contains(at, site.at) || (names.size === 0 && contains(site.at, at)),
    );
    if (around.length === 0) return site;
    const isBound = (name: string) => around.some(({ names }) => names.has(name));
    const stores = around.findLast((item) => item.stores)?.stores ?? null;
    const statements = site.facts.statements.map((statement) => ({
      ...statement,
      references: statement.references
        .filter(
          ({ schema, table, access }) =>
            access !== "read" || schema !== null || table === null || !isBound(table),
        )
        .map((item) => (stores ? { ...item, operation: "view" as const, dependency: stores } : item)),
    }));
    return { ...site, facts: { ...site.facts, statements } };
  });
}

function contains(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** Each chain with the names that it and the chains around it give to queries, and what they store it in. */
function* nested(
  read: readonly ReadChain[],
): Generator<{ chain: ReadChain; bound: Set<string>; stored: ReadChain["stores"] }> {
  const ordered = [...read].sort(
    (a, b) => a.site.at.start - b.site.at.start || b.site.at.end - a.site.at.end,
  );
  const open: ReadChain[] = [];
  for (const chain of ordered) {
    while (open.length && (open.at(-1)?.site.at.end ?? 0) < chain.site.at.end) open.pop();
    const stored = open.findLast(({ stores }) => stores)?.stores ?? null;
    open.push(chain);
    yield { chain, bound: new Set(open.flatMap(({ binds }) => binds)), stored };
  }
}

/** `cond ? a.getRepository(User) : b.getRepository(User)`: what the chain names on any of its roots. */
function readAlternatives(site: ChainSite, habitual: ReadonlySet<Adapter>, ask: Ask): ReadChain | null {
  const roots = rootsOf(site.root, ask).filter((root) => adapterOf(root, ask.follow, 0));
  if (roots.length < 2) return readOwn(site, habitual, ask);
  const read = roots
    .slice(0, MOST_ROOTS)
    .flatMap((root) => readChain({ ...site, root }, habitual, ask) ?? []);
  return together(site, read, roots.length - MOST_ROOTS);
}

/**
 * `this.find()` in a class that leaves open which table it is about: the classes that extend it say so. What one
 * of them is told of stands where it extends the class, unless both are one house.
 */
function readOwn(site: ChainSite, habitual: ReadonlySet<Adapter>, ask: Ask): ReadChain | null {
  const chain = readChain(site, habitual, ask);
  const isKnown = chain?.named.length && chain.named.every(({ name }) => name.table !== null);
  if (isKnown || !ownOf(site.root)) return chain;
  const { root, steps } = unfold(site.root, site.steps, ask);
  const own = ownOf(root);
  const base = own && ask.follow(own.kind === "new" ? own.callee : own);
  if (!own || !base || !isMappers(base, ask)) return chain;
  const heirs = ask.heirs(base);
  const read = heirs.slice(0, MOST_ROOTS).flatMap((heir): ReadChain[] => {
    const of: Expr = { kind: "alias", of: heir, at: own.at };
    const found = readChain(
      { ...site, root: own.kind === "new" ? { ...own, callee: of } : of, steps: [...steps] },
      habitual,
      ask,
    );
    if (!found?.named.some(({ name }) => name.table !== null)) return [];
    const named = found.named.map((item) =>
      item.name.table === null
        ? item
        : { ...item, name: { ...item.name, at: { ...item.name.at, handed: heir.at } } },
    );
    return [{ ...found, named }];
  });
  return together(site, read, heirs.length - MOST_ROOTS) ?? chain;
}

/** The `this` or `super` that an expression begins with, as far as its own file tells. */
function ownOf(expr: Expr, depth = 0): Extract<Expr, { kind: "new" | "alias" }> | null {
  if (depth > DEEPEST) return null;
  switch (expr.kind) {
    case "new":
      return expr.own ? expr : null;
    case "alias":
      return expr.own ? expr : ownOf(expr.of, depth + 1);
    case "call":
      return ownOf(expr.callee, depth + 1);
    case "member":
      return ownOf(expr.of, depth + 1);
    default:
      return null;
  }
}

/** A class that leads to one of a client's packages by what it extends. */
function isMappers(base: Expr, ask: Ask, depth = 0): boolean {
  const parent = base.kind === "class" && base.extends ? ask.follow(base.extends) : null;
  const from = parent?.kind === "member" ? ask.follow(parent.of) : parent;
  if (from?.kind === "import") return byPackage.has(from.specifier);
  return from?.kind === "class" && depth < DEEPEST && isMappers(from, ask, depth + 1);
}

/** What a chain names on any of its roots, each table once. */
function together(site: ChainSite, read: readonly ReadChain[], unread: number): ReadChain | null {
  const [first] = read;
  if (!first) return null;
  const said = (item: Named) => JSON.stringify([item.name, item.operation]);
  const named = new Map(read.flatMap((chain) => chain.named.map((item) => [said(item), item] as const)));
  if (unread > 0) {
    const reason = `it may begin with any of ${unread} more`;
    const operation = first.named[0]?.operation ?? "select";
    named.set("", { name: { schema: null, table: null, reason, at: site.at }, operation });
  }
  return { ...first, named: [...named.values()], binds: read.flatMap(({ binds }) => binds) };
}

function readChain(site: ChainSite, habitual: ReadonlySet<Adapter>, ask: Ask): ReadChain | null {
  const { root, steps: unfolded } = unfold(site.root, site.steps, ask);
  const evidence = adapterOf(root, ask.follow, 0);
  // knex(config)("t"): the first call opens the client, the second one uses it.
  const opening = unfolded[0]?.name === "" && openedBy(ask.follow(root)) !== null;
  const steps = opening ? unfolded.slice(1) : unfolded;
  const chain: Chain = {
    certain: evidence !== null,
    habitual: evidence !== null,
    root: ask.follow(root),
    rootAt: root.at,
    receiver: receiverOf(root === site.root ? site.rootName : nameOf(root), steps),
    steps,
    at: site.at,
  };
  const continued = root !== site.root;
  const result = (adapter: Adapter, named: Named[]): ReadChain => ({
    site,
    client: adapter.name,
    named,
    binds: adapter.binds?.(chain, ask) ?? [],
    stores: adapter.stores?.(chain, ask) ?? null,
    acts: adapter.acts?.(chain, ask) ?? [],
    continued,
  });
  if (evidence) return evidence.chain ? result(evidence, evidence.chain(chain, ask) ?? []) : null;
  for (const adapter of adapters) {
    chain.habitual = habitual.size === 1 && habitual.has(adapter);
    const named = adapter.chain?.(chain, ask) ?? null;
    if (named) return result(adapter, named);
  }
  return null;
}

function receiverOf(rootName: string, steps: readonly ChainStep[]): string[] {
  const names = rootName ? [rootName] : [];
  for (const { name, args } of steps) {
    if (args !== null) break;
    names.push(name);
  }
  return names;
}

function nameOf(expr: Expr): string {
  return expr.kind === "parameter" || expr.kind === "typed" || expr.kind === "import" ? expr.name : "";
}

function key({ file, start, end }: Span): string {
  return `${file}:${start}:${end}`;
}
