/**
 * Holes in which a query of WITH may hide: text that nobody knows in WITH's own list (`with ${recent} select 1
 * from recent`), or before the word that begins a statement. What it reads is not known, and a name without
 * a schema that is read behind it may be the one that it gives.
 */
import type { SqlReference } from "../model.ts";
import type { OpenHole } from "./holes.ts";
import { type Tokens, tokenText } from "./lexer.ts";
import type { Hole } from "./text.ts";

const BEGINNING = /^(?:select|insert|update|delete|merge)$/i;

export interface OpenNames {
  /** A statement's references, where a name may be that of a hidden query: then it counts if somebody owns such a table. */
  known(references: SqlReference[]): SqlReference[];
  /** Whose tables are not known. What a client calls a fragment is read where that is made. */
  hidden: { hole: Hole; more: string }[];
}

/** What the holes of a statement leave open of the names of its queries. */
export function openNames(tokens: Tokens, holes: readonly OpenHole[]): OpenNames {
  const listed = holes.filter(({ form }) => form === "table");
  const before = holes.filter(
    ({ hole, token, form }, index) =>
      index === 0 &&
      token === 0 &&
      form === "empty" &&
      hole.type === "unknown" &&
      BEGINNING.test(behind(tokens, holes)),
  );
  return {
    known: (references) => (listed.length + before.length > 0 ? references.map(perhaps) : references),
    hidden: [
      ...listed.filter(({ hole }) => hole.type === "unknown").map(({ hole }) => ({ hole, more: "" })),
      ...before.map(({ hole }) => ({ hole, more: "may name queries" })),
    ],
  };
}

/** The word behind the holes that a statement begins with: they are one token, and a keyword may be glued to it. */
function behind(tokens: Tokens, holes: readonly OpenHole[]): string {
  const end = holes.findLast(({ token }) => token === 0)?.hole.end;
  return tokens.text.slice(end, tokens.ends[0]) || tokenText(tokens, 1);
}

function perhaps(reference: SqlReference): SqlReference {
  const { schema, table, access } = reference;
  return schema === null && table !== null && access === "read" ? { ...reference, perhaps: true } : reference;
}
