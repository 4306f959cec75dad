/** What the rules on access do in test files. */
import type { Model, RuleFinding } from "../../analysis/model.ts";

/**
 * Spread into a finding: in a test file it weighs no more than the manifest's `tests` says.
 * Null where the manifest wants no findings there.
 */
export function weightInTests(
  { manifest }: Pick<Model, "manifest">,
  test: boolean,
): Pick<RuleFinding, "severity"> | null {
  if (!test || manifest.tests === "error") return {};
  return manifest.tests === "off" ? null : { severity: "warn" };
}
