/** What a text must hold for its tree to be walked. */
import type { QueryFunction } from "../../manifest/model.ts";
import { adapters } from "./adapters/mod.ts";
import { VERB } from "./opening.ts";
import { HABIT } from "./site-callees.ts";

/** What any of the adapters names, as alternatives of a pattern. */
const named = (list: "methods" | "raw" | "describing" | "models" | "packages"): string => {
  const names = adapters.flatMap((adapter) => adapter[list] ?? []);
  return [...new Set(names)].map((name) => name.replace(/[^\w]/g, "\\$&")).join("|");
};

/** What is found in few texts, and only there worth the search for the pattern that it is a part of. */
type Hinted = readonly [hint: string, pattern: string];

/**
 * Words by which a file speaks to a client, or of a database's address, whatever the SQL. Each is searched
 * for by itself: a pattern of few alternatives is skipped through by their letters, and one of all of them
 * takes twice as long as all these.
 */
const CLIENTS: readonly (string | Hinted)[] = [
  "sql",
  `["'](?:${named("packages")})["']`,
  `\\.(?:${named("methods")})\\s*[(<.]`,
  `[.#](?:${named("raw")})\\s*[(<\`]`,
  [
    String.raw`\.(?:query|execute|unsafe|exec|raw)\b`,
    String.raw`\.(?:query|execute|unsafe)\b|\b${HABIT.source.slice(1, -1)}[?!]*\.(?:exec|raw)\b`,
  ],
  "DATABASE|PGHOST",
  String.raw`_URL\b|\benv\b`,
  ["://", "(?:postgres(?:ql)?|mysql2?|mariadb)://"],
  String.raw`\b(?:create|drop)(?:db|user)\b`,
  `freehold-ignore|\\b(?:${named("models")})\\(`,
  [named("describing"), `\\b(?:${named("describing")})\\b`],
  ...adapters.flatMap(({ habits }) => (habits ? [String.raw`\b(?:${habits.join("|")})[?!]*\.`] : [])),
  String.raw`\b(?:db|trx|tx|qb)(?:<[^>]*>)?\(`,
  String.raw`\b(?:knex|database|connection)(?:<[^>]*>)?\(`,
];
const clients = CLIENTS.map((words) => [words].flat().map((pattern) => new RegExp(pattern, "i")));

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
    clients.some((patterns) => patterns.every((pattern) => pattern.test(text))) ||
    (OPENS.test(text) && STATEMENTS.test(text)) ||
    queryFunctions.some(({ path }) => text.includes(path.at(-1) ?? ""))
  );
}
