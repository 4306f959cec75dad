/** What a chain of Kysely's schema builder does to its table: `createTable("t").addColumn("id", "uuid")`. */
import type { ChainStep } from "../../model.ts";
import type { Ask } from "./adapter.ts";
import { allTexts, columnsBy, created, createdView, renamed, type Shaping } from "./shaping.ts";

/** @param asStored a name as the database has it; the result is null where a part of what is done is not known */
export function shapingsOf(
  steps: readonly ChainStep[],
  asStored: (name: string) => string,
  ask: Ask,
): Shaping[] | null {
  const has = (name: string) => steps.some((step) => step.name === name && step.args !== null);
  const columns: string[] = [];
  const altered: Shaping[] = [];
  for (const { name, args } of steps) {
    const told = () => allTexts(args?.slice(0, name === "renameColumn" ? 2 : 1) ?? [], ask)?.map(asStored);
    let change: Shaping[] | null | undefined;
    switch (name) {
      // Whatever a function adds.
      case "$call":
        return null;
      case "addColumn": {
        const names = told() ?? null;
        columns.push(...(names ?? []));
        change = columnsBy("add-column", names);
        break;
      }
      case "dropColumn":
        change = columnsBy("drop-column", told() ?? null);
        break;
      case "renameColumn":
        change = renamed(told() ?? null);
        break;
      case "renameTo":
      case "setSchema": {
        const [to] = told() ?? [];
        change = to === undefined ? null : [{ kind: name === "renameTo" ? "rename" : "set-schema", to }];
        break;
      }
      default:
        continue;
    }
    if (!change) return null;
    altered.push(...change);
  }
  if (has("createTable")) return has("as") ? null : created(columns, has("ifNotExists"));
  if (has("createView")) return createdView(has("ifNotExists"));
  if (has("dropTable") || has("dropView")) return [{ kind: "drop", object: "table", ifExists: true }];
  return altered;
}
