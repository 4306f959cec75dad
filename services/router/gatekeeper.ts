/** The router asks gatekeeper before anything else; no answer is a no. */
import { z } from "zod";
import { describe, Problem } from "../chassis.ts";

const answer = z.object({ decision: z.enum(["allow", "deny"]), rule: z.string() });
const timeoutMs = 5000;

/**
 * Asks whether an actor may do something.
 * @throws {Problem} 403 where it may not, 503 where gatekeeper does not answer.
 */
export async function requireAllowed(
  gatekeeper: URL,
  actor: string,
  action: string,
  resource: string,
): Promise<void> {
  const { decision, rule } = await ask(gatekeeper, { actor, action, resource });
  if (decision === "deny") throw new Problem(403, `${actor} may not ${action} ${resource}: ${rule}`);
}

async function ask(gatekeeper: URL, question: object): Promise<z.infer<typeof answer>> {
  try {
    const response = await fetch(new URL("/check", gatekeeper), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(question),
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.ok) return answer.parse(await response.json());
    throw new Error(`${response.status} ${await response.text()}`);
  } catch (error) {
    console.error(`router: gatekeeper does not answer: ${describe(error)}`);
    throw new Problem(503, "gatekeeper does not answer, so nothing is let through");
  }
}
