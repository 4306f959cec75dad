/** What a text must hold for its tree to be walked. */
import type { QueryFunction } from "../../manifest/model.ts";
import { adapters } from "./adapters/mod.ts";
import { VERB } from "./opening.ts";
import { HABIT } from "./site-callees.ts";

const escaped = (names: readonly string[]) =>
  [...new Set(names)].map((name) => name.replace(/[^\w]/g, "\\$&")).join("|");

/** Words by which a file speaks to a client, or of a database's address, whatever the SQL. */
const CLIENTS = new RegExp(
  [
    String.raw`\bsql\b|Sql\b|SQL|\.(?:query|execute|unsafe)\b`,
    `\\b${HABIT.source.slice(1, -1)}[?!]*\\.(?:exec|raw)\\b`,
    String.raw`(?:postgres(?:ql)?|mysql2?|mariadb)://|DATABASE|PGHOST|_URL\b|\benv\b|\b(?:create|drop)(?:db|user)\b`,
    "freehold-ignore",
    `\\.(?:${escaped(adapters.flatMap(({ methods }) => methods ?? []))})\\s*[(<.]`,
    `[.#](?:${escaped(adapters.flatMap(({ raw }) => raw ?? []))})\\s*[(<\`]`,
    `\\b(?:${escaped(adapters.flatMap(({ habits }) => habits ?? []))})[?!]*\\.`,
    `\\b(?:${escaped(adapters.flatMap(({ describing }) => describing ?? []))})\\b`,
    `\\b(?:${escaped(adapters.flatMap(({ models }) => models ?? []))})\\(`,
    String.raw`\b(?:knex|db|trx|tx|database|qb|connection)(?:<[^>]*>)?\(`,
    `["'](?:${escaped(adapters.flatMap(({ packages }) => packages))})["']`,
  ].join("|"),
  "i",
);

/** Words of SQL, and of people, too: “cannot select a row from the list”. */
const STATEMENTS = new RegExp(
  [
    String.raw`\b(?:select|delete)\b[^]{1,4000}?\bfrom\b|\b(?:insert|merge)\s+into\b|\bupdate\b[^;]{1,400}?\bset\b`,
    String.raw`\b(?:truncate|lock|copy|table)\s+["\w]|\b(?:create|alter|drop|comment|grant|revoke|refresh|reindex)\s+(?:\w+\s+)?(?:table|index|view|database|role|user|schema|type|extension|function|trigger|policy|tablespace|all|on)\b`,
  ].join("|"),
  "i",
);

/** A text that begins as {@link VERB} says, as it is written: behind its quote, with line breaks as they are or as `\n`. */
const OPENS = new RegExp(
  `["'\`]${VERB.source.slice(1).replaceAll(String.raw`[\s(;]*`, String.raw`(?:[\s(;]|\\[nrt])*`)}`,
  "i",
);

/**
 * Whether a text may talk to a database. Broad on purpose: a tighter sieve loses references, and what
 * passes it in vain costs one walk. Of words of SQL it asks that some text begins like a statement: without
 * a client's evidence no other is read as one.
 */
export function mayTouchDatabase(text: string, queryFunctions: readonly QueryFunction[] = []): boolean {
  return (
    CLIENTS.test(text) ||
    (OPENS.test(text) && STATEMENTS.test(text)) ||
    queryFunctions.some(({ path }) => text.includes(path.at(-1) ?? ""))
  );
}
