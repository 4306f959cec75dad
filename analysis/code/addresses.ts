/** What connection addresses look like. */

/** A connection URL with a host in it: RFC 3986's authority after one of the SQL engines' schemes. */
export const ADDRESS = /^(?:postgres(?:ql)?|mysql2?|mariadb|cockroachdb)(?:\+[a-z]+)?:\/\/[^\s]/i;
export const SCHEME = /^(?:postgres(?:ql)?|mysql2?|mariadb|cockroachdb)(?:\+[a-z]+)?:\/\//i;

/** Names as environment variables have them, told apart from other shouted words by an underscore. */
export const VARIABLE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;

/** A host of its own stands after the scheme or the `@`, not only holes. */
export function hasHost(text: string): boolean {
  if (!SCHEME.test(text)) return false;
  const rest = text.replace(SCHEME, "");
  const host = rest.includes("@") ? rest.slice(rest.lastIndexOf("@") + 1) : rest;
  return /^[a-z0-9[/]/i.test(host);
}

/** The password of a URL is never repeated, not even in a finding about it. */
export function redact(text: string): string {
  return text.replace(/(:\/\/[^:/@\s]*):[^@\s]*@/, "$1:***@");
}
