/** Who may do what. The first rule that fits decides; where none does, the answer is no. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { describe, SettingError } from "../chassis.ts";

export interface Question {
  actor: string;
  action: string;
  resource: string;
}

export interface Rule extends Question {
  /** Said with the decision, and kept with it. */
  name: string;
  decision: "allow" | "deny";
  /** The rule holds only for an actor that has this badge. */
  badge?: string;
}

export interface Decision {
  decision: "allow" | "deny";
  rule: string;
}

const text = z.string().min(1);
const rules: z.ZodType<Rule[]> = z.array(
  z.strictObject({
    name: text,
    actor: text,
    action: text,
    resource: text,
    decision: z.enum(["allow", "deny"]),
    badge: text.exactOptional(),
  }),
);

/**
 * Reads the rules from a file of JSON, in the order in which they are tried; `*` at the end of a pattern stands for anything.
 * @throws {SettingError} where the file cannot be read or holds no rules
 */
export function readPolicy(file: string | URL): Rule[] {
  const shown = file instanceof URL ? fileURLToPath(file) : file;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new SettingError(`the policy ${shown} cannot be read: ${describe(error)}`);
  }
  const result = rules.safeParse(content);
  if (result.success) return result.data;
  const [{ path, message }] = result.error.issues as [z.core.$ZodIssue];
  throw new SettingError(
    `the policy ${shown} is none: ${[path.join("."), message].filter(Boolean).join(": ")}`,
  );
}

/**
 * Decides a question.
 * @param holds asks whether an actor has a badge; only the rules that need one ask.
 */
export async function decide(
  question: Question,
  rules: readonly Rule[],
  holds: (actor: string, badge: string) => Promise<boolean>,
): Promise<Decision> {
  for (const rule of rules) {
    const fits =
      matches(rule.actor, question.actor) &&
      matches(rule.action, question.action) &&
      matches(rule.resource, question.resource);
    if (fits && (rule.badge === undefined || (await holds(question.actor, rule.badge)))) {
      return { decision: rule.decision, rule: rule.name };
    }
  }
  return { decision: "deny", rule: "nothing allows it" };
}

function matches(pattern: string, value: string): boolean {
  return pattern.endsWith("*") ? value.startsWith(pattern.slice(0, -1)) : pattern === value;
}
