/**
 * The real world as an {@link Io}: this process's standard streams, environment and signals.
 *
 * Output is written at once and in order. A reader that goes away (`freehold facts | head`) is no
 * error: what is left is dropped, and the exit code stays the command's own. A disk that is full is one.
 */
import { fstatSync, writeSync } from "node:fs";
import { plain } from "../report/context.ts";
import { ExpectedError, exitCodes, type Io } from "./io.ts";

const eraseLine = "\r\u001b[K";
/** Columns where no terminal says how many it has, or one says that it has none, as `script` does. */
const usualWidth = 120;

/** Milliseconds between two looks at a pipe whose reader is slow and which may not be waited for. */
const retryMs = 5;

/** This process's streams, environment and signals; each is asked for when it is first needed. */
export function terminal(): Io {
  const { env } = process;
  const shown: (boolean | undefined)[] = [];
  const isTerminal = (descriptor: 1 | 2) => {
    shown[descriptor] ??= isShown(descriptor);
    return shown[descriptor];
  };
  let statusShown = false;
  let signal: AbortSignal | undefined;
  let color: Io["color"] | undefined;
  let cwd: string | undefined;
  const output = new Stream(1);
  const errors = new Stream(2);
  const status = (line: string | null) => {
    if ((line === null && !statusShown) || !isTerminal(2)) return;
    errors.write(
      eraseLine + (line === null ? "" : line.slice(0, (process.stderr.columns || usualWidth) - 1)),
    );
    statusShown = line !== null;
  };
  return {
    out(text) {
      status(null);
      output.write(text);
    },
    err(text) {
      status(null);
      errors.write(text);
    },
    status,
    env,
    get cwd() {
      cwd ??= workingFolder();
      return cwd;
    },
    get color() {
      color ??= wantsColor(env, isTerminal(1)) ? painted() : plain;
      return color;
    },
    get isTerminal() {
      return isTerminal(1);
    },
    get width() {
      return (isTerminal(1) && process.stdout.columns) || usualWidth;
    },
    get signal() {
      signal ??= abortSignal(() => status(null));
      return signal;
    },
  };
}

/** @throws ExpectedError where another process has taken it away since this shell went into it */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    throw new ExpectedError("the working folder is no longer there: change into one that is");
  }
}

/** A terminal is behind the descriptor. Asked where it matters, and of files and pipes nothing more: making a stream takes its time. */
function isShown(descriptor: 1 | 2): boolean {
  try {
    if (!fstatSync(descriptor).isCharacterDevice()) return false;
  } catch {
    return false;
  }
  return (descriptor === 1 ? process.stdout : process.stderr).isTTY === true;
}

/** Loaded where somebody looks: a hook that finds nothing, and a program that reads, want no colours. */
function painted(): Io["color"] {
  const { Chalk } = require("chalk") as typeof import("chalk");
  return new Chalk({ level: 1 });
}

/**
 * Takes Ctrl-C and TERM over: the first lets the command put its things in order, the second does not
 * wait for it. Not before a command asks for it: one that only reads is best killed on the spot, in the
 * middle of a long loop, too, and a shell then sees the same 130.
 */
function abortSignal(tidy: () => void): AbortSignal {
  const controller = new AbortController();
  for (const [name, code] of [
    ["SIGINT", exitCodes.interrupted],
    ["SIGTERM", exitCodes.terminated],
  ] as const) {
    process.on(name, () => {
      tidy();
      if (controller.signal.aborted) process.exit(code);
      controller.abort(code);
    });
  }
  return controller.signal;
}

/**
 * FORCE_COLOR decides where it is set (`0` and `false` mean no); then NO_COLOR, if it is not empty
 * (https://no-color.org); then whether there is a terminal that can paint.
 */
export function wantsColor(env: Io["env"], isTerminal: boolean): boolean {
  const force = env["FORCE_COLOR"];
  if (force !== undefined) return force !== "0" && force !== "false";
  if (env["NO_COLOR"]) return false;
  return isTerminal && env["TERM"] !== "dumb";
}

class Stream {
  readonly #descriptor: number;
  #closed = false;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  write(text: string): void {
    const bytes = Buffer.from(text);
    let offset = 0;
    while (!this.#closed && offset < bytes.length) {
      try {
        offset += writeSync(this.#descriptor, bytes, offset);
      } catch (error) {
        const code = error instanceof Error && "code" in error ? error.code : undefined;
        if (code === "EPIPE") this.#closed = true;
        else if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
        else if (this.#descriptor === 1) throw new ExpectedError(`the output cannot be written (${code})`);
        else return; // What cannot be said on standard error cannot be said at all.
      }
    }
  }
}
