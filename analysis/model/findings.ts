/** Rules and findings. */
import type { ZodType } from "zod";
import type { Place, RuleLevel, Severity } from "../../manifest/model.ts";
import type { InputProblem } from "./facts.ts";
import type { Model, Related } from "./joined.ts";
import type { Access, Operation } from "./sql.ts";

/** What a finding is about; a {@link Reference} is one. */
export interface Subject {
  services: string[];
  owners: string[];
  table: string | null;
  access: Access | null;
}

export interface RuleFinding {
  at: Place;
  message: string;
  help: string;
  subject?: Partial<Subject>;
  related?: Related[];
  /** What the baseline knows it by, where that is more than the one statement at its place. */
  identity?: string;
  /** It stands in a test file: it weighs what the manifest wants there. */
  test?: boolean;
}

/** A rule is its words, its examples and its check; README, `explain` and schemas are derived from it. */
export interface Rule {
  id: string;
  severity: Severity;
  /** One sentence, imperative: "Disallow …". */
  summary: string;
  /** Why it matters, in a sentence or two. */
  why: string;
  /** What to do about a finding. */
  fix: string;
  /**
   * Whole small workspaces by path, on top of the manifest that fixtures/rule-tester.ts gives them
   * (`freehold.json` overrides it). Each bad one gives exactly this rule; each good one gives nothing.
   */
  examples: {
    bad: Record<string, string>;
    good: Record<string, string>;
    /** What git has of these files, where that is the point. */
    landed?: Record<string, string>;
  };
  /** It judges exceptions: it runs in a second pass, when it is known which of them were used. */
  exceptions?: boolean;
  /** The version that brought it, where that was not the first: see the manifest's `since`. */
  since?: string;
  /** The shape of its options under the manifest's `rules`, each with a default and a description. */
  options?: ZodType;
  /** @param options as the manifest gives them, for `this.options` to parse; an empty object where it gives none */
  check(model: Model, options: unknown): Iterable<RuleFinding>;
}

export type FindingStatus = "new" | "known" | "ignored";

export interface Finding {
  rule: string;
  severity: Severity;
  status: FindingStatus;
  message: string;
  help: string;
  at: Place;
  services: string[];
  owners: string[];
  table: string | null;
  access: Access | null;
  related: Related[];
  /** Beside rule, services, table and file, what tells the finding from others: never its line. */
  identity: FindingIdentity;
  /** The same for the same finding in another state of the code; no two of a run share one. */
  fingerprint: string;
  /** Why it does not count, where an inline ignore or the baseline says so. */
  reason: string | null;
}

export interface FindingIdentity {
  operation: Operation | null;
  /** Name of the enclosing function. */
  enclosing: string | null;
  /** The normalised statement, or what stands in its place; empty where operation and function tell enough. */
  statement: string;
}

export interface CheckSummary {
  files: number;
  /** Files that a machine wrote, which are not read: vendored, minified, generated, declarations. */
  leftOut: number;
  references: number;
  own: number;
  foreign: number;
  unowned: number;
  unresolved: number;
  errors: number;
  warnings: number;
  milliseconds: number;
}

export interface CheckResult {
  findings: Finding[];
  problems: InputProblem[];
  summary: CheckSummary;
}

/** Levels that override the rules' own, by rule id. */
export type RuleLevels = Record<string, RuleLevel>;
