/** What one would use instead, each set up as its own documentation says, on the same files. */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Run } from "./run.ts";

export interface Peer {
  name: string;
  /** What it looks at: so far its time can be compared. */
  asks: string;
  half: "code" | "sql";
  /** Writes what it needs beside the workspace, and says how it is called; null where it is not installed. */
  command(scratch: string, root: string): string[] | null;
  passes(run: Run): boolean;
}

const modules = join(import.meta.dir, "../node_modules");

/** A program that a package brings along; null where it is not there. */
function bin(name: string): string | null {
  const path = join(modules, ".bin", name);
  return existsSync(path) ? path : null;
}

/** The program of a package for this machine, past the script that looks for it. */
function binaryOf(scope: string, prefix: string, program: string): string | null {
  const folder = join(modules, scope);
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const path = join(folder, name, program);
    if (name.startsWith(prefix) && existsSync(path)) return path;
  }
  return null;
}

const SQL = String.raw`\b(?:from|join|into|update)\s+[a-z_]+`;
/** It ended well or with findings, and what it printed shows that it did its work. */
const telling =
  (sign: RegExp) =>
  ({ code, out }: Run): boolean =>
    (code === 0 || code === 1) && sign.test(out);

export const peers: readonly Peer[] = [
  {
    name: "ast-grep",
    asks: "one rule: strings and templates that look like SQL",
    half: "code",
    command(scratch) {
      const program = binaryOf("@ast-grep", "cli-", "ast-grep");
      if (!program) return null;
      const rule = join(scratch, "sql-in-strings.yml");
      writeFileSync(
        rule,
        `id: sql-in-strings\nlanguage: TypeScript\nseverity: warning\nmessage: SQL\nrule:\n  any:\n    - kind: template_string\n    - kind: string\n  regex: '(?i)${SQL}'\n`,
      );
      return [program, "scan", "--rule", rule, "--json=compact", "services", "libs"];
    },
    passes: telling(/"ruleId":"sql-in-strings"/),
  },
  {
    name: "eslint",
    asks: "one rule: strings and templates that look like SQL",
    half: "code",
    command(scratch) {
      const program = bin("eslint");
      if (!program) return null;
      const config = join(scratch, "eslint.config.mjs");
      const selector = (node: string) => `${node}=/${SQL.replaceAll("/", "\\/")}/i]`;
      writeFileSync(
        config,
        `import { parser } from ${JSON.stringify(join(modules, "typescript-eslint/dist/index.js"))};
const look = (selector) => ({ selector, message: "SQL" });
export default [{
  files: ["**/*.ts"],
  languageOptions: { parser },
  rules: { "no-restricted-syntax": ["warn", look(${JSON.stringify(selector("Literal[value"))}), look(${JSON.stringify(selector("TemplateElement[value.raw"))})] },
}];
`,
      );
      return ["node", program, "--config", config, "--format", "json", "services", "libs"];
    },
    passes: telling(/"message":"SQL"/),
  },
  {
    name: "dependency-cruiser",
    asks: "which service imports which: no strings",
    half: "code",
    command(scratch) {
      const program = bin("depcruise");
      if (!program) return null;
      const config = join(scratch, "dependency-cruiser.cjs");
      writeFileSync(
        config,
        `module.exports = { forbidden: [{ name: "own-service", severity: "error", from: { path: "^services/([^/]+)/" }, to: { path: "^services/", pathNot: "^services/$1/" } }], options: { doNotFollow: { path: "node_modules" } } };\n`,
      );
      // By Bun: it refuses a Node that is not among the newest.
      return [process.execPath, program, "--config", config, "--output-type", "err", "services", "libs"];
    },
    passes: telling(/modules|dependency violations/),
  },
  {
    name: "oxlint",
    asks: "its usual rules: no strings",
    half: "code",
    command: () => {
      const program = bin("oxlint");
      return program === null ? null : [program, "--format", "json", "services", "libs"];
    },
    passes: telling(/"number_of_files":\s*\d{2}/),
  },
  {
    name: "squawk",
    asks: "migrations: what locks, what breaks",
    half: "sql",
    command(_, root) {
      const program = bin("squawk");
      return program === null ? null : [program, "--reporter", "Json", ...sqlFiles(root)];
    },
    passes: telling(/"file":"services/),
  },
  {
    name: "postgres-language-server",
    asks: "migrations: syntax and lint",
    half: "sql",
    command(scratch) {
      const program = bin("postgres-language-server");
      if (!program) return null;
      writeFileSync(
        join(scratch, "postgres-language-server.jsonc"),
        JSON.stringify({ db: { disableConnection: true }, linter: { enabled: true } }),
      );
      return [program, "check", `--config-path=${scratch}`, "--max-diagnostics=1", "services"];
    },
    passes: telling(/Checked \d+ files/),
  },
];

function sqlFiles(root: string): string[] {
  return [...new Bun.Glob("services/*/migrations/*.sql").scanSync(root)].sort();
}
