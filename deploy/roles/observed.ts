/**
 * What a service's code was seen to do to a table, for rights that are no wider than that. Nothing is narrowed on a guess:
 * where any access of the service is not understood, or code of its was not read, all of it counts as unknown.
 */
import type { Model, Operation, Reference } from "../../analysis/model.ts";
import { isTestFile, matchTable, serviceOfFile } from "../../manifest/mod.ts";

export interface Observed {
  /**
   * The operations of a service on a table, or null where that is not known for sure.
   * @param schemas in which the code may have meant the table
   */
  operations(service: string, schemas: readonly string[], table: string): ReadonlySet<Operation> | null;
}

/** Nothing is known: every right that the manifest gives is granted whole. */
export const unobserved: Observed = { operations: () => null };

/** @param model of the whole workspace */
export function observe(model: Model): Observed {
  const unread = model.problems.length > 0;
  const byService = new Map<string, Reference[]>();
  const unclear = new Set<string>();
  for (const reference of model.references) {
    if (reference.test || reference.migration) continue;
    for (const service of reference.services) {
      if (reference.table === null || !isWhole(reference)) unclear.add(service);
      byService.set(service, [...(byService.get(service) ?? []), reference]);
    }
  }
  for (const { services, test } of model.unparsed) {
    if (!test) for (const service of services) unclear.add(service);
  }
  for (const path of model.unseen) {
    const service = isTestFile(path) ? null : serviceOfFile(model.manifest, path);
    if (service !== null) unclear.add(service);
  }
  return {
    operations(service, schemas, table) {
      if (unread || unclear.has(service)) return null;
      const found = new Set<Operation>();
      for (const reference of byService.get(service) ?? []) {
        const schema = reference.schema ?? schemas[0] ?? "";
        if (!matchTable({ schema: null, table }, schema, reference.table ?? "", schemas)) continue;
        for (const operation of operationsOf(reference)) found.add(operation);
      }
      return found;
    },
  };
}

/** An INSERT of which the statement is not known may hold an ON CONFLICT … DO UPDATE, which is an update, too. */
function isWhole({ operation, statement }: Reference): boolean {
  return operation !== "insert" || statement !== "";
}

function operationsOf({ operation, statement }: Reference): Operation[] {
  if (operation === null) return [];
  if (operation === "insert" && /\bon conflict\b.*\bdo update\b/is.test(statement))
    return ["insert", "update"];
  // A row that is locked is one that the right to update it is wanted for.
  if (operation === "select" && /\bfor (?:no key update|update|key share|share)\b/i.test(statement))
    return ["select", "update"];
  return [operation];
}
