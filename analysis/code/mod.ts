/** One code file in, its facts out. The syntax tree does not outlive this call. */

import type { Dialect, QueryFunction } from "../../manifest/model.ts";
import { readIgnores } from "../ignores.ts";
import type { FileFacts, ImportEdge } from "../model.ts";
import { lineStarts } from "../places.ts";
import { adapters } from "./adapters/mod.ts";
import { readCallOrder } from "./call-order.ts";
import { readChains } from "./chains.ts";
import { readCommands } from "./commands.ts";
import { readConnections } from "./connections.ts";
import { readDefinitions, readLocals } from "./definitions.ts";
import { nestsTooDeeply } from "./depth.ts";
import { expressionReader } from "./expression.ts";
import { readExports, readImports, skimImports } from "./imports.ts";
import { nextNode } from "./next-node.ts";
import { recover } from "./recover.ts";
import { readScopes } from "./scopes.ts";
import { mayTouchDatabase } from "./sieve.ts";
import { readSites } from "./sites.ts";
import type { Node } from "./syntax.ts";
import { parse, syntaxProblem } from "./syntax.ts";

export { CODE } from "./endings.ts";
export { parseInBulk, WORTH_BULK } from "./syntax.ts";

/** A file that does not pass the sieve is only skimmed for its imports; if another's SQL hangs on its constants, the linker reads it whole. */
export interface CompileOptions {
  /** Reads the file whole even where the sieve finds nothing in it. */
  whole?: boolean;
  queryFunctions?: readonly QueryFunction[];
}

/** A file that nests too deeply for any reader is a problem, and says nothing else. */
export function compileCode(file: string, text: string, options: CompileOptions = {}): FileFacts {
  const facts = nothingOf(file, text, options);
  if (!nestsTooDeeply(text)) {
    try {
      return compile(facts, text, options);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  const message = "it nests too deeply to be read; list it under ignore if a program wrote it";
  return { ...nothingOf(file, text, options), problems: [{ file, message }] };
}

/** Most files say nothing, so they share it. */
const NONE = Object.freeze([]) as unknown as never[];
const NO_ENTRIES = Object.freeze({});

function nothingOf(file: string, text: string, options: CompileOptions): FileFacts {
  return {
    file,
    kind: "code",
    skimmed: !options.whole && !mayTouchDatabase(text, options.queryFunctions),
    importsByUse: false,
    lineStarts: lineStarts(text),
    sites: NONE,
    sql: null,
    uses: NONE,
    chains: NONE,
    definitions: NONE,
    connections: NONE,
    environment: NONE,
    addresses: NONE,
    imports: [],
    exports: NO_ENTRIES,
    locals: NO_ENTRIES,
    commands: NONE,
    callOrder: NO_ENTRIES,
    ignores: NONE,
    problems: [],
  };
}

function compile(facts: FileFacts, text: string, options: CompileOptions): FileFacts {
  const { file, lineStarts: starts } = facts;
  let syntax = parse(file, text);
  const problem = syntaxProblem(file, syntax, starts);
  if (problem) {
    facts.problems.push(problem);
    const left = recover(file, text);
    if (!left) return facts;
    syntax = left;
  }
  if (facts.skimmed) {
    facts.imports = skimImports(file, text, syntax.module);
    return facts;
  }
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
