/**
 * Files that hold both directions of a migration, told apart by comments: goose, sql-migrate, dbmate,
 * rambler, node-pg-migrate, MyBatis.
 */

const MARKER =
  /^[ \t]*--+[ \t]*(?:(?:\+goose|\+migrate|migrate:|rambler)[ \t]*(up|down)\b|(up|down) migration\b|\/\/[ \t]*@(undo)\b)/gim;

/**
 * Tells for an offset whether it lies in a part that takes back.
 *
 * @returns null where the file has no such parts.
 */
export function downSections(text: string): ((offset: number) => boolean) | null {
  const markers = [...text.matchAll(MARKER)].map((match) => ({
    offset: match.index,
    down: !/^up$/i.test(match[1] ?? match[2] ?? match[3] ?? ""),
  }));
  if (!markers.some(({ down }) => down)) return null;
  return (offset) => markers.findLast((marker) => marker.offset <= offset)?.down ?? false;
}
