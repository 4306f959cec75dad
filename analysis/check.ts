/**
 * From the joined model to findings: rules run, levels are applied, inline ignores suppress, the baseline
 * tells what is known, and the rules that judge exceptions run last, over what was used. Pure; the rules
 * are handed in.
 */
import { serviceOfFile } from "../manifest/lookup.ts";
import { isTestFile } from "../manifest/test-file.ts";
import { Identities } from "./identity.ts";
import { baselineKey, hash, matchBaseline } from "./known.ts";
import { Levels } from "./levels.ts";
import type {
  Baseline,
  BaselineEntry,
  BaselineOutcome,
  CheckResult,
  CheckSummary,
  Finding,
  Ignore,
  Manifest,
  Model,
  Place,
  Reference,
  Rule,
  RuleLevels,
  Verdict,
} from "./model.ts";

export interface CheckOptions {
  /** Levels that override the manifest's, by rule id. */
  levels?: RuleLevels;
  /** How long the run took so far, for the summary. */
  milliseconds?: number;
  /** What is known already. Findings of the rules that judge exceptions never are. */
  baseline?: Baseline | null;
  /** Set where the model is of a part of the workspace: what was found in the rest of it. */
  elsewhere?: Elsewhere;
  /** The tool's own version: rules that came after the first of its major are warnings, unless the manifest says otherwise. */
  version?: string;
}

/** An access that stands on an entry of "uses". */
export type Standing = Pick<Reference, "at"> & { judgements: readonly { use: { at: Place } | null }[] };

/** What was found in files that the model is not of, before any baseline. */
export interface Elsewhere {
  facts: readonly Finding[];
  /** Of the rules that judge exceptions, those that stand in such files. */
  exceptions: readonly Finding[];
  standing: readonly Standing[];
  /** Files, and references by their verdicts. */
  counts: Record<"files" | "leftOut" | Verdict, number>;
}

/**
 * Judges the model by the rules. Findings come without duplicates, ordered by file, line, column and
 * rule; the summary's errors and warnings count the new ones alone.
 */
export function check(model: Model, rules: readonly Rule[], options: CheckOptions = {}): CheckResult {
  const levels = new Levels(model.manifest, options.levels ?? {}, options.version);
  const shield = new Shield(model);

  const identities = new Identities(model);
  const findingsOf = (judged: Model, exceptions: boolean) => {
    const chosen = rules.filter((rule) => (rule.exceptions ?? false) === exceptions);
    const found = chosen.flatMap((rule) => run(rule, judged, levels, identities));
    for (const finding of found) shield.cover(finding);
    return unique(found.sort(byPlace));
  };

  const { elsewhere } = options;
  // What is said of other files is given a state of its own here, as the baseline changes it.
  const facts = [
    ...(elsewhere?.facts ?? []).map((finding) => ({ ...finding })),
    ...findingsOf(model, false),
  ].sort(byPlace);
  const entries = options.baseline?.entries ?? [];
  const known = matchBaseline(
    facts.filter(({ status }) => status === "new"),
    entries,
  );
  for (const [finding, { reason }] of known) Object.assign(finding, { status: "known", reason });

  const baseline = outcomesOf(entries, new Set(known.values()), rules, levels);
  const references = [...(elsewhere?.standing ?? []), ...model.references].sort(
    (a, b) => compare(a.at.file, b.at.file) || a.at.line - b.at.line || a.at.column - b.at.column,
  ) as Reference[];
  const ignores = shield.outcomes(rules, levels);
  const exceptions = findingsOf({ ...model, references, ignores, baseline }, true);

  const findings = [
    ...facts,
    ...(elsewhere?.exceptions ?? []).map((finding) => ({ ...finding })),
    ...exceptions,
  ].sort(byPlace);
  setFingerprints(findings);
  return {
    findings,
    problems: model.problems,
    summary: summarize(model, findings, options.milliseconds ?? 0, elsewhere?.counts),
  };
}

function run(rule: Rule, model: Model, levels: Levels, identities: Identities): Finding[] {
  if (levels.isOff(rule)) return [];
  const findings: Finding[] = [];
  for (const found of rule.check(model, model.manifest.rules[rule.id]?.options ?? {})) {
    const { at, message, help, subject, related, test = false } = found;
    const services = subject?.services ?? [];
    const severity = levels.of(rule, { services, test });
    if (severity === "off") continue;
    findings.push({
      rule: rule.id,
      severity,
      status: "new",
      message,
      help,
      at,
      services,
      owners: subject?.owners ?? [],
      table: subject?.table ?? null,
      access: subject?.access ?? null,
      related: related ?? [],
      identity: identities.of(found),
      fingerprint: "",
      reason: null,
    });
  }
  return findings;
}

/** The entries of the baseline as the rules that judge exceptions see them. */
function outcomesOf(
  entries: readonly BaselineEntry[],
  used: ReadonlySet<BaselineEntry>,
  rules: readonly Rule[],
  levels: Levels,
): BaselineOutcome[] {
  const known = new Map(rules.map((rule) => [rule.id, rule]));
  return entries.map((entry) => {
    const rule = known.get(entry.rule);
    if (!rule) return { ...entry, outcome: "unknown" };
    if (used.has(entry)) return { ...entry, outcome: "used" };
    const off = levels.of(rule, { services: entry.services, test: isTestFile(entry.file) }) === "off";
    return { ...entry, outcome: off ? "off" : "unused" };
  });
}

/** What is the same but for its line is told apart by its turn. */
function setFingerprints(findings: readonly Finding[]): void {
  const turns = new Map<string, number>();
  for (const finding of findings) {
    const key = JSON.stringify(baselineKey(finding));
    const turn = turns.get(key) ?? 0;
    turns.set(key, turn + 1);
    finding.fingerprint = hash(`${key}${turn}`);
  }
}

/** The inline ignores, and which of their rules have suppressed something. */
class Shield {
  readonly #ignores: readonly Ignore[];
  readonly #byFile = new Map<string, Ignore[]>();
  readonly #manifest: Manifest;
  readonly #manifests: ReadonlySet<string>;
  readonly #used = new Map<Ignore, Set<string>>();

  constructor({ ignores, manifest }: Model) {
    this.#ignores = ignores;
    this.#manifest = manifest;
    this.#manifests = new Set([manifest.file, ...manifest.services.map(({ at }) => at.file)]);
    for (const ignore of ignores) {
      const file = this.#byFile.get(ignore.at.file);
      if (file) file.push(ignore);
      else this.#byFile.set(ignore.at.file, [ignore]);
    }
  }

  /** Marks the finding as ignored where a comment with a reason covers the place at which it starts. */
  cover(finding: Finding): void {
    if (this.#manifests.has(finding.at.file)) return;
    for (const ignore of this.#byFile.get(finding.at.file) ?? []) {
      if (ignore.reason === null || !ignore.rules.includes(finding.rule)) continue;
      if (ignore.covers === null || !startsWithin(ignore.covers, finding.at)) continue;
      finding.status = "ignored";
      finding.reason = ignore.reason;
      const used = this.#used.get(ignore) ?? new Set();
      this.#used.set(ignore, used.add(finding.rule));
    }
  }

  /** The ignores as the rules that judge exceptions see them. */
  outcomes(rules: readonly Rule[], levels: Levels): Ignore[] {
    const known = new Map(rules.map((rule) => [rule.id, rule]));
    return this.#ignores.map((ignore) => {
      const outcome = (id: string) => {
        const rule = known.get(id);
        if (!rule) return "unknown";
        if (this.#used.get(ignore)?.has(id)) return "used";
        const service = serviceOfFile(this.#manifest, ignore.at.file);
        const standing = { services: service === null ? [] : [service], test: isTestFile(ignore.at.file) };
        return levels.of(rule, standing) === "off" ? "off" : "unused";
      };
      return { ...ignore, outcomes: Object.fromEntries(ignore.rules.map((rule) => [rule, outcome(rule)])) };
    });
  }
}

function startsWithin(outer: Place, { file, line, column }: Place): boolean {
  if (outer.file !== file || line < outer.line || line > outer.endLine) return false;
  if (line === outer.line && column < outer.column) return false;
  return line < outer.endLine || column < outer.endColumn;
}

/** Ordered by code units, so that no locale changes the order. */
function byPlace(a: Finding, b: Finding): number {
  return (
    compare(a.at.file, b.at.file) ||
    a.at.line - b.at.line ||
    a.at.column - b.at.column ||
    compare(a.rule, b.rule) ||
    compare(a.message, b.message)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Of findings that say the same at the same place, the first. */
function unique(sorted: readonly Finding[]): Finding[] {
  const told = new Set<string>();
  return sorted.filter(({ rule, at, message }) => {
    const key = JSON.stringify([rule, at.file, at.line, at.column, at.endLine, at.endColumn, message]);
    return !told.has(key) && told.add(key);
  });
}

function summarize(
  { references, files, leftOut }: Model,
  findings: readonly Finding[],
  milliseconds: number,
  elsewhere?: Elsewhere["counts"],
): CheckSummary {
  const count = (verdict: Verdict) =>
    references.filter((one) => one.verdict === verdict).length + (elsewhere?.[verdict] ?? 0);
  const fresh = (severity: Finding["severity"]) =>
    findings.filter((finding) => finding.status === "new" && finding.severity === severity).length;
  const told = ["own", "foreign", "unowned", "unresolved"] as const;
  return {
    files: files + (elsewhere?.files ?? 0),
    leftOut: leftOut + (elsewhere?.leftOut ?? 0),
    // System tables are nobody's business here: the four verdicts add up to the whole.
    references: told.reduce((sum, verdict) => sum + count(verdict), 0),
    own: count("own"),
    foreign: count("foreign"),
    unowned: count("unowned"),
    unresolved: count("unresolved"),
    errors: fresh("error"),
    warnings: fresh("warn"),
    milliseconds,
  };
}
