/**
 * How deeply a text nests, told before it is parsed: the parser climbs down on a stack of its own,
 * and where that ends, so does the process.
 */

/** Far beyond what people and generators write, far below what the parser cannot bear. */
const DEEPEST = 3000;

/** What opens, or goes on with a chain; no text nests deeper than it has of these. */
const OPENING = /[([{<>]/g;

/**
 * Whether brackets, or arrows and comparisons without an end between them (`a => a => …`, `a<a<…`),
 * nest too deeply to be parsed. Brackets in texts and comments count, too: it errs to the safe side.
 */
export function nestsTooDeeply(text: string): boolean {
  if (text.length < DEEPEST || !opensOften(text)) return false;
  let depth = 0;
  let chained = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 40: // (
      case 91: // [
      case 123: // {
        if (++depth > DEEPEST) return true;
        break;
      case 41: // )
      case 93: // ]
        if (depth > 0) depth--;
        break;
      case 125: // }
        if (depth > 0) depth--;
        chained = 0;
        break;
      case 59: // ;
        chained = 0;
        break;
      case 60: // <
        if (++chained > DEEPEST) return true;
        break;
      case 62: // >
        if (text.charCodeAt(i - 1) !== 61) chained = Math.max(0, chained - 1);
        else if (++chained > DEEPEST) return true;
        break;
    }
  }
  return false;
}

/** A search is a third of the time of the walk above, which few texts need. */
function opensOften(text: string): boolean {
  OPENING.lastIndex = 0;
  let left = DEEPEST;
  while (left >= 0 && OPENING.test(text)) left--;
  return left < 0;
}
