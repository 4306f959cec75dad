/** What most files are read for: their imports, and whether they are to be walked. Nothing that walks is loaded for it. */
import type { QueryFunction } from "../../manifest/model.ts";
import type { FileFacts } from "../model.ts";
import { lineStarts } from "../places.ts";
import { nestsTooDeeply } from "./depth.ts";
import { recover } from "./recover.ts";
import { mayTouchDatabase } from "./sieve.ts";
import { skimImports } from "./skim-imports.ts";
import { parse, type Syntax, syntaxProblem } from "./syntax.ts";

/** A file that does not pass the sieve is only skimmed for its imports; if another's SQL hangs on its constants, the linker reads it whole. */
export interface CompileOptions {
  /** Reads the file whole even where the sieve finds nothing in it. */
  whole?: boolean;
  queryFunctions?: readonly QueryFunction[];
}

/** A file's facts; null where it passes the sieve, and is to be walked. */
export function skimCode(
  file: string,
  text: string,
  { queryFunctions }: Pick<CompileOptions, "queryFunctions">,
): FileFacts | null {
  return mayTouchDatabase(text, queryFunctions) ? null : skim(file, text);
}

/** The facts of a file that says nothing of a database: its imports alone. */
export function skim(file: string, text: string): FileFacts {
  return readable(file, text, true, (facts) => {
    const syntax = parseInto(facts, text);
    if (syntax) facts.imports = skimImports(file, text, syntax.module);
    return facts;
  });
}

/**
 * A file that nests too deeply for any reader is a problem, and says nothing else.
 * @param read is handed facts that say nothing
 */
export function readable(
  file: string,
  text: string,
  skimmed: boolean,
  read: (facts: FileFacts) => FileFacts,
): FileFacts {
  if (!nestsTooDeeply(text)) {
    try {
      return read(nothingOf(file, text, skimmed));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  const message = "it nests too deeply to be read; list it under ignore if a program wrote it";
  return { ...nothingOf(file, text, skimmed), problems: [{ file, message }] };
}

/** What is sound of a file; null where nothing is. A syntax error is a problem of its. */
export function parseInto(facts: FileFacts, text: string): Syntax | null {
  const { file, lineStarts: starts, problems } = facts;
  const syntax = parse(file, text);
  const problem = syntaxProblem(file, syntax, starts);
  if (!problem) return syntax;
  problems.push(problem);
  return recover(file, text);
}

/** Most files say nothing, so they share it. */
const NONE = Object.freeze([]) as unknown as never[];
const NO_ENTRIES = Object.freeze({});

function nothingOf(file: string, text: string, skimmed: boolean): FileFacts {
  return {
    file,
    kind: "code",
    skimmed,
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
