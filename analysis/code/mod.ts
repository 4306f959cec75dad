/** One code file in, its facts out. The syntax tree does not outlive this call. */

import { readIgnores } from "../ignores.ts";
import type { FileFacts, ImportEdge } from "../model.ts";
import { lineStarts } from "../places.ts";
import { adapters } from "./adapters/mod.ts";
import { readCommands } from "./commands.ts";
import { readConnections } from "./connections.ts";
import { expressionReader } from "./expression.ts";
import { readExports, readImports } from "./imports.ts";
import { readScopes } from "./scope.ts";
import { readSites } from "./sites.ts";
import { parse, syntaxProblem } from "./syntax.ts";

/** File endings that are read as code. */
export const CODE = /\.(?:[cm]?[jt]s|[jt]sx)$/;

/**
 * Words one of which any file that talks to a database must hold. Broad on purpose: a tighter sieve
 * loses references, and what passes it in vain costs a walk of a tree that is parsed anyway.
 */
const SIEVE = new RegExp(
  `\\b(?:select|insert|update|delete|merge|truncate|copy|create|alter|drop|grant|sql|query|execute|env|${adapters
    .flatMap((adapter) => adapter.packages)
    .map((name) => name.replace(/[^\w]/g, "\\$&"))
    .join("|")})\\b|(?:postgres(?:ql)?|mysql|mariadb)://|[A-Z]_URL\\b|freehold-ignore|Sql\\b|SQL`,
  "i",
);

export function compileCode(file: string, text: string): FileFacts {
  const starts = lineStarts(text);
  const facts: FileFacts = {
    file,
    kind: "code",
    lineStarts: starts,
    sites: [],
    sql: null,
    uses: [],
    connections: [],
    environment: [],
    addresses: [],
    imports: [],
    exports: {},
    commands: [],
    ignores: [],
    problems: [],
  };
  const syntax = parse(file, text);
  const problem = syntaxProblem(file, syntax, starts);
  if (problem) {
    facts.problems.push(problem);
    return facts;
  }
  const scopes = readScopes(syntax.program);
  facts.imports = readImports(file, syntax.program, scopes);
  if (!SIEVE.test(text)) return facts;
  const expressions = expressionReader(file, text, scopes);
  const { sites, uses, files } = readSites(
    file,
    scopes,
    expressions,
    facts.imports.map((edge) => edge.specifier),
  );
  facts.sites = sites;
  facts.uses = uses;
  for (const { path, client, at, enclosing } of files) {
    const inner = path.kind === "alias" ? path.of : path;
    // The file's own statements are read where they stand; loading it makes them this file's, too.
    if (inner.kind === "text") facts.imports.push(fileEdge(inner.runs.map((run) => run.text).join(""), at));
    else
      facts.sites.push({
        client,
        receiver: null,
        text: { kind: "unknown", reason: "the SQL file's path is not known before it runs", at },
        at,
        enclosing,
        certainty: "certain",
        fragment: false,
      });
  }
  Object.assign(facts, readConnections(file, scopes, expressions));
  facts.commands = readCommands(file, scopes);
  facts.exports = readExports(syntax.program, scopes, expressions, file);
  facts.ignores = readIgnores(
    syntax.comments.map((comment) => ({
      text: comment.value,
      at: { file, start: comment.start, end: comment.end },
    })),
    scopes.statements,
  );
  return facts;
}

function fileEdge(path: string, at: ImportEdge["at"]): ImportEdge {
  return { specifier: /^[./]/.test(path) ? path : `./${path}`, typeOnly: false, at, names: {} };
}
