/**
 * Chains whose table their own code leaves open: it is what callers hand a function, or what the classes say that
 * extend the one in which the chain stands.
 */
import type { Ask, Named } from "../code/adapters/adapter.ts";
import { adapters } from "../code/adapters/mod.ts";
import type { ChainSite, DatabaseAct, Expr, Span } from "../model.ts";
import { replaced } from "./substitute.ts";
import { unfold } from "./unfold.ts";

/** Classes that are followed to what they extend. */
const DEEPEST = 12;

/** Alternatives of one chain that are read; that there are more is said. */
export const MOST_ROOTS = 64;

/** A chain as it was read. */
export interface ReadChain {
  site: ChainSite;
  client: string;
  named: Named[];
  binds: string[];
  stores: { kind: string; name: string } | null;
  acts: DatabaseAct[];
  /** It goes on from another chain, whose tables are among its own. */
  continued: boolean;
}

/** Reads a chain as it stands; null where it is nobody's. */
type ReadAs = (site: ChainSite) => ReadChain | null;

const packages = new Set(adapters.flatMap((adapter) => adapter.packages));

/** `source.getRepository(entity)`, where a function is handed the entity: what its callers hand it. */
export function readGiven(
  site: ChainSite,
  chain: ReadChain | null,
  readChain: ReadAs,
  ask: Ask,
): ReadChain | null {
  if (!chain || chain.named.every(({ name }) => name.table !== null)) return chain;
  const read: ReadChain[] = [];
  let unread = 0;
  for (const [index, step] of site.steps.entries())
    for (const [place, arg] of (step.args ?? []).entries()) {
      const given = ask.follow(arg).kind === "parameter" ? ask.given(arg) : null;
      if (given?.kind !== "either") continue;
      unread += Math.max(0, given.options.length - MOST_ROOTS);
      for (const option of given.options.slice(0, MOST_ROOTS)) {
        const handed = option.at.handed ?? option.at;
        const args = step.args?.with(place, { kind: "alias", of: option, at: { ...arg.at, handed } }) ?? null;
        const found = readChain({ ...site, steps: site.steps.with(index, { ...step, args }) });
        if (found) read.push(handedBy(found, handed));
      }
    }
  return read.some(({ named }) => named.some(({ name }) => name.table !== null))
    ? together(site, read, unread)
    : chain;
}

/**
 * `this.find()` in a class that leaves open which table it is about, and what is done with a field that such a class
 * leaves open: the classes that extend it say so. What one of them is told of stands where it extends the class,
 * unless both are one house.
 */
export function readOwn(site: ChainSite, readChain: ReadAs, ask: Ask): ReadChain | null {
  const chain = readChain(site);
  const isKnown = chain?.named.length && chain.named.every(({ name }) => name.table !== null);
  if (isKnown) return chain;
  const parts = [site.root, ...site.steps.flatMap(({ args }) => args ?? [])];
  if (!parts.some((part) => ownOf(part))) return chain;
  const { root, steps } = unfold(site.root, site.steps, ask);
  const own = [root, ...steps.flatMap(({ args }) => args ?? [])].map((part) => ownOf(part)).find((it) => it);
  const base =
    own && ask.follow(own.kind === "typed" ? (own.holder ?? own) : own.kind === "new" ? own.callee : own);
  if (!own || base?.kind !== "class" || !((base.open && own.kind !== "alias") || isMappers(base, ask)))
    return chain;
  const heirs = ask.heirs(base);
  const read = heirs.slice(0, MOST_ROOTS).flatMap((heir): ReadChain[] => {
    const as = (expr: Expr) => replaced(expr, (part) => asHeir(part, heir));
    const theirs = steps.map((step) => ({ ...step, args: step.args?.map(as) ?? null }));
    const found = readChain({ ...site, root: as(root), steps: theirs });
    if (!found?.named.some(({ name }) => name.table !== null)) return [];
    return [handedBy(found, heir.at)];
  });
  return together(site, read, heirs.length - MOST_ROOTS) ?? chain;
}

/** The tables that a chain names are those of whoever told it which they are. */
function handedBy(chain: ReadChain, handed: Span): ReadChain {
  const named = chain.named.map((item) =>
    item.name.table === null ? item : { ...item, name: { ...item.name, at: { ...item.name.at, handed } } },
  );
  return { ...chain, named };
}

type Own = Extract<Expr, { kind: "new" | "alias" | "typed" }>;

/** The `this` or `super` that an expression begins with, or a field of it, as far as its own file tells. */
function ownOf(expr: Expr, depth = 0): Own | null {
  if (depth > DEEPEST) return null;
  switch (expr.kind) {
    case "new":
      return expr.own ? expr : null;
    case "typed":
      return expr.holder ? expr : null;
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

/** What `this`, `super` or a field of it is in a class that extends the one in which it stands. */
function asHeir(part: Expr, heir: Expr): Expr | null {
  const of: Expr = { kind: "alias", of: heir, at: part.at };
  if (part.kind === "new" && part.own) return { ...part, callee: of };
  if (part.kind === "alias" && part.own) return of;
  if (part.kind !== "typed" || !part.holder) return null;
  return {
    kind: "member",
    of: { kind: "new", callee: of, args: [], at: part.at },
    property: part.name,
    at: part.at,
  };
}

/** A class that leads to one of a client's packages by what it extends. */
function isMappers(base: Expr, ask: Ask, depth = 0): boolean {
  const parent = base.kind === "class" && base.extends ? ask.follow(base.extends) : null;
  const from = parent?.kind === "member" ? ask.follow(parent.of) : parent;
  if (from?.kind === "import") return packages.has(from.specifier);
  return from?.kind === "class" && depth < DEEPEST && isMappers(from, ask, depth + 1);
}

/** What a chain names on any of its roots, each table once. */
export function together(site: ChainSite, read: readonly ReadChain[], unread: number): ReadChain | null {
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
