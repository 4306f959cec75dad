/** For tests: SQL in, one short line a fact out. */
import type { SqlFacts, SqlPiece } from "../model.ts";
import { loadSql, readSql, readSqlFile } from "./mod.ts";

await loadSql();

/** `operation schema.table` for each reference, with `!` and the reason where the name is not known, and `< kind name` inside stored objects. */
export function named(sql: string): string[] {
  return lines(readSqlFile("a.sql", sql, { dialect: "postgresql" }), sql);
}

/** As {@link named}, for a template in which `${type reason}` is a hole. */
export function namedIn(template: string, whole = true): string[] {
  return lines(readSql(pieces(template), { dialect: "postgresql", whole }), template);
}

/** The pieces of a template in which `${type reason}` is a hole. */
export function pieces(template: string): SqlPiece[] {
  const found: SqlPiece[] = [];
  let at = 0;
  for (const match of template.matchAll(/\$\{(\w+)\s*([^}]*)\}/g)) {
    const span = (start: number, end: number) => ({ file: "a.ts", start, end });
    if (match.index > at) {
      found.push({ kind: "text", text: template.slice(at, match.index), at: span(at, match.index) });
    }
    at = match.index + match[0].length;
    const hole = match[1] as "unknown";
    found.push({ kind: "hole", hole, reason: match[2] ?? "", at: span(match.index, at) });
  }
  if (at < template.length) {
    const span = { file: "a.ts", start: at, end: template.length };
    found.push({ kind: "text", text: template.slice(at), at: span });
  }
  return found;
}

/** Everything a text says, short: references, acts, problems, in this order a statement; with `withMakes` also the indexes that are made. */
export function lines(facts: SqlFacts, source: string, withMakes = false): string[] {
  const out: string[] = [];
  for (const { references, acts } of facts.statements) {
    for (const { schema, table, reason, operation, access, at, dependency, index, makes } of references) {
      const name = table ?? index?.name ?? `!${reason}`;
      const stored = dependency ? ` ${access} < ${dependency.kind} ${dependency.name}` : "";
      const made = makes ? ` makes ${makes.join(", ")}` : "";
      const line = `${operation}${index ? " index" : ""} ${schema === null ? "" : `${schema}.`}${name}${stored}`;
      const text = source.slice(at.start, at.end);
      const plain = text.replaceAll('"', "") === `${schema === null ? "" : `${schema}.`}${name}`;
      out.push((plain ? line : `${line} at ${text}`) + (withMakes ? made : ""));
    }
    for (const { act, name } of acts) out.push(`act ${act}${name === null ? "" : ` ${name}`}`);
  }
  for (const { message, at } of facts.problems)
    out.push(`problem ${message} at ${source.slice(at.start, at.end)}`);
  return out;
}
