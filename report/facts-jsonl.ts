/** The facts for programs: one object a line, described in report.schema.json. */
import type { Reference } from "../analysis/model.ts";
import { placeJson } from "./json.ts";
import type { ReferenceJson } from "./shapes.ts";
import { safeJson } from "./text.ts";

/** Renders one line a reference. Texts of parts of a list, one after the other, are the text of the whole list. */
export function factsJsonl(references: readonly Reference[]): string {
  return references.map((reference) => `${safeJson(referenceJson(reference))}\n`).join("");
}

/** The object that `factsJsonl` writes for a reference. */
function referenceJson(reference: Reference): ReferenceJson {
  const { services, at, schema, table, access, operation, client, verdict, owners, reason } = reference;
  return {
    kind: "reference",
    service: services[0] ?? null,
    ...placeJson(at),
    schema,
    table,
    access,
    operation,
    client,
    verdict,
    owner: owners[0] ?? null,
    owners,
    ...(table === null ? { reason: reason ?? "not known" } : {}),
  };
}
