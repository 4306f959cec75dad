/** Every way in which people check a variable, and those that only look like it. */
import { describe, expect, test } from "bun:test";
import { readCode } from "../../fixtures/adapter-tester.ts";

async function sourcesOf(code: string): Promise<string[]> {
  const { lines } = await readCode(`import postgres from "postgres";\n${code}`);
  return lines.filter((line) => line.startsWith("open"));
}

const checked = [
  'const url = process.env.URL_A; if (!url) throw new Error("x"); postgres(url);',
  'const url = process.env.URL_A; if (!url) { log("x"); throw new Error("x"); } postgres(url);',
  'const url = process.env.URL_A; if (url === undefined) { console.error("x"); process.exit(1); } postgres(url);',
  "function main() { const url = process.env.URL_A; if (url == null) { process.exitCode = 1; return; } postgres(url); }",
  "function f() { if (!process.env.URL_A) return null; return postgres(process.env.URL_A); }",
  "if (process.env.URL_A) { postgres(process.env.URL_A); }",
  "if (!process.env.URL_A) { log(1) } else { postgres(process.env.URL_A); }",
  "const s = process.env.URL_A ? postgres(process.env.URL_A) : null;",
  "const s = !process.env.URL_A ? null : postgres(process.env.URL_A);",
  "const s = process.env.URL_A && postgres(process.env.URL_A);",
  'assert(process.env.URL_A, "x"); postgres(process.env.URL_A);',
  "assert.ok(process.env.URL_A); postgres(process.env.URL_A);",
  "const u = process.env.URL_A; assert.notEqual(u, undefined); postgres(u);",
  'const u = process.env.URL_A; invariant(u, "x"); postgres(u);',
  'const u = process.env.URL_A ?? fail("x"); postgres(u);',
  "const u = process.env.URL_A ?? (() => { throw new Error() })(); postgres(u);",
  'postgres(process.env.URL_A || raise("x"));',
  "const Env = z.object({ URL_A: z.string().url() }); const env = Env.parse(process.env); postgres(env.URL_A);",
  "const env = z.object({ URL_A: z.string() }).parse(process.env); postgres(env.URL_A);",
  "const { URL_A } = z.object({ URL_A: z.string() }).parse(process.env); postgres(URL_A);",
  "const u = z.string().url().parse(process.env.URL_A); postgres(u);",
  "const env = z.object({ URL_A: z.string().optional() }).parse(process.env); postgres(env.URL_A);",
  "const env = cleanEnv(process.env, { URL_A: str() }); postgres(env.URL_A);",
  'postgres(required("URL_A"));',
  'postgres(required(process.env.URL_A, "URL_A"));',
  "let url; while (!url) { url = process.env.URL_A; } postgres(url);",
  "postgres(new URL(process.env.URL_A!).toString());",
  "function url() { const u = process.env.URL_A; if (!u) throw new Error(); return u; } postgres(url());",
  'const u = process.env.URL_A; if (typeof u !== "string") throw new TypeError(); postgres(u);',
  "const u = process.env.URL_A; if (!u?.length) throw 1; postgres(u);",
  'if (!("URL_A" in process.env)) throw 1; postgres(process.env.URL_A!);',
  'for (const name of ["URL_A", "URL_C"]) if (!process.env[name]) throw new Error(name); postgres(process.env.URL_A!);',
  '["URL_A","URL_C"].forEach((n) => { if (!process.env[n]) throw new Error(n) }); postgres(process.env.URL_A!);',
  'const missing = ["URL_A"].filter((n) => !process.env[n]); if (missing.length) throw new Error(); postgres(process.env.URL_A!);',
  "if (!process.env.URL_A || !process.env.URL_B) throw 1; postgres(process.env.URL_A);",
  "const u = process.env.URL_A; if (!u) return; postgres(u);",
  'const url = process.env.URL_A; if (!url) { throw err("x"); } export const sql = postgres(url, { max: 1 });',
  'if (!process.env.URL_A) { logger.fatal("x"); Bun.exit?.(1); process.exit(1) } postgres(process.env.URL_A)',
  "class A { url = process.env.URL_A; constructor() { if (!this.url) throw 1; this.db = postgres(this.url); } }",
  "const u = process.env.URL_A; if (!u) throw 1; export function open() { return postgres(u); }",
  'const u = Deno.env.get("URL_A"); if (!u) throw 1; postgres(u);',
  "if (isEmpty(process.env.URL_A)) throw 1; postgres(process.env.URL_A);",
  "function check() { if (!process.env.URL_A) throw 1; } check(); postgres(process.env.URL_A!);",
  "function need(x) { if (!x) throw 1; return x; } const u = process.env.URL_A; need(u); postgres(u!);",
  'function need(name) { const v = process.env[name]; if (!v) throw 1; return v; } postgres(need("URL_A"));',
];

const unchecked = [
  'postgres(process.env.URL_A ?? "");',
  "postgres(process.env.URL_A!);",
  "postgres(process.env.URL_A as string);",
  "const u = process.env.URL_A as string; postgres(u);",
  "postgres(String(process.env.URL_A));",
  "postgres(`${process.env.URL_A}`);",
  "const s = postgres(process.env.URL_A!); if (!process.env.URL_A) throw 1;",
  "if (!process.env.URL_B) throw 1; postgres(process.env.URL_A!);",
  "function check() { if (!process.env.URL_A) throw 1; } const s = postgres(process.env.URL_A!);",
  "function a() { const url = process.env.URL_A; if (!url) throw 1; } function b() { const url = process.env.URL_A; return postgres(url); }",
  'if (!process.env.URL_A) console.warn("x"); postgres(process.env.URL_A!);',
  "function f() { if (process.env.URL_A) return 1; postgres(process.env.URL_A!); }",
  "if (!process.env.URL_A) { postgres(process.env.URL_A!); }",
  "if (process.env.URL_A) { x() } else { postgres(process.env.URL_A!); }",
  "if (mode === process.env.URL_A) { x() } postgres(process.env.URL_A!);",
  "if (prod) { if (!process.env.URL_A) throw 1; } postgres(process.env.URL_A!);",
  "if (!process.env.URL_A) { items.map(() => { return 1 }) } postgres(process.env.URL_A!);",
  "checkpoint(process.env.URL_A); postgres(process.env.URL_A!);",
  "mustache(process.env.URL_A); postgres(process.env.URL_A!);",
  "if (!process.env.URL_A && !process.env.URL_B) throw 1; postgres(process.env.URL_A!);",
  "postgres(process.env.URL_A ?? undefined);",
  'postgres(Deno.env.get("URL_A")!);',
  "const url = process.env.URL_A; { const url = process.env.URL_B; if (!url) throw 1; } postgres(url!);",
  'on("x", () => { if (!process.env.URL_A) throw 1; }); postgres(process.env.URL_A!);',
  "try { if (!process.env.URL_A) throw 1; } catch {} postgres(process.env.URL_A!);",
  'if (process.env.URL_A === "test") throw 1; postgres(process.env.URL_A!);',
  'postgres(process.env.URL_A!.replace("a", "b"));',
  "function check() { if (!process.env.URL_A) return; } check(); postgres(process.env.URL_A!);",
  '["URL_A"].forEach((n) => { if (!process.env[n]) return; }); postgres(process.env.URL_A!);',
  'function need(name) { return process.env[name]; } postgres(need("URL_A"));',
  "for (const x of y) { if (!process.env.URL_A) break; } postgres(process.env.URL_A!);",
];

describe("checked", () => {
  test.each(checked)("%s", async (code) => {
    expect(await sourcesOf(code)).toEqual(["open URL_A checked"]);
  });
});

describe("not checked", () => {
  test.each(unchecked)("%s", async (code) => {
    expect(await sourcesOf(code)).toEqual(["open URL_A"]);
  });
});
