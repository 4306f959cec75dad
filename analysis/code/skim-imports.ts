/** What a file imports, from the parser's record of the module: for files whose tree nobody asks for. */
import type { ImportEdge } from "../model.ts";
import type { ModuleRecord } from "./module-record.ts";

/** As `readImports` of `imports.ts` reads them from a tree, but for which of them are used as types alone. */
export function skimImports(file: string, text: string, module: ModuleRecord): ImportEdge[] {
  const edges: ImportEdge[] = [];
  const add = (specifier: string, typeOnly: boolean, start: number, end: number) =>
    edges.push({ specifier, typeOnly, at: { file, start, end }, names: {} });
  for (const { moduleRequest, entries } of module.staticImports)
    add(
      moduleRequest.value,
      entries.length > 0 && entries.every((entry) => entry.isType),
      moduleRequest.start,
      moduleRequest.end,
    );
  for (const { entries } of module.staticExports) {
    const from = entries.find((entry) => entry.moduleRequest)?.moduleRequest;
    if (from)
      add(
        from.value,
        entries.every((entry) => entry.isType),
        from.start,
        from.end,
      );
  }
  const literal = /^(["'`])(.*)\1$/s;
  for (const { moduleRequest } of module.dynamicImports) {
    const match = literal.exec(text.slice(moduleRequest.start, moduleRequest.end));
    if (match?.[2]) add(match[2], false, moduleRequest.start, moduleRequest.end);
  }
  const named =
    /\b(?:require\(\s*(["'`])([^"'`\n]+)\1\s*\)|new URL\(\s*(["'`])([^"'`\n]+)\3\s*,\s*import\.meta)/g;
  for (const match of text.matchAll(named)) {
    const specifier = match[2] ?? match[4] ?? "";
    const start = match.index + match[0].indexOf(specifier) - 1;
    add(specifier, false, start, start + specifier.length + 2);
  }
  return edges;
}
