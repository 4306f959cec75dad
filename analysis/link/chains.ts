/**
 * Chains of calls, each handed to the adapter whose client its root is, else to whoever knows its
 * methods.
 */
import type { Adapter, Ask, Chain, Named } from "../code/adapters/adapter.ts";
import { adapters } from "../code/adapters/mod.ts";
import type { ChainSite, ChainStep, Expr, FileFacts, Span } from "../model.ts";
import { accessOf } from "../sql/mod.ts";
import type { ReadAct } from "./acts.ts";
import { adapterOf, openedBy } from "./evidence.ts";
import { MOST_ROOTS, type ReadChain, readGiven, readOwn, together } from "./left-open.ts";
import type { ReadSite, ReadUse } from "./sites.ts";
import { Trace } from "./trace.ts";
import { rootsOf, unfold } from "./unfold.ts";

const byPackage = new Map(
  adapters.flatMap((adapter) => adapter.packages.map((name) => [name, adapter] as const)),
);

/** Methods of builders that ask for rows. */
const FETCHING =
  /^(?:select|first|pluck|count|sum|avg|min|max|then|stream|all|exists?|(?:execute|get|find|values|take|iterate)\w*)/;

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
  const read = (other: ChainSite) => readChain(other, habitual, ask);
  if (roots.length < 2) return readGiven(site, readOwn(site, read, ask), read, ask);
  const alternatives = roots.slice(0, MOST_ROOTS).flatMap((root) => read({ ...site, root }) ?? []);
  return together(site, alternatives, roots.length - MOST_ROOTS);
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
