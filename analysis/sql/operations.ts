import type { Access, Operation } from "../model.ts";

/**
 * What each operation does to the table that it names. Inside a stored object (a view's query, a
 * function's body) the operation is the object's and the access is the inner statement's, so that
 * a reference there carries its access itself.
 */
const ACCESS: Record<Operation, Access> = {
  select: "read",
  "copy-to": "read",
  lock: "read",
  insert: "write",
  update: "write",
  delete: "write",
  merge: "write",
  truncate: "write",
  "copy-from": "write",
  "create-table": "schema",
  "alter-table": "schema",
  "drop-table": "schema",
  "create-index": "schema",
  grant: "schema",
  comment: "schema",
  references: "schema",
  view: "schema",
  trigger: "schema",
  function: "schema",
  policy: "schema",
  rule: "schema",
  inherit: "schema",
  partition: "schema",
};

/** The access that an operation needs of the table that it names. */
export function accessOf(operation: Operation): Access {
  return ACCESS[operation];
}
