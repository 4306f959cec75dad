/** The JSON schema of everything that the toolkit prints for programs. */
import { z } from "zod";
import { checkShape, referenceShape, rulesShape } from "./shapes.ts";

/** The text of report.schema.json. Keys that a schema does not name are allowed: a later release may add some. */
export function reportJsonSchema(): string {
  const schema = z.toJSONSchema(z.union([checkShape, referenceShape, rulesShape]), { io: "input" });
  return `${JSON.stringify({ title: "What freehold prints for programs", ...schema }, null, 2)}\n`;
}
