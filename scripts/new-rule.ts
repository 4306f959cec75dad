/**
 * `bun scripts/new-rule.ts NAME`: a new rule that works, its test, its place in the list and in the
 * README. What it finds at first (LOCK TABLE) is there to be replaced.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Project, SyntaxKind } from "ts-morph";
import { ExpectedError } from "./io.ts";

const wellFormed = /^[a-z]+(-[a-z]+)+$/;

/**
 * Writes rules/NAME.ts, rules/NAME.test.ts, and the rule's lines in rules/mod.ts and rules/README.md.
 *
 * @param root the checkout
 * @param id the rule's name, which is its file's, too
 * @returns the files written, relative to the root
 * @throws ExpectedError if the name is ill-formed or taken; nothing is written then
 */
export async function newRule(root: string, id: string): Promise<string[]> {
  if (!wellFormed.test(id)) {
    throw new ExpectedError(
      `${JSON.stringify(id)} is no name for a rule: give two or more lower-case words joined by hyphens, such as no-table-lock`,
    );
  }
  const [rule, test, list, readme] = [
    `rules/${id}.ts`,
    `rules/${id}.test.ts`,
    "rules/mod.ts",
    "rules/README.md",
  ];
  const taken = [rule, test].find((path) => existsSync(join(root, path)));
  if (taken !== undefined) throw new ExpectedError(`the name ${id} is taken: ${taken} exists`);

  writeFileSync(join(root, rule), ruleText(id));
  writeFileSync(join(root, test), testText(id));
  enlist(join(root, list), id);
  // Only now: what is imported once stays as it was.
  const { rules } = await import(join(root, list));
  const { rulesReadme } = await import(join(root, "rules/readme.ts"));
  writeFileSync(join(root, readme), rulesReadme(rules));
  return [rule, test, list, readme];
}

/** Adds the rule's import in its alphabetical place, and the rule to the list's end. */
function enlist(path: string, id: string): void {
  const file = new Project().addSourceFileAtPath(path);
  const specifier = `./${id}.ts`;
  const imports = file.getImportDeclarations();
  const next = imports.findIndex((one) => !one.isTypeOnly() && one.getModuleSpecifierValue() > specifier);
  file.insertImportDeclaration(next === -1 ? imports.length : next, {
    namedImports: [camel(id)],
    moduleSpecifier: specifier,
  });
  const list = file
    .getVariableDeclarationOrThrow("rules")
    .getInitializerIfKindOrThrow(SyntaxKind.ArrayLiteralExpression);
  list.replaceWithText(`${list.getText().replace(/,?\s*\]$/, "")},\n  ${camel(id)},\n]`);
  file.saveSync();
}

function camel(id: string): string {
  return id.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function ruleText(id: string): string {
  return `import type { Rule } from "../analysis/model.ts";

export const ${camel(id)}: Rule = {
  id: "${id}",
  severity: "error",
  summary: "Disallow LOCK TABLE.",
  why: "Whoever else uses the table waits, and nobody can tell for what.",
  fix: "Lock the rows instead, by SELECT … FOR UPDATE.",
  examples: {
    bad: { "services/billing/close.sql": "lock table invoices;\\n" },
    good: { "services/billing/close.sql": "select id from invoices for update;\\n" },
  },

  *check({ references }) {
    for (const { at, operation, services, owners, table, access } of references) {
      if (operation !== "lock" || table === null) continue;
      yield {
        at,
        message: \`\${services.join(", ")} locks the whole of \${table}\`,
        help: "lock the rows instead, by SELECT … FOR UPDATE",
        subject: { services, owners, table, access },
      };
    }
  },
};
`;
}

function testText(id: string): string {
  return `import { testRule } from "../fixtures/rule-tester.ts";
import { ${camel(id)} } from "./${id}.ts";

testRule(${camel(id)}, {
  valid: [["billing", "sql\`select id from invoices for update\`"]],
  invalid: [["billing", "sql\`lock table invoices\`", "1:16 billing locks the whole of invoices"]],
});
`;
}

if (import.meta.main) {
  const [id, ...rest] = process.argv.slice(2);
  try {
    if (id === undefined || rest.length > 0)
      throw new ExpectedError("give one name: bun scripts/new-rule.ts NAME");
    const files = await newRule(join(import.meta.dir, ".."), id);
    console.log(`written: ${files.join(", ")}\nnext: make ${files[0]} find what it should, then: bun run ok`);
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
