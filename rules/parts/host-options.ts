/** The option of `no-hardcoded-connection`: a module of its own, as zod costs a process's start more than all rules together. */
import * as z from "zod";

export const hostOptions = z.strictObject({
  hosts: z
    .array(z.string())
    .default([])
    .describe("Hosts whose addresses may be written, such as localhost in a tool for one's own machine."),
});
