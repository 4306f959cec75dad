/** Tables that are to change hands: both sides must be there, and one of the two must own the table. */
import type { ManifestProblem, Service, Transfer } from "./model.ts";
import { didYouMean, show } from "./nearest.ts";
import { matchTable, tableText } from "./pattern.ts";

/** @param names the names of all services, so that a mistake in one makes no second one of every mention */
export function transferProblems(
  transfers: readonly Transfer[],
  services: readonly Service[],
  names: ReadonlySet<string>,
): ManifestProblem[] {
  return transfers.flatMap((transfer) => {
    const { from, to, at } = transfer;
    const unknown = [from, to].find((name) => !names.has(name));
    if (unknown !== undefined) {
      return [{ at, message: `unknown service ${show(unknown)}${didYouMean(unknown, names)}` }];
    }
    const table = show(tableText(transfer));
    if (from === to) return [{ at, message: `${table} goes from ${show(from)} to itself` }];
    const sides = services.filter(({ name }) => name === from || name === to);
    if (sides.length < 2 || sides.some((side) => owns(side, transfer))) return [];
    return [{ at, message: `neither ${show(from)} nor ${show(to)} owns ${table}` }];
  });
}

function owns({ owns, schema, schemas }: Service, table: Transfer): boolean {
  return owns.some((pattern) => matchTable(pattern, table.schema ?? schema, table.table, schemas));
}
