/** `freehold status`: each table, its owner, what others do to it, and which tables are to change hands. */
import { statusFormats } from "../report/mod.ts";
import type { Io } from "./io.ts";
import { type ReadOptions, readWorkspace, show } from "./read-workspace.ts";

/** `freehold status`. @returns the exit code */
export async function run(
  { format, ...options }: ReadOptions & { format: keyof typeof statusFormats },
  io: Io,
): Promise<number> {
  const model = await readWorkspace(options, io);
  return show(statusFormats[format](model, io), model, io);
}
