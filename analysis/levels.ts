/**
 * How much a rule's finding weighs, from the nearest word to the furthest: an option of the run, the
 * service's entry, the manifest's, the rule's own. In tests, what is said of tests comes first.
 */
import type { Manifest, Rule, RuleLevel, RuleLevels, RuleSetting } from "./model.ts";

/** Where a finding stands, as far as its weight depends on it. */
export interface Standing {
  services: readonly string[];
  /** It stands in a test file, and its rule leaves tests their own weight. */
  test: boolean;
}

const gravity: readonly RuleLevel[] = ["error", "warn", "off"];

/** How grave each rule's findings are, by the manifest's word for all code, for a service and for tests. */
export class Levels {
  readonly #manifest: Manifest;
  readonly #overrides: RuleLevels;
  readonly #since: string | null;
  readonly #services: ReadonlyMap<string, Record<string, RuleSetting>>;

  /** @param version the tool's own; left out, every rule counts in full unless the manifest's `since` is older */
  constructor(manifest: Manifest, overrides: RuleLevels, version?: string) {
    this.#manifest = manifest;
    this.#overrides = overrides;
    this.#since = manifest.since ?? (version === undefined ? null : firstOfMajor(version));
    this.#services = new Map(manifest.services.map(({ name, rules }) => [name, rules]));
  }

  /** The gravest of what the services want of it. */
  of(rule: Rule, { services, test }: Standing): RuleLevel {
    const override = this.#overrides[rule.id];
    if (override !== undefined) return override;
    const wanted = services.length === 0 ? [null] : services;
    const found = wanted.map((service) => this.#for(rule, service, test));
    return gravity.find((level) => found.includes(level)) ?? rule.severity;
  }

  /** Nobody wants to hear of it, wherever it is. */
  isOff(rule: Rule): boolean {
    const all = [...this.#services.keys(), ""];
    return all.every((service) =>
      [false, true].every((test) => this.of(rule, { services: [service], test }) === "off"),
    );
  }

  #for(rule: Rule, service: string | null, test: boolean): RuleLevel {
    const general = this.#manifest.rules[rule.id];
    const own = service === null ? undefined : this.#services.get(service)?.[rule.id];
    const level = own?.level ?? general?.level ?? this.#usual(rule);
    if (!test) return level;
    const said = own?.tests ?? general?.tests;
    if (said) return said;
    const { tests } = this.#manifest;
    return gravity[Math.max(gravity.indexOf(level), gravity.indexOf(tests))] ?? level;
  }

  /** A rule that came later than the version that is counted on must not turn a green run red. */
  #usual({ severity, since }: Rule): RuleLevel {
    const later = since !== undefined && this.#since !== null && compareVersions(since, this.#since) > 0;
    return later ? "warn" : severity;
  }
}

/** The first version of a major has all rules that it starts with: 0.1 of 0, 2.0 of 2. */
function firstOfMajor(version: string): string {
  const [major] = version.split(".");
  return major === "0" ? "0.1" : `${major}.0`;
}

/** Below 0 where `a` is older. What stands after the minor version brings no rules. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [a, b].map((text) => text.split(".").map(Number)) as [number[], number[]];
  return (x[0] ?? 0) - (y[0] ?? 0) || (x[1] ?? 0) - (y[1] ?? 0);
}
