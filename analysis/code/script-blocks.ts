/** The code in files that hold more than code: Vue's and Svelte's script blocks, Astro's fence. */

/** Endings of files whose scripts are read as code. */
export const COMPONENT = /\.(?:vue|svelte|astro)$/;

const SCRIPT = /<script\b((?:"[^"]*"|'[^']*'|[^>"'])*)>([\s\S]*?)<\/script\s*>/gi;
const FENCE = /^\s*---[ \t]*\r?\n([\s\S]*?)^---[ \t]*$/m;

/** The same text with everything blank that is no script, so that every offset carries over. */
export function scriptsOf(file: string, text: string): { text: string; language: "ts" | "tsx" } {
  const ranges: [start: number, end: number][] = [];
  let language: "ts" | "tsx" = "ts";
  if (file.endsWith(".astro")) {
    const fence = FENCE.exec(text);
    const start = fence ? fence.index + fence[0].indexOf("\n") + 1 : 0;
    if (fence && text.slice(0, fence.index).trim() === "")
      ranges.push([start, start + (fence[1]?.length ?? 0)]);
  }
  for (const { index, 1: attributes = "", 2: code = "" } of text.matchAll(SCRIPT)) {
    // JSON and templates are scripts by their tag alone.
    if (/\btype\s*=\s*["'](?!module|(?:text|application)\/(?:java|type)script)/i.test(attributes)) continue;
    if (/\blang\s*=\s*["']?[jt]sx/i.test(attributes)) language = "tsx";
    const start = index + "<script".length + attributes.length + 1;
    ranges.push([start, start + code.length]);
  }
  let result = "";
  let at = 0;
  for (const [start, end] of ranges) {
    if (start < at) continue;
    result += blank(text.slice(at, start)) + text.slice(start, end);
    at = end;
  }
  return { text: result + blank(text.slice(at)), language };
}

/** White space of the same length, with the same lines. */
export function blank(text: string): string {
  return text.replace(/[^\r\n]/g, " ");
}
