/** The shapes of single values, wherever they stand in the manifest. */
import * as z from "zod";
import { variableFault } from "./names.ts";
import { normalizePath } from "./paths.ts";

export const path = z.string().refine((text) => normalizePath(text).fault === null, {
  error: ({ input }) => normalizePath(String(input)).fault ?? undefined,
});

export const glob = z.string().refine((text) => globFault(text) === null, {
  error: ({ input }) => globFault(String(input)) ?? undefined,
});

/** A negated glob would take in nearly everything: nobody means that of `ignore`, and it would look clean. */
function globFault(text: string): string | null {
  if (text.startsWith("!")) return 'may not begin with "!": name what is meant, not what is not';
  return text.length > 1000 ? "is longer than 1000 characters" : normalizePath(text).fault;
}

export const variable = z.string().regex(/^[A-Z_][A-Z0-9_]*$/, {
  error: ({ input }) => variableFault(String(input)),
});

export const text = z.string().refine((value) => value.trim() !== "", { error: "is empty" });
