/** Who owns what, as a table: from the facts that the check stands on. */
import type { Model } from "../analysis/model.ts";

export interface Owned {
  table: string;
  owner: string;
  readers: string[];
  writers: string[];
}

/** Each table at the head of its owner's migrations, with the services whose code reads and writes it. */
export function ownership(model: Model): Owned[] {
  const tables = model.heads.filter(({ droppedAt }) => droppedAt === null);
  return tables.map(({ service: owner, name: table }) => {
    const uses = model.references.filter(
      (reference) =>
        reference.table === table &&
        reference.owners.includes(owner) &&
        !reference.migration &&
        !reference.test,
    );
    const services = (access: "read" | "write") => [
      ...new Set(uses.filter((use) => use.access === access).flatMap((use) => use.services)),
    ];
    return { table, owner, readers: services("read"), writers: services("write") };
  });
}

/** The same in columns, a line each, the heading first. */
export function ownershipTable(rows: readonly Owned[]): string[] {
  const cells = [
    ["table", "owner", "read by", "written by"],
    ...rows.map(({ table, owner, readers, writers }) => [
      table,
      owner,
      readers.join(", ") || "nobody",
      writers.join(", ") || "nobody",
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("   ")
      .trimEnd(),
  );
}
