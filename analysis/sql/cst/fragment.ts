/** A piece of a statement, read inside the first wrapper in which a reader takes it. */
import type { SqlFacts, SqlStatement } from "../../model.ts";
import { namesTables, type Wrapper, wrappersFor } from "../fragments.ts";
import { onlyHoles, openHoles } from "../holes.ts";
import { normalize } from "../normalize.ts";
import { oneLine, type SqlText, surrounded } from "../text.ts";
import { isMysql } from "./flavour.ts";
import { tokenizeFlavour } from "./lexer.ts";
import type { Session } from "./session.ts";
import { nextStatement, type Splitting } from "./splitter.ts";
import { type Outcome, parseStatement } from "./statement.ts";

/** Ways to fill the holes of a wrapped piece: many wrappers are tried, so fewer than for a statement. */
const MOST_TRIES = 24;

/** Pieces that only MySQL has. */
const MYSQL_WRAPPERS: readonly Wrapper[] = [["insert into t values (1) on duplicate key update ", ""]];

/**
 * Adds what a piece names to the facts.
 *
 * @returns false where the text holds several statements and is no piece at all.
 */
export function readFragment(text: SqlText, how: Splitting, session: Session, facts: SqlFacts): boolean {
  const tokens = tokenizeFlavour(text.text, how.flavour);
  if (tokens.kinds.length === 0) return false;
  const own = nextStatement(text.text, 0, how, []);
  if (own && nextStatement(text.text, own.next, how, [])) return false;
  // Nothing but holes: what they are is for the text that this piece is put into.
  if (onlyHoles(tokens, openHoles(tokens, text.holes))) return true;

  let furthest: { message: string; offset: number } | null = null;
  const wrappers = [...wrappersFor(text.text), ...(isMysql(how.flavour) ? MYSQL_WRAPPERS : [])];
  for (const tries of text.holes.length > 0 ? [1, MOST_TRIES] : [1]) {
    for (const wrapper of wrappers) {
      const outcome = parseWrapped(text, wrapper, how, tries);
      if (!outcome) continue;
      if (outcome.ok) {
        const read = outcome.read(session, { stored: null, conditional: false });
        const whole = wrapper[0] === "" && wrapper[1] === "";
        facts.statements.push({
          kind: whole ? read.kind : "fragment",
          at: text.span(tokens.starts[0]!, tokens.ends.at(-1)!),
          ...ofThePiece(read),
          normalized: normalize(tokens, text.holes),
        });
        return true;
      }
      const offset = outcome.offset - wrapper[0].length;
      if (!furthest || offset > furthest.offset) furthest = { message: outcome.message, offset };
    }
  }
  if (furthest && namesTables(text.text)) {
    const at = Math.min(Math.max(furthest.offset, 0), text.text.length);
    const token = tokens.ends.findIndex((end) => end > at);
    const index = token < 0 ? tokens.ends.length - 1 : token;
    facts.problems.push({
      message: oneLine(furthest.message),
      at: text.span(tokens.starts[index]!, tokens.ends[index]!),
    });
  }
  return true;
}

function parseWrapped(
  text: SqlText,
  [before, after]: Wrapper,
  how: Splitting,
  tries: number,
): Outcome | null {
  const wrapped = surrounded(text, 0, text.text.length, before, after);
  const raw = nextStatement(wrapped.text, 0, how, []);
  if (!raw || raw.end < before.length + text.text.trimEnd().length) return null;
  return parseStatement(wrapped, raw, how.flavour, { tries });
}

/** The wrapper's own names have no width in the original text. */
function ofThePiece(read: SqlStatement): Pick<SqlStatement, "references" | "changes" | "acts"> {
  const isOwn = ({ at }: { at: { start: number; end: number } }) => at.end > at.start;
  return {
    references: read.references.filter(isOwn),
    changes: read.changes.filter(isOwn),
    acts: read.acts.filter(isOwn),
  };
}
