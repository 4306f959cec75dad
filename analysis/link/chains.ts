/** Chains of calls, each handed to the adapter whose client its root is, else to whoever knows its methods. */

import type { Adapter, Ask, Chain, Named } from "../code/adapters/adapter.ts";
import { adapters } from "../code/adapters/mod.ts";
import type { ChainSite, Expr, FileFacts, TypeName } from "../model.ts";
import type { ReadUse } from "./sites.ts";

const byName = new Map(adapters.map((adapter) => [adapter.name, adapter]));

export function readAllChains(files: ReadonlyMap<string, FileFacts>, ask: Ask): ReadUse[] {
  const found: ReadUse[] = [];
  for (const [file, facts] of files)
    for (const site of facts.chains) {
      const read = readChain(site, ask);
      for (const { name, operation } of read?.named ?? [])
        found.push({
          file,
          client: read?.client ?? "unknown",
          at: name.at,
          site: site.at,
          enclosing: site.enclosing,
          schema: name.schema,
          table: name.table,
          reason: name.reason,
          operation,
        });
    }
  return found;
}

function readChain(site: ChainSite, ask: Ask): { client: string; named: Named[] } | null {
  const evidence = adapterOf(site.root, ask, 0);
  const chain: Chain = {
    certain: evidence !== null,
    root: ask.follow(site.root),
    receiver: receiverOf(site),
    steps: site.steps,
    at: site.at,
  };
  if (evidence)
    return evidence.chain ? { client: evidence.name, named: evidence.chain(chain, ask) ?? [] } : null;
  for (const adapter of adapters) {
    const named = adapter.chain?.(chain, ask) ?? null;
    if (named) return { client: adapter.name, named };
  }
  return null;
}

/** The adapter that the root is evidence for: an open client, a type, a callback's parameter. */
function adapterOf(root: Expr, ask: Ask, depth: number): Adapter | null {
  if (depth > 8) return null;
  const inner = ask.follow(root);
  if (inner.kind === "client") return byName.get(inner.adapter) ?? null;
  if (inner.kind === "typed") return adapterOfType(inner.type);
  if (inner.kind === "parameter" && inner.handed) {
    const adapter = adapterOf(inner.handed.receiver, ask, depth + 1);
    return adapter?.begets[inner.handed.method] === "callback" ? adapter : null;
  }
  return null;
}

function adapterOfType(type: TypeName): Adapter | null {
  for (const adapter of adapters)
    if (type.from && adapter.packages.includes(type.from.specifier) && adapter.types.includes(type.from.name))
      return adapter;
  return null;
}

function receiverOf({ rootName, steps }: ChainSite): string[] {
  const names = rootName ? [rootName] : [];
  for (const { name, args } of steps) {
    if (args !== null) break;
    names.push(name);
  }
  return names;
}
