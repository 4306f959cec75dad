import { COMMENT, END, Lexer, WORD } from "./lexer.ts";

/** First words of statements, and a second word where the first alone is an English word, too. */
const STARTS: Record<string, RegExp | null> = {
  select: null,
  insert: /^\s+(?:(?:ignore|low_priority|high_priority|delayed|or\s+\w+)\s+)*into\b/i,
  update:
    /^\s+(?:(?:only|ignore|low_priority|or\s+\w+)\s+)*["`\w.$[\]]+(?:\s+(?:as\s+)?["`\w]+)?(?:\s+set|\s*,.+?\sset|\s+(?:inner|left|right|cross|straight_join|join)\b.+?\sset)\b/is,
  delete:
    /^\s+(?:(?:ignore|low_priority|quick)\s+)*(?:from|["`\w.]+(?:\.\*)?\s+from\s+["`\w.]+\s+(?:as\s+)?["`\w]+\s+(?:inner|left|right|cross|join))\b/i,
  replace: /^\s+(?:(?:low_priority|delayed)\s+)?into\b/i,
  load: /^\s+(?:data|xml)\s+(?:(?:low_priority|concurrent|local)\s+)*infile\b/i,
  rename: /^\s+(?:table|user)\s+["`\w.]+\s+to\b/i,
  pragma: /^\s+\w+(?:\.\w+)?\s*(?:$|;|=|\()/i,
  attach: /^\s+(?:database\s+)?['":$@?\w].*\bas\b/i,
  detach: /^\s+database\b/i,
  optimize: /^\s+(?:local\s+|no_write_to_binlog\s+)?table\b/i,
  show: /^\s+(?:full\s+)?(?:tables|columns|create|index|indexes|keys|databases)\b/i,
  handler: /^\s+["`\w.]+\s+(?:open|read|close)\b/i,
  merge: /^\s+into\b/i,
  with: /^\s+(?:recursive\s+)?["`\w]+\s*(?:\([^)]*\)\s*)?as\b/i,
  truncate: /^\s+["`\w]/i,
  copy: /^\s*(?:\(|["\w.]+\s*(?:\([^)]*\)\s*)?(?:from|to)\b)/i,
  lock: /^\s+(?:table\s+)?["\w.]+\s*(?:in\b|nowait\b|$|;|,)|^\s+tables?\s+["`\w.]+\s+(?:(?:as\s+)?["`\w]+\s+)?(?:read|write|low_priority)\b/i,
  create:
    /^\s+(?:or\s+replace\s+)?(?:global\s+|local\s+)?(?:temp(?:orary)?\s+|unlogged\s+|unique\s+|materialized\s+|foreign\s+|recursive\s+|constraint\s+|event\s+|trusted\s+|procedural\s+)*(?:table|view|index|trigger|function|procedure|policy|rule|schema|database|role|user|group|tablespace|extension|sequence|type|domain|statistics|publication|subscription|server|aggregate|operator|cast|collation|language|access)\b/i,
  alter:
    /^\s+(?:materialized\s+|foreign\s+|default\s+|event\s+)*(?:table|view|index|trigger|function|procedure|routine|policy|rule|schema|database|role|user|group|tablespace|extension|sequence|type|domain|statistics|publication|subscription|server|system|privileges)\b/i,
  drop: /^\s+(?:materialized\s+|foreign\s+|event\s+)*(?:table|view|index|trigger|function|procedure|routine|policy|rule|schema|database|role|user|group|tablespace|extension|sequence|type|domain|statistics|publication|subscription|server|owned|aggregate|operator|cast|collation|language)\b/i,
  comment: /^\s+on\s+\w+/i,
  grant: /^\s+["\w]+[\s\S]*\bto\b/i,
  revoke: /^\s+["\w]+[\s\S]*\bfrom\b/i,
  refresh: /^\s+materialized\b/i,
  reindex: /^\s+(?:\(|table|index|schema|database|system|concurrently)/i,
  vacuum: /^\s*(?:$|;|\(|["\w.]+\s*(?:$|;|,|\(|["\w]))/i,
  analyze: /^\s*(?:$|;|\(|["\w.]+\s*(?:$|;|,|\())/i,
  cluster: /^\s*(?:$|;|verbose\b|["\w.]+\s*(?:$|;|using\b))/i,
  explain: /^\s*(?:\(|analyze|verbose|select|insert|update|delete|with|merge)/i,
  prepare: /^\s+["\w]+\s*(?:\(|as\b)/i,
  declare: /^\s+["\w]+\s+(?:[a-z]+\s+)*cursor\b/i,
  table: /^\s+(?:only\s+)?["\w.]+\s*(?:$|;|order\b|limit\b)/i,
  values: /^\s*\(/,
  set: /^\s+(?:local\s+|session\s+)?(?:["\w.]+\s*(?:=|to\b)|role\b|time\s+zone\b|transaction\b|authorization\b|characteristics\b|constraints\b)/i,
  reset: /^\s+["\w.]+\s*(?:$|;)/i,
  begin: /^\s*(?:$|;|transaction\b|work\b|isolation\b|read\b)/i,
  commit: /^\s*(?:$|;|transaction\b|work\b|and\b|prepared\b)/i,
  rollback: /^\s*(?:$|;|transaction\b|work\b|and\b|to\b|prepared\b)/i,
  do: /^\s*(?:\$|'|language\b)/i,
  call: /^\s+["\w.]+\s*\(/i,
};

/** Whether text begins like an SQL statement. It is a cheap test for callers who have a string and must decide; the grammar has the last word. */
export function looksLikeSql(text: string): boolean {
  const lexer = new Lexer(text, text.charCodeAt(0) === 0xfeff ? 1 : 0);
  let kind = lexer.next();
  let opened = 0;
  for (; kind !== END; kind = lexer.next()) {
    if (kind === COMMENT) continue;
    if (text.charCodeAt(lexer.start) !== 40) break;
    opened++;
  }
  if (kind !== WORD) return false;
  if (opened > 0 && !closesLikeAQuery(text, lexer.start, opened)) return false;
  const word = text.slice(lexer.start, lexer.end).toLowerCase();
  if (!Object.hasOwn(STARTS, word)) return false;
  const rest = text.slice(lexer.end, lexer.end + 400);
  const more = STARTS[word];
  if (word === "select") return looksLikeSelect(text.slice(lexer.end));
  return more ? more.test(rest) : true;
}

/** `(select …)::int` is an expression; a query in brackets ends, or goes on as queries do. */
function closesLikeAQuery(text: string, from: number, opened: number): boolean {
  const lexer = new Lexer(text, from);
  let depth = opened;
  for (let kind = lexer.next(); kind !== END; kind = lexer.next()) {
    if (kind === COMMENT) continue;
    const code = text.charCodeAt(lexer.start);
    if (depth === 0) {
      return (
        code === 59 ||
        /^(?:union|except|intersect|order|limit|offset|fetch|for)$/i.test(text.slice(lexer.start, lexer.end))
      );
    }
    if (code === 40) depth++;
    else if (code === 41) depth--;
  }
  return true;
}

/** "Select an item from the list" is English, too: a select list has no article and no lone word chain. */
function looksLikeSelect(rest: string): boolean {
  if (!/^(?:[\s(*'"$:@]|\/\*|--)/.test(rest) && rest !== "") return false;
  if (/^\s*(?:an?|the|one|your|all\s+the|any|at\s+least|which|at)\s+[a-z]/i.test(rest)) return false;
  if (/\bfrom\b|[*(),'$=:]|\bhole_/i.test(rest)) return true;
  return /^\s+(?:\d|["\w.]+(?:\s+as\s+["\w]+)?\s*;?\s*$)/i.test(rest);
}
