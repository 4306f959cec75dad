/** The boundary table, which teams else draw by hand: each table, its owner, and what the others do to it. */
import type { Access, Manifest, Model, Reference, Use } from "../analysis/model.ts";
import { counted } from "./text.ts";

/** What one service does to a table that is another's. */
export interface BoundaryUse {
  service: string;
  /** In the order read, write, schema. */
  access: Access[];
  /** Places that no entry under "uses" allows. */
  forbidden: number;
  /** Entries that allow the others. */
  uses: Use[];
}

export interface BoundaryRow {
  /** Qualified where it does not stand in its owner's usual schema. */
  table: string;
  owner: string;
  published: boolean;
  others: BoundaryUse[];
}

export interface TransferRow {
  table: string;
  from: string;
  to: string;
  action: string;
  until: string | null;
  state: "done" | "pending" | "overdue";
  /** What speaks against it, a phrase each. */
  open: string[];
}

const order: readonly Access[] = ["read", "write", "schema"];

/**
 * Every owned table that code names, by owner and table. Tests are no business of the boundary's, nor are tables that only
 * their owner's migrations know, on the way to their head.
 */
export function boundary({ manifest, references, heads }: Model): BoundaryRow[] {
  const rows = new Map<string, BoundaryRow>();
  const row = (owner: string, schema: string | null, table: string) => {
    const service = manifest.services.find(({ name }) => name === owner);
    const usual = schema === null || schema === service?.schema;
    const name = usual ? table : `${schema}.${table}`;
    const key = JSON.stringify([owner, name]);
    const known = rows.get(key) ?? {
      table: name,
      owner,
      published: service?.publishes.some((entry) => entry.table === table) ?? false,
      others: [],
    };
    rows.set(key, known);
    return known;
  };
  for (const { name, owns } of manifest.services) {
    for (const { schema, table } of owns) if (!table.includes("*")) row(name, schema, table);
  }
  for (const reference of references) {
    if (reference.test || reference.table === null) continue;
    for (const judgement of reference.judgements) {
      const { verdict, owners, service, use } = judgement;
      if (verdict !== "own" && verdict !== "foreign") continue;
      for (const owner of owners) {
        if (verdict === "own" && reference.migration && !isThere(reference, owner, heads)) continue;
        const found = row(owner, reference.schema, reference.table);
        if (verdict === "foreign") note(found, service, reference, use);
      }
    }
  }
  return [...rows.values()].sort(
    (a, b) => turn(manifest, a.owner) - turn(manifest, b.owner) || (a.table < b.table ? -1 : 1),
  );
}

/** The table is one of those that the owner's migrations leave. */
function isThere({ table }: Reference, owner: string, heads: Model["heads"]): boolean {
  return heads.some(
    ({ service, name, droppedAt }) => service === owner && name === table && droppedAt === null,
  );
}

function note(row: BoundaryRow, service: string, { access }: Reference, use: Use | null): void {
  let found = row.others.find((other) => other.service === service);
  if (!found) {
    found = { service, access: [], forbidden: 0, uses: [] };
    row.others.push(found);
  }
  if (access !== null && !found.access.includes(access)) {
    found.access = order.filter((one) => one === access || found.access.includes(one));
  }
  if (use === null) found.forbidden++;
  else if (!found.uses.includes(use)) found.uses.push(use);
}

function turn({ services }: Manifest, name: string): number {
  return services.findIndex((service) => service.name === name);
}

/** Each transfer: done when its table is under the new owner's "owns" and no access of the old one's is left. */
export function transfers({ manifest, references, today }: Model): TransferRow[] {
  return manifest.transfers.map(({ schema, table, from, to, action, until }) => {
    const owners = manifest.services
      .filter(({ owns }) =>
        owns.some((entry) => entry.table === table && (schema === null || entry.schema === schema)),
      )
      .map(({ name }) => name);
    const open: string[] = [];
    if (!owners.includes(to)) open.push(`${to} does not own it yet`);
    if (owners.includes(from)) open.push(`${from} still owns it`);
    const places = references.filter(
      (reference) =>
        !reference.test &&
        !reference.migration &&
        reference.table === table &&
        (schema === null || reference.schema === null || reference.schema === schema) &&
        reference.judgements.some(({ service, use }) => service === from && use === null),
    );
    for (const { at } of places) open.push(`${at.file}:${at.line}`);
    const late = until !== null && until < today;
    const state = open.length === 0 ? "done" : late ? "overdue" : "pending";
    return { table: schema === null ? table : `${schema}.${table}`, from, to, action, until, state, open };
  });
}

/** What others do to a table: `published; guardian reads (until 2027-03-31)`, `–` where nobody does anything. */
export function othersText({ others, published }: BoundaryRow, today: string): string {
  const told = others.map((other) => otherText(other, today));
  return [...(published ? ["published"] : []), ...told].join("; ") || "–";
}

/** `guardian reads (until 2027-03-31)`, `lobby writes: 2 places not allowed`. */
function otherText({ service, access, forbidden, uses }: BoundaryUse, today: string): string {
  const does = access.map((one) => ({ read: "reads", write: "writes", schema: "changes" })[one]).join(", ");
  const dates = uses.map((use) => dateText(use, today)).join(", ");
  const open = forbidden === 0 ? "" : `: ${counted(forbidden, "place")} not allowed`;
  return `${service} ${does}${dates === "" ? "" : ` (${dates})`}${open}`;
}

function dateText({ until, via }: Use, today: string): string {
  const when = until === null ? "allowed" : until < today ? `expired ${until}` : `until ${until}`;
  return via === null ? when : `${when} through ${via}`;
}
