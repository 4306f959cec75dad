/**
 * pg-promise's marks: `$(name)`, `${name}`, `$<name>`, `$[name]`, `$/name/` and `$1`, with a modifier that
 * says what they stand for: `:name` and `~` a name, `:raw`, `:value`, `^` and `#` text as it is.
 */
import type { HoleType } from "../model.ts";

/** `$1` needs a modifier here: without one it is PostgreSQL's own. */
export const PG_PROMISE =
  /(?<![$\w])\$(?:(\d{1,5})(?::(name|alias|raw|json|csv|list|value)\b|([~^#]))|[({<[/]\s*([\w$]+(?:\.[\w$]+)*)\s*(?::\s*(name|alias|raw|json|csv|list|value)|([~^#]))?\s*[)}>\]/])/g;

/** What a match of {@link PG_PROMISE} stands for. */
export function pgPromiseMark(match: RegExpMatchArray): { path: string; hole: HoleType } {
  const [, position, spoken, sign, path] = match;
  const modifier = spoken ?? sign ?? match[5] ?? match[6] ?? "";
  const hole = /^(?:name|alias|~)$/.test(modifier)
    ? "identifier"
    : /^(?:raw|value|[\^#])$/.test(modifier)
      ? "fragment"
      : "value";
  return { path: position ?? path ?? "", hole };
}
