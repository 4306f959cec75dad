/** `freehold why SERVICE TABLE`: every place and import chain by which a service reaches a table. */
import type { Model } from "../analysis/model.ts";
import { matchName, nearest } from "../manifest/mod.ts";
import { why } from "../report/mod.ts";
import { selector } from "./facts.ts";
import { ExpectedError, type Io } from "./io.ts";
import { assertService, type ReadOptions, readWorkspace, show } from "./read-workspace.ts";
import { openWorkspace } from "./workspace.ts";

/**
 * `freehold why`.
 * @returns the exit code
 * @throws ExpectedError for a service or a table that nobody knows
 */
export async function run(
  { service, table, ...options }: ReadOptions & { service: string; table: string },
  io: Io,
): Promise<number> {
  assertService(openWorkspace(io, options.config).manifest, service);
  const model = await readWorkspace(options, io);
  const { manifest, references, today } = model;
  const found = references.filter(selector(manifest, { service, table }));
  if (found.length === 0) assertTable(model, table);
  const unresolved = references.filter(selector(manifest, { service, verdict: "unresolved" })).length;
  return show(why({ service, table, references: found, unresolved, today }, io), model, io);
}

/** @throws ExpectedError where neither code nor manifest has such a table: that nobody reaches it says nothing */
function assertTable({ manifest, references }: Model, table: string): void {
  if (table.includes("*") || references.some(selector(manifest, { table }))) return;
  const owned = manifest.services.flatMap(({ owns }) => owns.map((name) => name.table));
  const plain = table.slice(table.lastIndexOf(".") + 1);
  if (owned.some((pattern) => matchName(pattern, plain))) return;
  const near = nearest(plain, [...owned, ...references.flatMap((one) => one.table ?? [])]);
  throw new ExpectedError(
    `no code and no manifest names a table ${table}${near === null ? "" : `: did you mean ${near}?`}`,
  );
}
