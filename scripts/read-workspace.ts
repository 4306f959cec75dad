/** What the commands that show a workspace share: they read all of it, print, and fail only where an input went unread. */
import { analyse } from "../analysis/mod.ts";
import type { Manifest, Model } from "../analysis/model.ts";
import { nearest } from "../manifest/mod.ts";
import { unreadLines } from "../report/mod.ts";
import { ExpectedError, exitCodes, type Io } from "./io.ts";
import { openScopedCache } from "./scope.ts";
import { typesOption } from "./types-option.ts";
import { openWorkspace } from "./workspace.ts";

export interface ReadOptions {
  config?: string;
  types?: boolean;
}

/** The joined model of the working folder's workspace. @throws ExpectedError where there is no manifest, or it changes meanwhile */
export async function readWorkspace(options: ReadOptions, io: Io): Promise<Model> {
  const { root, manifest, assertUnchanged } = openWorkspace(io, options.config);
  const cache = openScopedCache(root, {}, io);
  const model = await analyse({ root, manifest, ...typesOption(options, io), ...(cache && { cache }) });
  assertUnchanged();
  io.status(null);
  return model;
}

/** Prints the text; says what went unread. @returns the exit code */
export function show(text: string, { problems }: Pick<Model, "problems">, io: Io): number {
  io.out(text);
  if (problems.length === 0) return exitCodes.clean;
  io.err(unreadLines(problems));
  return exitCodes.failed;
}

/** @throws ExpectedError where the manifest has no such service */
export function assertService({ services }: Manifest, name: string): void {
  const names = services.map((service) => service.name);
  if (names.includes(name)) return;
  const near = nearest(name, names);
  const hint = near === null ? `the manifest has ${names.join(", ")}` : `did you mean ${near}?`;
  throw new ExpectedError(`unknown service ${name}: ${hint}`);
}
