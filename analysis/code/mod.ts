/** One code file in, its facts out. The syntax tree does not outlive this call. */

import type { Dialect } from "../../manifest/model.ts";
import { readIgnores } from "../ignores.ts";
import type { FileFacts, ImportEdge } from "../model.ts";
import { adapters } from "./adapters/mod.ts";
import { readCallOrder } from "./call-order.ts";
import { readChains } from "./chains.ts";
import { readCommands } from "./commands.ts";
import { readConnections } from "./connections.ts";
import { readDefinitions, readLocals } from "./definitions.ts";
import { nestsTooDeeply } from "./depth.ts";
import { expressionReader } from "./expression.ts";
import { readExports, readImports } from "./imports.ts";
import { nextNode } from "./next-node.ts";
import { readScopes } from "./scopes.ts";
import { readSites } from "./sites.ts";
import { type CompileOptions, parseInto, readable, skimCode } from "./skim.ts";
import type { Node } from "./syntax.ts";
import { parse } from "./syntax.ts";

export { CODE } from "./endings.ts";
export { parseInBulk, WORTH_BULK } from "./syntax.ts";

/** The facts of a code file; one that says nothing of a database is only skimmed. */
export function compileCode(file: string, text: string, options: CompileOptions = {}): FileFacts {
  const facts = options.whole ? null : skimCode(file, text, options);
  return facts ?? readable(file, text, false, (nothing) => walk(nothing, text, options));
}

function walk(facts: FileFacts, text: string, options: CompileOptions): FileFacts {
  const { file } = facts;
  const syntax = parseInto(facts, text);
  if (!syntax) return facts;
  const scopes = readScopes(syntax.program);
  facts.imports = readImports(file, syntax.program, scopes);
  facts.importsByUse = true;
  const expressions = expressionReader(file, text, scopes);
  const { sites, uses } = readSites(
    file,
    scopes,
    expressions,
    facts.imports.map((edge) => edge.specifier),
    options.queryFunctions ?? [],
  );
  facts.sites = sites;
  facts.uses = uses;
  facts.chains = readChains(file, scopes, expressions);
  facts.definitions = readDefinitions(scopes, expressions);
  facts.locals = readLocals(scopes, expressions);
  Object.assign(facts, readConnections(file, scopes, expressions));
  facts.commands = readCommands(file, scopes);
  if (/\bdown\b/.test(text)) facts.callOrder = readCallOrder(scopes);
  facts.ignores = readIgnores(
    syntax.comments.map((comment) => ({
      text: comment.value,
      at: { file, start: comment.start, end: comment.end },
    })),
    nextNode(syntax.program as unknown as Node),
  );
  // What a file without a word for a database exports is read when somebody asks for it, as of one that was skimmed.
  // A file of SQL that it loads counts as said.
  facts.skimmed = !options.whole && isSilent(facts) && !/\.sql\b/i.test(text);
  if (!facts.skimmed) facts.exports = readExports(syntax.program, scopes, expressions, file);
  facts.imports.push(...expressions.loads);
  return facts;
}

function isSilent(facts: FileFacts): boolean {
  const { sites, uses, chains, definitions, connections, environment, addresses, commands, ignores } = facts;
  const said = [sites, uses, chains, definitions, connections, environment, addresses, commands, ignores];
  return said.every((list) => list.length === 0) && Object.keys(facts.locals).length === 0;
}

/** A file's imports with what its tree says of them: which are used as types alone. */
export function importsByUse(file: string, text: string): ImportEdge[] {
  if (nestsTooDeeply(text)) return [];
  try {
    const { program } = parse(file, text);
    return readImports(file, program, readScopes(program));
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

/** The dialects of the clients that are imported by these specifiers. */
export function dialectsOfClients(specifiers: Iterable<string>): Set<Dialect> {
  const imported = new Set(specifiers);
  return new Set(
    adapters.flatMap(({ dialect, packages }) =>
      dialect && packages.some((name) => imported.has(name)) ? [dialect] : [],
    ),
  );
}
