import type { Flavour } from "./flavour.ts";

/**
 * MySQL's executable comments: code that only some servers see.
 *
 * - MySQL runs `/*! … *\/`, and `/*!80013 … *\/` from that version on.
 * - MariaDB runs those, too, but for versions 50700 to 99999, which are MySQL's alone, and
 *   `/*M! … *\/`, which MySQL takes for a plain comment.
 *
 * A version that no server has (`/*M!999999 … *\/`, at the head of dumps) runs nowhere.
 *
 * Rules: https://mariadb.com/kb/en/comment-syntax/ and https://dev.mysql.com/doc/refman/8.4/en/comments.html
 */
const MARKER = /\/\*(M?)!(\d{5,6})?/y;

/** Versions beyond this are nobody's yet. */
const LAST_VERSION = 199_999;

/** Length of the marker of an executable comment at `at`, where the flavour's server runs it; else 0. */
export function executableMarker(text: string, at: number, flavour: Flavour): number {
  MARKER.lastIndex = at;
  const match = MARKER.exec(text);
  if (!match) return 0;
  const version = match[2] === undefined ? 0 : Number(match[2]);
  if (version > LAST_VERSION) return 0;
  if (flavour === "mysql") return match[1] === "" ? match[0].length : 0;
  const mysqlOnly = match[1] === "" && version >= 50_700 && version <= 99_999;
  return mysqlOnly ? 0 : match[0].length;
}
