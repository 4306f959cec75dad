/**
 * The command line. Flags in, exit code out: 0 clean, 1 findings, 2 where the tool could not do its
 * work or an input went unread, 130 at Ctrl-C. A hook runs this before each commit, so nothing is loaded
 * that a run has no need of: a plain `check` goes straight to its module, past commander and all other commands.
 */
import { name, version } from "../package.json" with { type: "json" };
import { plainCheck } from "./check-flags.ts";
import { ExpectedError, exitCodes, type Io, LocatedError } from "./io.ts";
import { startOver } from "./start-over.ts";
import { terminal } from "./terminal.ts";

/**
 * Runs one command on this process's streams.
 * @param args what stands after `freehold`
 * @returns the exit code; nothing is thrown
 */
export async function start(args: readonly string[]): Promise<number> {
  const io: Io = Object.assign(terminal(), { startOver: () => startOver(args, process.env) });
  // Bun itself would exit with 1, which stands for findings.
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, (error: unknown) => process.exit(ownFault(error, io)));
  }
  return await main(args, io);
}

/**
 * Runs one command.
 * @param args what stands after `freehold`
 * @returns the exit code; nothing is thrown
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  try {
    const plain = plainCheck(args);
    if (plain === null) return await (await import("./commands.ts")).runCommand(args, io);
    return await (await import("./check.ts")).run(plain, io);
  } catch (error) {
    io.status(null);
    if (io.signal.aborted)
      return io.signal.reason === exitCodes.terminated ? exitCodes.terminated : exitCodes.interrupted;
    if (error instanceof ExpectedError || isMissingGrammar(error)) {
      io.err(`${error instanceof LocatedError ? "" : `${name}: `}${error.message}\n`);
      return exitCodes.failed;
    }
    return ownFault(error, io);
  }
}

/** An optional package that a dialect needs. Known by its name: its class lies in the analyser, which is not loaded here. */
function isMissingGrammar(error: unknown): error is Error {
  return error instanceof Error && error.name === "MissingGrammarError";
}

/** Says what nobody expected, in full. @returns the exit code */
function ownFault(error: unknown, io: Pick<Io, "err">): number {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.err(
    `${trace}\n\n${name} ${version}: this is a fault of the tool. Please report it with the lines above.\n`,
  );
  return exitCodes.failed;
}
