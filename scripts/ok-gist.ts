/**
 * What is worth reading twice of a long test run that failed: which tests, in which file, and with which error.
 * A log is often looked at from its end, thousands of passed tests away from the one that was not.
 */

/** Lines of an error that are told: its message and the nearest places of its stack. */
const MOST_LINES = 6;

/** @returns a few lines for each failed test and each error between tests in `bun test`'s output; "" where there is none */
export function gistOf(output: string): string {
  const told: string[] = [];
  let file = "";
  let error: string[] = [];
  let between = false;
  const tell = (what: string) => {
    told.push(`${file}: ${what}`, ...error.map((line) => `  ${line}`));
    error = [];
  };
  for (const line of output.split("\n")) {
    if (/^\S.*\.test\.ts:$/.test(line)) [file, error] = [line.slice(0, -1), []];
    else if (line.startsWith("# Unhandled error between tests")) [between, error] = [true, []];
    else if (line.startsWith("(pass)")) error = [];
    else if (line.startsWith("(fail)")) tell(line.slice("(fail) ".length));
    else if (between && line.startsWith("-----") && error.length > 0) {
      tell("an error between tests");
      between = false;
    } else if (isOfError(line, error.length > 0)) error.push(line.trim());
  }
  return told.map((line) => `${line}\n`).join("");

  function isOfError(line: string, begun: boolean): boolean {
    if (error.length >= MOST_LINES) return false;
    return /^\w*[eE]rror: /.test(line) || (begun && line.trim() !== "" && !/^\s*(\d+ \||\^$)/.test(line));
  }
}
