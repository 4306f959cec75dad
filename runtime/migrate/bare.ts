/**
 * SQL with everything blanked in which a word is no keyword: comments, strings, quoted names, dollar quotes. Not a
 * parser: it answers some questions of the runner, errs towards caution, and keeps every offset.
 */

const opaque = [
  /--[^\n]*/.source,
  // Nested comments are rare enough to be matched as if they were not: what is left over only makes us more careful.
  /\/\*[\s\S]*?\*\//.source,
  /(?<![A-Za-z0-9_$])[eE]'(?:[^'\\]|\\[\s\S]|'')*'/.source,
  /'(?:[^']|'')*'/.source,
  /"(?:[^"]|"")*"/.source,
  /(?<![A-Za-z0-9_$])(?<tag>\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$)[\s\S]*?\k<tag>/.source,
].join("|");

/** The text with those parts as spaces. */
export function bare(text: string): string {
  return text.replaceAll(new RegExp(opaque, "g"), (part) => part.replaceAll(/[^\n]/g, " "));
}

/** Only white space and comments. */
export function isEmpty(text: string): boolean {
  // As most begin: no comment, and something.
  if (/^\s*[^\s;/-]/.test(text)) return false;
  return (
    text
      .replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, "")
      .replaceAll(";", "")
      .trim() === ""
  );
}

/** The statements, each from its first word on, without the semicolon; BEGIN ATOMIC bodies come apart. */
export function statements(text: string): string[] {
  const blank = bare(text);
  const found: string[] = [];
  let start = 0;
  for (let at = 0; at <= blank.length; at += 1) {
    if (at < blank.length && blank[at] !== ";") continue;
    const lead = /\S/.exec(blank.slice(start, at))?.index;
    if (lead !== undefined) found.push(text.slice(start + lead, at).trimEnd());
    start = at + 1;
  }
  return found;
}

/** It may end its own transaction, or wait for data from the client: not to be sent along with others. */
export function standsAlone(text: string): boolean {
  return /\b(?:commit|end|rollback|abort|prepare|copy)\b/i.test(bare(text));
}

/** It may say BEGIN, which is but a warning within a transaction. */
export function begins(text: string): boolean {
  return /\bbegin\b/i.test(bare(text));
}

/**
 * Whether every quote and comment in it is certain to end in it, so that other SQL may stand behind it in one message.
 * What servers' settings or rarer letters could make read otherwise is not certain.
 */
export function isClosed(text: string): boolean {
  return !/[\\$]/.test(text) && !/['"]|\/\*|\*\//.test(bare(text));
}
