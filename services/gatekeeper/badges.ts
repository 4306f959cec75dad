/** Badges are guardian's: gatekeeper asks its API, and takes no answer for a no. */
import { describe } from "../chassis.ts";

/**
 * @param guardian guardian's base URL, or null where there is no guardian: then nobody has a badge.
 * @param timeoutMs how long its answer is waited for
 */
export function askGuardian(
  guardian: URL | null,
  timeoutMs: number,
): (actor: string, badge: string) => Promise<boolean> {
  return async (actor, badge) => {
    if (!guardian) return false;
    const path = `/agents/${encodeURIComponent(actor)}/badges/${encodeURIComponent(badge)}`;
    try {
      const response = await fetch(new URL(path, guardian), { signal: AbortSignal.timeout(timeoutMs) });
      const answer: unknown = await response.json();
      return typeof answer === "object" && answer !== null && "held" in answer && answer.held === true;
    } catch (error) {
      console.error(`gatekeeper: guardian does not answer: ${describe(error)}`);
      return false;
    }
  };
}
