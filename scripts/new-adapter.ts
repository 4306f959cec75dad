/**
 * `bun scripts/new-adapter.ts NAME`: a new database client for the analyser, its table of forms, and its
 * place in the list. What it knows at first, `query(text)` on a client that the package's
 * `createClient` opens, is there to be replaced.
 */
import { type SourceFile, SyntaxKind } from "ts-morph";
import { camel, importNamed, type Part, runScaffold, writePart } from "./scaffold.ts";

const folder = "analysis/code/adapters";

/** @returns the files written; see {@link writePart} for what is thrown */
export function newAdapter(root: string, name: string): string[] {
  return writePart(root, name, adapter(name));
}

function adapter(name: string): Part {
  return {
    files: { [`${folder}/${name}.ts`]: adapterText(name), [`${folder}/${name}.test.ts`]: testText(name) },
    list: `${folder}/mod.ts`,
    enlist: (list) => enlist(list, name),
  };
}

function enlist(list: SourceFile, name: string): void {
  importNamed(list, camel(name), `./${name}.ts`);
  const adapters = list
    .getVariableDeclarationOrThrow("adapters")
    .getInitializerIfKindOrThrow(SyntaxKind.ArrayLiteralExpression);
  adapters.addElement(camel(name));
}

function adapterText(name: string): string {
  return `/** ${name}: say here where the client is documented, and what is special in it. */
import type { Adapter } from "./adapter.ts";
import { addressOf } from "./expressions.ts";

export const ${camel(name)}: Adapter = {
  name: "${name}",
  packages: ["${name}"],
  dialect: null,
  opens: { createClient: { address: (args) => addressOf(args, "url") } },
  ready: [],
  types: ["Client"],
  variables: [],
  begets: { transaction: "callback" },

  read({ form, method, args }) {
    const [first] = args;
    if (!first || form !== "method" || method !== "query") return null;
    return { kind: "query", text: first };
  },
};
`;
}

function testText(name: string): string {
  return `import { testAdapter } from "../../../fixtures/adapter-tester.ts";
import { ${camel(name)} } from "./${name}.ts";

const open = \`import { createClient } from "${name}"; const db = createClient(required("APP_DATABASE_URL"));\\n\`;
const opened = "open APP_DATABASE_URL checked";

testAdapter(${camel(name)}, [
  ["a query", \`\${open}await db.query("select * from orders");\`, ["2:31 select orders", opened]],
  [
    "a transaction",
    \`\${open}await db.transaction(async (tx) => {\\n  await tx.query("delete from orders");\\n});\`,
    ["3:31 delete orders", opened],
  ],
]);
`;
}

if (import.meta.main) {
  runScaffold("new-adapter", newAdapter, "give its table a row for each form in which the client takes SQL");
}
