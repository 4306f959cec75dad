/**
 * One turn's service, as a process that stands still while it is not its turn: what it has compiled and allocated stays, and
 * it takes nothing from the others meanwhile.
 */
import { join } from "node:path";
import type { Mode } from "./server.ts";

/** Decisions that it kept, and those of them that left its spool. */
export interface Counts {
  kept: number;
  flushed: number;
}

/** A service's process, stopped in its place while it is not its turn. */
export class Service {
  readonly #child: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #lines: AsyncIterator<string>;
  readonly pid: number;
  /** Where decisions are asked for. */
  url = "";

  constructor(mode: Mode, url: string, spool: string) {
    this.#child = Bun.spawn([process.execPath, join(import.meta.dir, "server.ts"), mode, url, spool], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
      // A session of its own, as a system's service has one: where Linux shares processors among sessions, it is one of them.
      detached: true,
    });
    this.pid = this.#child.pid;
    this.#lines = linesOf(this.#child.stdout);
  }

  /** @throws Error where it does not start */
  async ready(): Promise<void> {
    this.url = new URL("/check", await this.#hear("listening at ")).href;
  }

  stand(): void {
    process.kill(this.pid, "SIGSTOP");
  }

  go(): void {
    process.kill(this.pid, "SIGCONT");
  }

  /** Waits until everything that it kept is stored. */
  async settle(): Promise<Counts> {
    this.#child.stdin.write("settle\n");
    await this.#child.stdin.flush();
    const [kept, flushed] = (await this.#hear("settled ")).split(" ").map(Number);
    return { kept: kept!, flushed: flushed! };
  }

  async end(): Promise<void> {
    this.go();
    this.#child.kill("SIGTERM");
    await this.#child.exited;
  }

  /** @returns what stands behind a word, on the line that begins with it */
  async #hear(word: string): Promise<string> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`gatekeeper ended without having said "${word.trim()}"`);
      if (value.startsWith(word)) return value.slice(word.length);
    }
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
