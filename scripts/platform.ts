/** The reference platform's services as processes of their own, the way they run: for the demo, and for tests. */
import { join } from "node:path";

export interface ServiceProcess {
  url: URL;
  /** What it had written to standard output when it listened. */
  said: string;
  /** Sends TERM. @returns the exit code, and what it wrote to standard error. */
  stop(): Promise<{ code: number; complaints: string }>;
}

/** A service that ended instead of starting. */
export class ServiceFailure extends Error {
  override readonly name = "ServiceFailure";
  readonly code: number;

  constructor(code: number, complaints: string) {
    super(complaints);
    this.code = code;
  }
}

/**
 * Starts a service with these variables and no others, and returns when it listens.
 * @throws {ServiceFailure} where it ends before that.
 */
export async function startService(
  service: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ServiceProcess> {
  const main = join(import.meta.dir, "../services", service, "main.ts");
  const child = Bun.spawn([process.execPath, "--no-env-file", main], {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const complaints = child.stderr.text();
  let said = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += chunk;
    const url = /listening at (\S+)\n/.exec(said)?.[1];
    if (url === undefined) continue;
    return {
      url: new URL(url),
      said,
      async stop() {
        child.kill("SIGTERM");
        return { code: await child.exited, complaints: await complaints };
      },
    };
  }
  throw new ServiceFailure(await child.exited, await complaints);
}
