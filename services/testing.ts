/** For tests: a service as a process of its own, the way it runs. A test reaches other services like this, by their API. */
import type { Environment } from "./chassis.ts";

export interface ServiceProcess {
  url: URL;
  /** What it had written to standard output when it listened. */
  said: string;
  /** Sends TERM. @returns the exit code and what it wrote to standard error. */
  stop(): Promise<{ code: number; complaints: string }>;
}

/**
 * Starts a service with these variables and no others.
 * @throws {ServiceFailure} where it ends before it listens.
 */
export async function startProcess(service: string, env: Environment): Promise<ServiceProcess> {
  const child = Bun.spawn([process.execPath, "--no-env-file", `${import.meta.dir}/${service}/main.ts`], {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const complaints = child.stderr.text();
  let said = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += chunk;
    const url = /listening at (\S+)/.exec(said)?.[1];
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

/** A service that ended instead of starting. */
export class ServiceFailure extends Error {
  override readonly name = "ServiceFailure";
  readonly code: number;

  constructor(code: number, complaints: string) {
    super(complaints);
    this.code = code;
  }
}
