/** Who may do what. The first rule that fits decides; where none does, the answer is no. */

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

/** `*` at the end of a pattern stands for anything. */
export const policy: readonly Rule[] = [
  { name: "operators", actor: "operator:*", action: "*", resource: "*", decision: "allow" },
  { name: "lobby is open to read", actor: "*", action: "GET", resource: "/lobby/*", decision: "allow" },
  {
    name: "agents write to the lobby",
    actor: "agent:*",
    action: "POST",
    resource: "/lobby/*",
    decision: "allow",
  },
  {
    name: "reporters send telemetry",
    actor: "agent:*",
    action: "POST",
    resource: "/telemetry/samples",
    decision: "allow",
    badge: "reporter",
  },
];

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
