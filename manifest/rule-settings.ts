/** Levels and options of rules, as the manifest sets them: for all, for one service, for tests. */
import * as z from "zod";
import type { Document, Path } from "./document.ts";
import { validate } from "./issues.ts";
import type { ManifestProblem, RuleSetting } from "./model.ts";
import { didYouMean, show } from "./nearest.ts";
import { addProblems } from "./problem.ts";

/** A rule, as far as the manifest needs to know it. */
export interface KnownRule {
  id: string;
  /** The shape of its options; a rule without one takes none. */
  options?: z.ZodType;
}

export const level = z.enum(["error", "warn", "off"]);

const levels = {
  level: level.optional().describe("Left out, the rule's own."),
  tests: level.optional().describe('In test files; left out, what "tests" says.'),
};

const longForm = z.strictObject({
  ...levels,
  options: z.record(z.string(), z.unknown()).optional().describe("As the rule describes them."),
});

export const ruleSettings = z
  .record(z.string(), z.union([level, longForm]))
  .default({})
  .describe('Levels of rules that differ from the rules\' own: "warn", or { level, tests, options }.');

export const serviceRuleSettings = z
  .record(z.string(), z.union([level, z.strictObject(levels)]))
  .default({})
  .describe('Levels of rules for this service\'s code: "off", or { level, tests }.');

type Written = z.output<typeof ruleSettings> | z.output<typeof serviceRuleSettings>;

/** Every setting in its long form. */
export function settingsOf(written: Written): Record<string, RuleSetting> {
  return Object.fromEntries(
    Object.entries(written).map(([id, value]) => {
      const said = typeof value === "string" ? { level: value } : value;
      const { level, tests, options = {} }: z.output<typeof longForm> = said;
      return [id, { level: level ?? null, tests: tests ?? null, options }];
    }),
  );
}

/** Rules that are not known, and options that are not as their rule wants them. */
export function settingsProblems(
  document: Document,
  path: Path,
  knownRules: readonly KnownRule[] | undefined,
): ManifestProblem[] {
  if (knownRules === undefined) return [];
  const found = path.reduce<unknown>(
    (value, step) => (value as Record<string, unknown>)?.[step],
    document.value,
  );
  if (typeof found !== "object" || found === null || Array.isArray(found)) return [];
  const problems: ManifestProblem[] = [];
  const ids = knownRules.map(({ id }) => id);
  for (const [id, setting] of Object.entries(found)) {
    const rule = knownRules.find((known) => known.id === id);
    if (!rule) {
      const hint = didYouMean(id, ids) || ': "freehold rules" lists them';
      problems.push({ at: document.keyAt([...path, id]), message: `unknown rule ${show(id)}${hint}` });
      continue;
    }
    const options: unknown = typeof setting === "object" && setting !== null ? setting.options : undefined;
    if (options === undefined) continue;
    const at = [...path, id, "options"];
    if (rule.options) {
      const name = `the options of ${show(id)}`;
      validate(rule.options, { document, path: at, value: options, name }, problems);
    } else addProblems(problems, [{ at: document.keyAt(at), message: `rule ${show(id)} takes no options` }]);
  }
  return problems;
}

/** A rule's options by name, each with what it does: for help and docs. */
export function optionLines(schema: z.ZodType): { name: string; description: string }[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input" });
  return Object.entries(properties).map(([name, property]) => ({
    name,
    description: (typeof property === "object" && property.description) || "",
  }));
}
