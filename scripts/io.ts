/**
 * What a command may touch of the world, handed to it as one value so that tests can stand in for a
 * terminal. Only cli.ts makes a real one.
 */
import type { Painter } from "../report/context.ts";

export interface Io {
  /** Writes to standard output, as given: no line end is added. */
  out(text: string): void;
  /** Writes to standard error, as given. */
  err(text: string): void;
  /** Shows a passing line of progress on a terminal's standard error, or takes it away (null); elsewhere does nothing. */
  status(line: string | null): void;
  env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the working folder. */
  cwd: string;
  /** Paints text for standard output; plain where colour is not wanted. */
  color: Painter;
  /** Standard output is a terminal. */
  isTerminal: boolean;
  /** Columns that standard output has to offer. */
  width: number;
  /** Aborted at Ctrl-C and at TERM, its reason the exit code. Who asks for it must end soon after; who never does is killed. */
  signal: AbortSignal;
  /**
   * Starts the whole process over, to do much work in less time, or returns: asked before anything is written or begun.
   * Left out where the command is not the process's own.
   */
  startOver?(): void;
}

/** A command: options as commander parsed them, the exit code out. */
export type Run<Options> = (options: Options, io: Io) => Promise<number>;

/** 2 beside everything else: the tool could not do its work, or an input went unread. */
export const exitCodes = { clean: 0, findings: 1, failed: 2, interrupted: 130, terminated: 143 } as const;

/**
 * An error that a person can mend: one line that says what is wrong and what to do. The command line
 * prints it without a stack and exits with 2. Anything else that is thrown counts as a bug of ours.
 */
export class ExpectedError extends Error {
  override name = "ExpectedError";
}

/** What is wrong in files that a person wrote: lines that begin with their place, `file:line:column  what`. */
export class LocatedError extends ExpectedError {
  override name = "LocatedError";
}
