/** `freehold rules`: the list of rules. */
import { rulesFormats } from "../report/mod.ts";
import { rules } from "../rules/mod.ts";
import { exitCodes, type Io } from "./io.ts";

/** `freehold rules`. @returns the exit code */
export async function run({ format }: { format: keyof typeof rulesFormats }, io: Io): Promise<number> {
  io.out(rulesFormats[format](rules, io));
  return exitCodes.clean;
}
