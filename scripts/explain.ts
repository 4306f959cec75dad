/** `freehold explain RULE`: what a rule finds, why, and the way out. */
import { nearest, optionLines } from "../manifest/mod.ts";
import { explain } from "../report/mod.ts";
import { rules } from "../rules/mod.ts";
import { ExpectedError, exitCodes, type Io } from "./io.ts";

/**
 * `freehold explain`.
 * @returns the exit code
 * @throws ExpectedError for a rule that there is not
 */
export async function run({ rule: id }: { rule: string }, io: Io): Promise<number> {
  const rule = rules.find((candidate) => candidate.id === id);
  if (!rule) {
    const near = nearest(
      id,
      rules.map((candidate) => candidate.id),
    );
    const hint = near === null ? '"freehold rules" lists them' : `did you mean ${near}?`;
    throw new ExpectedError(`unknown rule ${id}: ${hint}`);
  }
  io.out(explain(rule, io, rule.options && optionLines(rule.options)));
  return exitCodes.clean;
}
