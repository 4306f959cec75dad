/** For tests: SQL of one of this folder's dialects in, one short line a fact out. */
import { loadSql, readSql, readSqlFile } from "../mod.ts";
import { lines, pieces } from "../testing.ts";
import type { Flavour } from "./flavour.ts";

await loadSql(["sqlite", "mysql", "mariadb"]);

/** As `named` of PostgreSQL's tests: `operation schema.table`, acts, problems. */
export function named(flavour: Flavour, sql: string): string[] {
  return plain(lines(readSqlFile("a.sql", sql, { dialect: flavour }), sql));
}

/** As {@link named}, for a template in which `${type reason}` is a hole. */
export function namedIn(flavour: Flavour, template: string, whole = true): string[] {
  return plain(lines(readSql(pieces(template), { dialect: flavour, whole }), template));
}

/** A name that differs from its text by its quotes alone needs no second mention. */
function plain(found: string[]): string[] {
  return found.map((line) => {
    const name = line.split(" ")[1] ?? "";
    const [before = line, at = ""] = line.split(/ at (?=[`'"[])/);
    return at !== "" && at.replace(/[`'"[\]]/g, "") === name ? before : line;
  });
}
