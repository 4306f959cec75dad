/** Whether the text at a reference's range is the name, quoted or not: nothing more, nothing less. */
import type { SqlReference } from "../../analysis/model.ts";
import { cutName } from "../../analysis/sql/names.ts";

const UNICODE = /^[uU]&"((?:[^"]|"")*)"/;
const QUOTED = /^"((?:[^"]|"")*)"/;
const PLAIN = /^[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/;

/** What a runner, psql or format() fills in: it stands for what the text does not tell, alone or glued to a word. */
const FILLED_IN = (() => {
  const forms = [
    '"\\{\\{[^}]*\\}\\}"',
    '"?\\$\\{[^}]*\\}"?',
    "\\{\\{[^}]*\\}\\}",
    ":[\"']?\\w+[\"']?",
    "@[\\w.:]+@",
    "%\\d*\\$?I",
  ];
  const word = "[\\w$\\u0080-\\uffff]*";
  return new RegExp(`^${word}(?:(?:${forms.join("|")})${word})+`);
})();

/**
 * The parts of a dotted name as it is written, each with every way to read it (none where something
 * else is filled in): white space and comments may stand between them. Null where the text is no name.
 */
function writtenParts(text: string): string[][] | null {
  const parts: string[][] = [];
  for (let rest = text; ; ) {
    rest = afterBlank(rest);
    const filled = FILLED_IN.exec(rest);
    const match = filled ?? UNICODE.exec(rest) ?? QUOTED.exec(rest) ?? PLAIN.exec(rest);
    if (!match) return null;
    const inner = match[1]?.replaceAll('""', '"');
    if (filled) parts.push([]);
    else if (inner === undefined) parts.push([match[0].replace(/[A-Z]/g, (letter) => letter.toLowerCase())]);
    else parts.push(match[0].startsWith('"') ? [inner] : unicodeReadings(inner));
    rest = afterBlank(rest.slice(match[0].length));
    if (rest === "") return parts;
    if (!rest.startsWith(".")) return null;
    rest = rest.slice(1);
  }
}

/** What stands behind white space and comments, which nest. */
function afterBlank(text: string): string {
  let at = 0;
  for (let depth = 0; at < text.length; ) {
    if (text.startsWith("/*", at)) {
      depth++;
      at += 2;
    } else if (depth > 0) {
      const closes = text.startsWith("*/", at);
      depth -= closes ? 1 : 0;
      at += closes ? 2 : 1;
    } else if (text.startsWith("--", at)) {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    } else if (" \t\r\n\f\v".includes(text.charAt(at))) at++;
    else break;
  }
  return text.slice(at);
}

/**
 * `U&"d\0061t\+000061"`, where a UESCAPE after the name may choose any other sign than the backslash.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS-UESCAPE
 */
function unicodeReadings(inner: string): string[] {
  const signs = new Set(["\\", ...(inner.match(/[^0-9a-fA-F\s"'+]/g) ?? [])]);
  return [...signs].map((sign) => {
    const escaped = sign.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    const pattern = new RegExp(`${escaped}(?:\\+([0-9a-fA-F]{6})|([0-9a-fA-F]{4})|${escaped})`, "g");
    return inner.replace(pattern, (_, long?: string, short?: string) => {
      const digits = long ?? short;
      return digits === undefined ? sign : String.fromCodePoint(Number.parseInt(digits, 16) % 0x110000);
    });
  });
}

/**
 * Null where a reference's range is exact; else what stands there instead. A name inside a quoted
 * string may have its quotes doubled, and one inside CREATE SCHEMA has a schema that is not written.
 */
export function inexact(reference: SqlReference, source: string): string | null {
  const { at, schema, table } = reference;
  if (at.start >= at.end || at.end > source.length) return `nothing: ${at.start} to ${at.end}`;
  // A name that is not known has the range of what hides it.
  if (table === null) return null;
  // Half a surrogate pair reaches a server as U+FFFD.
  const text = source.slice(at.start, at.end).toWellFormed();
  // quote_ident('a b') and its kin: a constant that becomes a name as it is.
  if (source[at.start - 1] === "'" && text.replaceAll("''", "'") === table) return null;
  for (const written of [text, text.replaceAll("''", "'")]) {
    const parts = writtenParts(written);
    const has = (index: number, name: string) =>
      parts?.at(index)?.some((reading) => cutName(reading) === name);
    if (!parts || !has(-1, table)) continue;
    if (parts.length === 1 || has(-2, schema ?? "") || (schema === null && parts.at(-2)?.length === 0))
      return null;
  }
  return text;
}
