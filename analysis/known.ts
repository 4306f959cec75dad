/**
 * What the baseline knows a finding by, and which of its entries stands for which finding. Apart from the
 * baseline's reading and writing, which most runs have no need of.
 */
import type { BaselineEntry, BaselineKey, Finding } from "./model.ts";

/** By file first, so that what belongs together stands together. */
export function orderOf({
  file,
  rule,
  function: name,
  table,
  operation,
  services,
  statement,
}: BaselineKey): string {
  return JSON.stringify([file, rule, name ?? "", table ?? "", operation ?? "", services, statement]);
}

/**
 * Which entry stands for which finding: each for one. Those that name the finding's file come first; an
 * entry whose file has nothing of the kind any more follows its function and its statement into another.
 */
export function matchBaseline(
  findings: readonly Finding[],
  entries: readonly BaselineEntry[],
): Map<Finding, BaselineEntry> {
  const matched = new Map<Finding, BaselineEntry>();
  const left = new Set(entries);
  const pass = (keyOf: (key: BaselineKey) => string | null) => {
    if (left.size === 0) return;
    const waiting = new Map<string, BaselineEntry[]>();
    for (const entry of left) {
      const key = keyOf(entry);
      if (key === null) continue;
      const others = waiting.get(key);
      if (others) others.push(entry);
      else waiting.set(key, [entry]);
    }
    for (const finding of findings) {
      if (matched.has(finding)) continue;
      const key = keyOf(baselineKey(finding));
      const entry = key === null ? undefined : waiting.get(key)?.shift();
      if (!entry) continue;
      matched.set(finding, entry);
      left.delete(entry);
    }
  };
  pass(orderOf);
  pass((key) => (key.function === null && key.statement === "" ? null : orderOf({ ...key, file: "" })));
  return matched;
}

/** What a finding is known by: never its line. */
export function baselineKey({ rule, services, table, at, identity }: Finding): BaselineKey {
  return {
    rule,
    services,
    table,
    operation: identity.operation,
    file: at.file,
    function: identity.enclosing,
    statement: identity.statement === "" ? "" : hash(identity.statement),
  };
}

/** Sixteen hexadecimal digits: enough to tell one workspace's statements apart, and short enough to read past. */
export function hash(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 16);
}
