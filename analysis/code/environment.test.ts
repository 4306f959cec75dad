import { expect, test } from "bun:test";
import { readCode } from "../../fixtures/adapter-tester.ts";

const forms: [code: string, variables: string][] = [
  ["postgres(process.env.A_URL!)", "A_URL"],
  ['postgres(process.env["A_URL"]!)', "A_URL"],
  ["postgres(process.env?.A_URL!)", "A_URL"],
  ["postgres((process.env as any).A_URL)", "A_URL"],
  ['postgres(process["env"].A_URL)', "A_URL"],
  ["postgres(globalThis.process.env.A_URL!)", "A_URL"],
  ["postgres(Bun.env.A_URL!)", "A_URL"],
  ["postgres(import.meta.env.A_URL!)", "A_URL"],
  ['postgres(Deno.env.get("A_URL")!)', "A_URL"],
  ["postgres(Deno.env.toObject().A_URL!)", "A_URL"],
  ['const name = "A_URL"; postgres(process.env[name]!)', "A_URL"],
  ["const E = process.env; postgres(E.A_URL!)", "A_URL"],
  ["const { env } = process; postgres(env.A_URL!)", "A_URL"],
  ["const { A_URL } = process.env; postgres(A_URL!)", "A_URL"],
  ["const { A_URL: url } = process.env; postgres(url!)", "A_URL"],
  ["const { env: { A_URL } } = process; postgres(A_URL!)", "A_URL"],
  ['import { env } from "node:process"; postgres(env.A_URL!)', "A_URL"],
  ['import { env as e } from "process"; postgres(e.A_URL!)', "A_URL"],
  ['import { env } from "bun"; postgres(env.A_URL!)', "A_URL"],
  ['import proc from "node:process"; postgres(proc.env.A_URL!)', "A_URL"],
  ['import * as proc from "process"; postgres(proc.env.A_URL!)', "A_URL"],
  ['const { env } = require("process"); postgres(env.A_URL)', "A_URL"],
  ['for (const name of ["A_URL", "B_URL"]) postgres(process.env[name]!)', "A_URL, B_URL"],
  ['["A_URL", "B_URL"].map((name) => postgres(process.env[name]!))', "A_URL, B_URL"],
  ["const of = (name: string) => process.env[name]!; postgres(of('A_URL'))", "A_URL"],
  ["postgres(test ? process.env.A_URL! : process.env.B_URL!)", "A_URL, B_URL"],
  ["postgres(process.env.A_URL!.replace('app', 'app_test'))", "A_URL"],
  ["postgres(`postgres://app:${process.env.A_PASSWORD}@${process.env.A_HOST}/app`)", "A_PASSWORD, A_HOST"],
  ["class C { url = process.env.A_URL; db = postgres(this.url!) }", "A_URL"],
];

test.each(forms)("%s", async (code, variables) => {
  const { lines } = await readCode(`import postgres from "postgres";\n${code}`);
  const opened = lines.filter((line) => line.startsWith("open"));
  expect([...new Set(opened)]).toEqual([`open ${variables}`]);
});
