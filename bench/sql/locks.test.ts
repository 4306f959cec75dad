import { afterAll, describe, expect, test } from "bun:test";
import type { Access, Operation, SqlReference } from "../../analysis/model.ts";
import { startPostgres } from "../../deploy/embedded/mod.ts";
import { STATEMENTS } from "./lock-cases.ts";
import type { Catalog } from "./lock-catalog.ts";
import { judge } from "./lock-judge.ts";
import type { Locked, LockMode } from "./lock-probe.ts";
import { builtInLocks } from "./locks.ts";

const server = await startPostgres();
afterAll(() => server.stop());

test("the engine names what PostgreSQL locks, statement by statement", async () => {
  const { compared, disagreements, refused } = await builtInLocks(server);
  expect({ compared, disagreements, refused }).toEqual({
    compared: Object.values(STATEMENTS).flat().length,
    disagreements: [],
    refused: [],
  });
});

describe("they disagree", () => {
  const catalog: Catalog = {
    path: ["public"],
    tables: new Set(["public.a", "public.b"]),
    readBy: new Map(),
    family: new Map(),
    foreignKeys: new Map(),
    triggered: new Set(),
    watched: false,
    hangers: new Map(),
    routines: new Set(),
  };
  const locked = (table: string, ...modes: LockMode[]): Locked => ({
    schema: "public",
    table,
    kind: "r",
    modes,
  });
  const named = (table: string, operation: Operation, access: Access): SqlReference => ({
    schema: null,
    table,
    reason: null,
    operation,
    access,
    at: { file: "a.sql", start: 0, end: 1 },
    dependency: null,
  });
  const differences = (references: SqlReference[], ...tables: Locked[]) =>
    judge("statement", references, tables, catalog).disagreements.map(
      ({ table, engine, postgresql }) => `${table}: ${engine}; ${postgresql}`,
    );

  test("where a locked table is not named", () =>
    expect(differences([], locked("a", "AccessShareLock"))).toEqual([
      "public.a: not named; AccessShareLock",
    ]));

  test("where a named table is not locked", () =>
    expect(differences([named("a", "select", "read")])).toEqual(["a: read (select); not locked"]));

  test("where rows are changed, and the engine says that they are read", () =>
    expect(differences([named("a", "select", "read")], locked("a", "RowExclusiveLock"))).toEqual([
      "public.a: read; RowExclusiveLock",
      "a: read (select); RowExclusiveLock",
    ]));

  test("where rows are only read, and the engine says that they are changed", () =>
    expect(differences([named("a", "update", "write")], locked("a", "AccessShareLock"))).toEqual([
      "public.a: write; AccessShareLock",
      "a: write (update); AccessShareLock",
    ]));

  test("where another table is meant", () =>
    expect(differences([named("b", "select", "read")], locked("a", "AccessShareLock"))).toEqual([
      "public.a: not named; AccessShareLock",
      "b: read (select); not locked",
    ]));
});
