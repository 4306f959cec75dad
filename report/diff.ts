/** What a branch changes at the boundaries, as Markdown for a pull request: owners, ways in, accesses. */
import type { Manifest, Model, Place, Use } from "../analysis/model.ts";
import { code, prose, tableRow } from "./markdown-text.ts";
import { counted } from "./text.ts";

export interface DiffSubject {
  /** What the branch is held against, as it was asked for. */
  base: string;
  /** Null where there was no manifest. */
  before: Model | null;
  after: Model;
}

/** Places of one row that are named before the rest is only counted. */
const shownPlaces = 5;

/** Renders what was added and what was taken away; what only moved is neither. */
export function diffMarkdown({ base, before, after }: DiffSubject): string {
  const parts = [`## Boundaries since ${code(base)}`];
  if (before === null) parts.push("There was no manifest before.");
  const sections = [
    section("Owners", ["", "table", "what"], owners(before?.manifest ?? null, after.manifest)),
    section("Ways in", ["", "who", "what", "until", "why"], uses(before?.manifest ?? null, after.manifest)),
    section("Accesses", ["", "who", "what", "where"], accesses(before, after)),
  ].filter((text) => text !== null);
  parts.push(...(sections.length > 0 ? sections : ["No owner, no way in and no access changes."]));
  return `${parts.join("\n\n")}\n`;
}

function section(title: string, heading: string[], rows: string[][]): string | null {
  if (rows.length === 0) return null;
  const table = [heading, heading.map(() => "---"), ...rows].map(tableRow).join("\n");
  return `### ${title}\n\n${table}`;
}

const [plus, minus] = ["➕", "➖"];

/** Tables that got an owner, lost one, or changed hands; and what is published no more, or newly. */
function owners(before: Manifest | null, after: Manifest): string[][] {
  const [old, now] = [ownersOf(before), ownersOf(after)];
  const rows: string[][] = [];
  for (const table of union(old, now)) {
    const gone = (old.get(table) ?? []).filter((name) => !now.get(table)?.includes(name));
    const come = (now.get(table) ?? []).filter((name) => !old.get(table)?.includes(name));
    if (gone.length > 0 && come.length > 0) {
      rows.push(["🔁", code(table), prose(`goes from ${gone.join(" and ")} to ${come.join(" and ")}`)]);
    } else if (come.length > 0) rows.push([plus, code(table), prose(`${come.join(" and ")} owns it`)]);
    else if (gone.length > 0) rows.push([minus, code(table), prose(`${gone.join(" and ")} owned it`)]);
  }
  const [hidden, shown] = [published(before), published(after)];
  for (const [key, { table, service }] of shown) {
    if (!hidden.has(key)) rows.push([plus, code(table), prose(`${service} publishes it`)]);
  }
  for (const [key, { table, service }] of hidden) {
    if (!shown.has(key)) rows.push([minus, code(table), prose(`${service} published it`)]);
  }
  return rows;
}

function ownersOf(manifest: Manifest | null): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { name, owns, schema } of manifest?.services ?? []) {
    for (const entry of owns) {
      const usual = entry.schema === null || entry.schema === "public" || entry.schema === schema;
      const table = usual && schema === "public" ? entry.table : `${entry.schema ?? schema}.${entry.table}`;
      found.set(table, [...(found.get(table) ?? []), name]);
    }
  }
  return found;
}

function published(manifest: Manifest | null): Map<string, { table: string; service: string }> {
  const entries = (manifest?.services ?? []).flatMap(({ name, publishes }) =>
    publishes.map(({ table }) => [JSON.stringify([name, table]), { table, service: name }] as const),
  );
  return new Map(entries);
}

function uses(before: Manifest | null, after: Manifest): string[][] {
  const of = (manifest: Manifest | null) =>
    new Map(
      (manifest?.services ?? []).flatMap(({ name, uses: list }) =>
        list.map(
          ({ at: _, ...use }) =>
            [JSON.stringify([name, use]), { name, use }] as const satisfies [string, unknown],
        ),
      ),
    );
  const [old, now] = [of(before), of(after)];
  const row = (sign: string, name: string, use: Omit<Use, "at">) => [
    sign,
    prose(name),
    `${use.access}s ${code(use.table)} of ${prose(use.service)}${use.via === null ? "" : ` through ${code(use.via)}`}`,
    use.until ?? "–",
    prose(use.reason),
  ];
  return [
    ...[...now].flatMap(([key, { name, use }]) => (old.has(key) ? [] : [row(plus, name, use)])),
    ...[...old].flatMap(([key, { name, use }]) => (now.has(key) ? [] : [row(minus, name, use)])),
  ];
}

interface Row {
  sign: string;
  service: string;
  what: string;
  places: Place[];
}

/** Accesses to what is not one's own, each known by its function and statement: a line that moved is no news. */
function accesses(before: Model | null, after: Model): string[][] {
  const [old, now] = [keyed(before), keyed(after)];
  const rows = new Map<string, Row>();
  const note = (sign: string, found: Access[], known: Access[] | undefined) => {
    // Of as many as there were, the first stand for the others.
    for (const { service, what, at } of found.slice(known?.length ?? 0)) {
      const key = JSON.stringify([sign, service, what]);
      const row = rows.get(key) ?? { sign, service, what, places: [] };
      row.places.push(at);
      rows.set(key, row);
    }
  };
  for (const [key, found] of now) note(plus, found, old.get(key));
  for (const [key, found] of old) note(minus, found, now.get(key));
  return [...rows.values()]
    .sort((a, b) => (a.service === b.service ? 0 : a.service < b.service ? -1 : 1))
    .map(({ sign, service, what, places }) => [sign, prose(service), what, placesText(places)]);
}

interface Access {
  service: string;
  what: string;
  at: Place;
}

function keyed(model: Model | null): Map<string, Access[]> {
  const found = new Map<string, Access[]>();
  for (const reference of model?.references ?? []) {
    if (reference.test) continue;
    const { at, operation, access, enclosing, statement, schema, table } = reference;
    for (const { service, verdict, owners: whose, use } of reference.judgements) {
      if (verdict === "own" || verdict === "engine") continue;
      const name =
        table === null
          ? "a table whose name is not known"
          : code(schema === null ? table : `${schema}.${table}`);
      const of =
        whose.length > 0 ? ` of ${prose(whose.join(" and "))}` : table === null ? "" : ", which nobody owns";
      const allowed = verdict !== "foreign" ? "" : use === null ? " **not allowed**" : " (allowed)";
      const what = `${access === null ? "uses" : access === "schema" ? "changes" : `${access}s`} ${name}${of}${allowed}`;
      const key = JSON.stringify([service, what, operation, enclosing, statement]);
      const known = found.get(key);
      if (known) known.push({ service, what, at });
      else found.set(key, [{ service, what, at }]);
    }
  }
  return found;
}

function placesText(places: readonly Place[]): string {
  const shown = places.slice(0, shownPlaces).map(({ file, line }) => code(`${file}:${line}`));
  const more = places.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${counted(more, "more place")}` : "");
}

function union(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].sort();
}
