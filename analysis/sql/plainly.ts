/**
 * Whether a text that the grammar refuses is an SQL statement all the same: another dialect's, or a
 * broken one. Its shape has to be a statement's from the verb to the table's name and on, and beside
 * that something has to stand in it which people do not write to each other.
 */

const NAME = String.raw`(?:["\`\[]?[\w$.\-]+["\`\]]?\.)?["\`\[]?[\w$]+["\`\]]?`;

/** What may follow a table's name; a text for people goes on in words. */
const AFTER = String.raw`(?:\s*$|\s*[;,)(]|\s+(?:where|join|inner|left|right|full|cross|natural|order|group|having|limit|offset|union|except|intersect|for|as|using|force|use|final|sample|(?:as\s+)?["\`\[]?\w+["\`\]]?\s+(?:where|join|inner|left|right|full|cross|on|order|group|limit|$))\b)`;

/** Statements from their verb on. */
const SHAPES: readonly RegExp[] = [
  `select\\s+(?:(?:distinct|all|top\\s+\\d+|sql_\\w+)\\s+)*(?:\\*|(?:[^.!;]|\\.(?=[\\w"*\`[]))*?[\\w)"\`\\]*'.,])\\s*\\bfrom\\s+(?:only\\s+|\\()?\\s*${NAME}${AFTER}`,
  `(?:insert(?:\\s+(?:ignore|or\\s+\\w+|low_priority|delayed))*|replace|merge)\\s+into\\s+(?:table\\s+)?${NAME}(?:\\s+(?:as\\s+)?\\w+)?\\s*(?:\\(|\\s(?:values?|select|set|default|using)\\b)`,
  `update\\s+(?:(?:only|ignore|low_priority|or\\s+\\w+)\\s+)*${NAME}(?:\\s+(?:as\\s+)?\\w+)?\\s+set\\s+${NAME}\\s*=`,
  `delete\\s+(?:(?:ignore|low_priority|quick)\\s+)*from\\s+(?:only\\s+)?${NAME}${AFTER}`,
  `create\\s+(?:\\w+\\s+)*?table\\s+(?:if\\s+not\\s+exists\\s+)?${NAME}\\s*(?:\\(|\\s(?:as|like)\\b|\\son\\s+cluster\\b)`,
  `create\\s+(?:(?:unique|fulltext|spatial|clustered|nonclustered)\\s+)*index\\s+(?:concurrently\\s+)?(?:if\\s+not\\s+exists\\s+)?${NAME}\\s+on\\s+${NAME}\\s*(?:\\(|\\susing\\b)`,
  `create\\s+(?:or\\s+(?:replace|alter)\\s+)?(?:\\w+\\s+)*?view\\s+(?:if\\s+not\\s+exists\\s+)?${NAME}\\s*(?:\\([^)]*\\)\\s*)?as\\s*\\(?\\s*select\\b`,
  `alter\\s+table\\s+(?:if\\s+exists\\s+|only\\s+)*${NAME}\\s+(?:add|drop|alter|modify|change|rename|engine|set|owner|enable|disable|convert|partition|attach|detach)\\b`,
  `drop\\s+(?:table|view)\\s+(?:if\\s+exists\\s+)?${NAME}\\s*(?:,|;|$|\\s(?:cascade|restrict)\\b)`,
  `truncate\\s+table\\s+${NAME}\\s*(?:,|;|$|\\s(?:cascade|restrict|restart|continue)\\b)`,
  `with\\s+(?:recursive\\s+)?${NAME}\\s*(?:\\([^)]*\\)\\s*)?as\\s+(?:(?:not\\s+)?materialized\\s+)?\\(\\s*(?:select|insert|update|delete|with|values)\\b`,
].map((shape) => new RegExp(`^[\\s(;]*${shape}`, "is"));

const COMMENTS = /--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\//g;

/** Statements' words in capitals, quoted names, lists of values, and comparisons with a place for a value. */
const SIGNS: readonly RegExp[] = [
  /\b(?:SELECT\b[\s\S]*\bFROM|INSERT\b[\s\S]*\bINTO|REPLACE\s+INTO|MERGE\s+INTO|UPDATE\b[\s\S]*\bSET|DELETE\b[\s\S]*\bFROM|(?:CREATE|ALTER|DROP|TRUNCATE)\b[\s\S]*\b(?:TABLE|VIEW|INDEX)|WITH\b[\s\S]*\bAS)\b/,
  /\b(?:from|join|into|update|table)\s+(?:[\w$]+\.)?[`"[][\w$]/i,
  /^[\s(;]*select\s+(?:distinct\s+)?(?:\*|\w+\.\*|\w+\()/i,
  /\bwhere\s+[\w.]+\s*(?:[=<>!]|in\s*\(|is\s+(?:not\s+)?null\b)/i,
  /\bvalues\s*\(|\)\s*select\b|\bas\s+\(\s*select\b/i,
  /(?:[=<>]|\b(?:like|in)\b)\s*\(?\s*(?:\?|[$:@]\w+|'|\d)/i,
  /\btable\s+(?:if\s+(?:not\s+)?exists\s+)?\S+\s*\(\s*[\w"`[\]]+\s+\w+/i,
];

/** @param text with a name's letters where something unknown stands */
export function isPlainlySql(text: string): boolean {
  const bare = text.replace(COMMENTS, " ").trim();
  return SHAPES.some((shape) => shape.test(bare)) && SIGNS.some((sign) => sign.test(bare));
}
