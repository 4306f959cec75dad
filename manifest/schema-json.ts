import * as z from "zod";
import { manifestSchema } from "./schema.ts";

/** The text of `freehold.schema.json`: what editors need to help with a manifest. */
export function manifestJsonSchema(): string {
  const schema = z.toJSONSchema(manifestSchema, { io: "input", target: "draft-7" });
  return `${JSON.stringify({ ...schema, title: "freehold.json" }, null, 2)}\n`;
}
