/** `freehold map`: who owns what, and who reaches for it, as a picture. */
import { mapFormats } from "../report/mod.ts";
import type { Io } from "./io.ts";
import { type ReadOptions, readWorkspace, show } from "./read-workspace.ts";

/** `freehold map`. @returns the exit code */
export async function run(
  { format, ...options }: ReadOptions & { format: keyof typeof mapFormats },
  io: Io,
): Promise<number> {
  const model = await readWorkspace(options, io);
  return show(mapFormats[format](model), model, io);
}
