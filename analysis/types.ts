/**
 * What TypeScript's checker knows of the places that nothing else resolved: literal types and unions
 * of them. Slow and large (seconds, and a gigabyte in big packages), so it is asked only where a
 * table is still unknown, and only for the packages that hold such a place.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Reference } from "./model.ts";

/** The texts that an expression may have, by `file:line:column` of its start. */
export type LiteralTypes = ReadonlyMap<string, readonly string[]>;

/** A place by which what TypeScript's checker is asked finds its way back. */
export function placeKey({ file, line, column }: Pick<Reference["at"], "file" | "line" | "column">): string {
  return `${file}:${line}:${column}`;
}

/** More alternatives than this are a type such as `keyof Everything`, not a choice of tables. */
const MOST_TEXTS = 24;

/**
 * @param root absolute path of the workspace
 * @param open places of expressions whose text is not known
 */
export async function readLiteralTypes(
  root: string,
  open: readonly Reference["at"][],
  onProgress?: (done: number, total: number) => void,
): Promise<LiteralTypes> {
  const { Project, SyntaxKind, ts } = await import("ts-morph");
  const byConfig = new Map<string, Reference["at"][]>();
  for (const place of open) {
    const config = configOf(root, place.file);
    byConfig.set(config, [...(byConfig.get(config) ?? []), place]);
  }
  const found = new Map<string, readonly string[]>();
  let done = 0;
  for (const [config, places] of byConfig) {
    const project = new Project({
      ...(config ? { tsConfigFilePath: config } : {}),
      skipAddingFilesFromTsConfig: true,
      compilerOptions: { strict: true, noEmit: true, allowJs: true },
    });
    for (const file of new Set(places.map((place) => place.file)))
      project.addSourceFileAtPathIfExists(join(root, file));
    project.resolveSourceFileDependencies();
    for (const place of places) {
      onProgress?.(done++, open.length);
      const source = project.getSourceFile(join(root, place.file));
      if (!source) continue;
      const start = ts.getPositionOfLineAndCharacter(source.compilerNode, place.line - 1, place.column - 1);
      const end = ts.getPositionOfLineAndCharacter(
        source.compilerNode,
        place.endLine - 1,
        place.endColumn - 1,
      );
      let node = source.getDescendantAtPos(start);
      while (node && node.getEnd() < end) node = node.getParent();
      if (!node || node.getStart() !== start) continue;
      // sql(table): what is asked is the argument's type.
      const [argument] = node.isKind(SyntaxKind.CallExpression) ? node.getArguments() : [];
      const type = (argument ?? node).getType();
      const options = type.isUnion() ? type.getUnionTypes() : [type];
      const texts = options.flatMap((option) => {
        const value = option.getLiteralValue();
        return typeof value === "string" ? [value] : [];
      });
      if (texts.length === options.length && texts.length > 0 && texts.length <= MOST_TEXTS)
        found.set(placeKey(place), texts);
    }
  }
  onProgress?.(open.length, open.length);
  return found;
}

/** The nearest tsconfig.json above the file, within the workspace; empty where there is none. */
function configOf(root: string, file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const path = join(root, folder, "tsconfig.json");
    if (existsSync(path)) return path;
    if (folder === "." || folder === "/") return "";
  }
}
