/**
 * Sets what the engine says of a statement beside what PostgreSQL locked for it. Both ways: a table
 * that was locked must be named, and a table that is named must have been locked, as strongly as the
 * engine says. Where they rightly differ, {@link MORE_LOCKED} and {@link LESS_LOCKED} say why.
 */
import type { Access, SqlReference } from "../../analysis/model.ts";
import { type Catalog, reach } from "./lock-catalog.ts";
import type { Locked, LockMode } from "./lock-probe.ts";

/** The weakest modes are for reading, one is for changing rows, the rest is for changing tables. */
const ACCESS: Record<LockMode, Access> = {
  AccessShareLock: "read",
  RowShareLock: "read",
  RowExclusiveLock: "write",
  ShareUpdateExclusiveLock: "schema",
  ShareLock: "schema",
  ShareRowExclusiveLock: "schema",
  ExclusiveLock: "schema",
  AccessExclusiveLock: "schema",
};

export interface Judgement {
  /** Tables about which both agree. */
  agreed: number;
  /** Differences with the id of what explains them. */
  explained: { table: string; reason: string }[];
  disagreements: { table: string; engine: string; postgresql: string }[];
}

interface Case {
  statement: string;
  catalog: Catalog;
  /** Tables that the engine names, as `schema.table`. */
  named: Set<string>;
  references: readonly SqlReference[];
}

/** Why a table may be locked though the statement does not name it, or more strongly than it says. First match counts. */
const MORE_LOCKED: { id: string; why: string; holds(one: Case, locked: Locked, access: Access): boolean }[] =
  [
    {
      id: "unresolved",
      why: "the engine says that it does not know which tables the statement touches",
      holds: ({ references }) => references.some(({ table }) => table === null),
    },
    {
      id: "ddl-reads",
      why: "changing a table's shape, or making it, also reads and fills it",
      holds: ({ references }, { table }, access) =>
        access !== "schema" && references.some((one) => one.table === table && one.access === "schema"),
    },
    {
      id: "exclusive",
      why: "TRUNCATE and REFRESH change rows and LOCK reads none, but they lock as ALTER does",
      holds: ({ references, statement }, { table }) =>
        references.some(
          (one) =>
            one.table === table &&
            (one.operation === "truncate" || one.operation === "lock" || /^\s*refresh\b/i.test(statement)),
        ),
    },
    {
      id: "view",
      why: "it stands behind a view or a rule that the statement names: the view's definition names it",
      holds: ({ catalog, named }, locked) => reach(catalog.readBy, named).has(key(locked)),
    },
    {
      id: "family",
      why: "a parent, child or partition of a table that the statement names",
      holds: ({ catalog, named }, locked) =>
        !named.has(key(locked)) &&
        reach(catalog.family, [...named, ...reach(catalog.readBy, named)]).has(key(locked)),
    },
    {
      id: "foreign-key",
      why: "the other end of a foreign key, checked or cascaded to",
      holds: ({ catalog, named }, locked) => {
        // Keys of partitions, and partitions of keys.
        let near = new Set([...named, ...reach(catalog.readBy, named)]);
        for (let size = 0; size < near.size; ) {
          size = near.size;
          near = new Set([...near, ...reach(catalog.family, near), ...reach(catalog.foreignKeys, near)]);
        }
        // A table that is named is another's other end only where it has a key at all.
        return near.has(key(locked)) && (!named.has(key(locked)) || catalog.foreignKeys.has(key(locked)));
      },
    },
    {
      id: "hanger",
      why: "the table of an index, sequence, constraint or type that the statement names: its name does not tell the table's",
      holds: ({ catalog, statement }, locked) => {
        const tables = [...catalog.hangers].flatMap(([name, on]) =>
          mentions(statement, name) ? [...on] : [],
        );
        return tables.includes(key(locked)) || reach(catalog.family, tables).has(key(locked));
      },
    },
    {
      id: "trigger",
      why: "done by a trigger, rule or routine that hangs on a table or view that the statement names, or by an event trigger",
      holds: ({ catalog, named }) =>
        catalog.watched ||
        [...named, ...reach(catalog.readBy, named)].some((table) => catalog.triggered.has(table)),
    },
    {
      id: "routine",
      why: "done by a function or procedure that the statement calls",
      holds: ({ catalog, statement }) =>
        [...catalog.routines].some((name) => mentions(statement, name, "\\s*\\(")) ||
        /\bexecute\b/i.test(statement),
    },
    {
      id: "definition",
      why: "the statement asks for the definition of a view, rule or policy, and the server looks at what it names",
      holds: ({ statement }) =>
        /\bpg_get_\w+def\b|\binformation_schema\.views\b|\bpg_(?:views|rules|policies)\b/i.test(statement),
    },
    {
      id: "replaced",
      why: "a publication's former table, or one that uses the type or domain that changes",
      holds: ({ statement }) => /^\s*alter\s+(?:publication|type|domain)\b/i.test(statement),
    },
    {
      id: "cascade",
      why: "dropped or emptied along with what the statement names",
      holds: ({ statement }) => /\bcascade\b|\bdrop\s+owned\b|\breassign\s+owned\b/i.test(statement),
    },
  ];

/** Why a table that the engine names may not have been locked, or less strongly. First match counts. */
const LESS_LOCKED: {
  id: string;
  why: string;
  holds(one: Case, reference: SqlReference, modes: readonly LockMode[]): boolean;
}[] = [
  {
    id: "perhaps",
    why: "the engine says that the name may be a type, an index or a sequence",
    holds: (_, { perhaps }) => perhaps === true,
  },
  {
    id: "grant",
    why: "GRANT and REVOKE change the catalogue without locking the table",
    holds: (_, { operation }) => operation === "grant",
  },
  {
    id: "absent",
    why: "the table, or what hangs on it, is not there: IF EXISTS, or a branch not taken",
    holds: ({ catalog, statement }, reference) =>
      !resolve(catalog, reference) || /\bif\s+exists\b/i.test(statement),
  },
  {
    id: "exists",
    why: "CREATE … IF NOT EXISTS of what exists does nothing",
    holds: ({ statement, catalog }, reference) =>
      /\bif\s+not\s+exists\b/i.test(statement) && resolve(catalog, reference) !== null,
  },
  {
    id: "body",
    why: "it stands in a routine's body: nothing is locked before somebody calls it",
    holds: (_, { dependency }) => dependency?.kind === "function" || dependency?.kind === "procedure",
  },
  {
    id: "branch",
    why: "it stands in a block's branch that was not taken",
    holds: ({ statement }) => /^\s*do\b/i.test(statement),
  },
  {
    id: "light",
    why: "what changes hangs on the table (a comment, a trigger's other end, a child, an owned sequence): the table itself is only looked at",
    holds: ({ statement }, { operation }, modes) =>
      modes.includes("AccessShareLock") &&
      (["comment", "trigger", "inherit"].includes(operation) || /\bowned\s+by\b/i.test(statement)),
  },
];

/** Every explanation, for those who print them. */
export const REASONS: readonly { id: string; why: string }[] = [...MORE_LOCKED, ...LESS_LOCKED];

/** Holds what the engine names against what PostgreSQL has locked. */
export function judge(
  statement: string,
  references: readonly SqlReference[],
  locked: readonly Locked[],
  catalog: Catalog,
): Judgement {
  const out: Judgement = { agreed: 0, explained: [], disagreements: [] };
  const made = new Map(locked.map((one) => [one.table, key(one)]));
  const named = new Set(
    references.flatMap((one) => {
      const name = resolve(catalog, one) ?? (one.table === null ? undefined : made.get(one.table));
      return name ? [name] : [];
    }),
  );
  const one: Case = { statement, catalog, named, references };

  for (const relation of locked) {
    const own = references.filter((reference) => isFor(reference, relation));
    const told = new Set(own.map(({ access }) => access));
    const open = [...new Set(relation.modes.map((mode) => ACCESS[mode]))].filter(
      (access) => !told.has(access),
    );
    const unexplained = open.filter((access) => {
      const reason = MORE_LOCKED.find(({ holds }) => holds(one, relation, access));
      if (reason) out.explained.push({ table: key(relation), reason: reason.id });
      return !reason;
    });
    if (open.length === 0) out.agreed++;
    if (unexplained.length === 0) continue;
    const engine = [...told].join(", ") || "not named";
    out.disagreements.push({ table: key(relation), engine, postgresql: relation.modes.join(", ") });
  }

  for (const reference of references) {
    if (reference.table === null) continue;
    const modes = locked.find((relation) => isFor(reference, relation))?.modes ?? [];
    if (modes.some((mode) => satisfies(reference, ACCESS[mode]))) continue;
    const reason = LESS_LOCKED.find(({ holds }) => holds(one, reference, modes));
    const table = `${reference.schema === null ? "" : `${reference.schema}.`}${reference.table}`;
    if (reason) out.explained.push({ table, reason: reason.id });
    else {
      const engine = `${reference.access} (${reference.operation})`;
      out.disagreements.push({ table, engine, postgresql: modes.join(", ") || "not locked" });
    }
  }
  return out;
}

/** TRUNCATE, LOCK and REFRESH lock more strongly than their access; nothing may lock more weakly. */
function satisfies({ operation, access }: SqlReference, locked: Access): boolean {
  if (operation === "lock") return true;
  if (operation === "truncate" || (operation === "update" && locked === "schema")) return locked === "schema";
  return access === locked;
}

function key({ schema, table }: Locked): string {
  return `${schema}.${table}`;
}

function isFor(reference: SqlReference, relation: Locked): boolean {
  return (
    reference.table === relation.table && (reference.schema === null || reference.schema === relation.schema)
  );
}

/** The table that a reference means, among those that were there before the statement. */
function resolve(catalog: Catalog, { schema, table }: SqlReference): string | null {
  if (table === null) return null;
  if (schema !== null) return catalog.tables.has(`${schema}.${table}`) ? `${schema}.${table}` : null;
  const found = catalog.path.find((one) => catalog.tables.has(`${one}.${table}`));
  return found === undefined ? null : `${found}.${table}`;
}

function mentions(statement: string, name: string, after = ""): boolean {
  const escaped = name.replace(/[\\^$.*+?()[]{}|]/g, "\\$&");
  // What is 63 bytes long may be written longer: PostgreSQL cuts it.
  const rest = Buffer.byteLength(name) >= 63 ? "[\\w$]*" : "";
  return new RegExp(`(?<![\\w$])${escaped}${rest}(?![\\w$])"?${after}`, "i").test(statement);
}
