/**
 * The WebAssembly of libpg-query. Compiling it is most of what PostgreSQL's grammar adds to a process's
 * start, and it has a thread of its own: so it begins before the reader's code is read, which the
 * package's entry leaves no way to do. Where the package's files lie elsewhere, that entry is taken.
 */
import { readFileSync } from "node:fs";
import type { ParseResult } from "libpg-query";

/** `cursor` counts code points. */
export type Answer = { ok: true; tree: ParseResult } | { ok: false; message: string; cursor: number };

/** What emscripten gives, as far as a parse needs it. */
interface Emscripten {
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _wasm_parse_query_raw(text: number): number;
  _wasm_free_parse_result(result: number): void;
  lengthBytesUTF8(text: string): number;
  stringToUTF8(text: string, pointer: number, bytes: number): void;
  UTF8ToString(pointer: number): string;
  getValue(pointer: number, type: "i32"): number;
}

type Imports = ConstructorParameters<typeof WebAssembly.Instance>[1];

type Factory = (options: {
  instantiateWasm(imports: Imports, done: (instance: WebAssembly.Instance) => void): void;
}) => Promise<Emscripten>;

type Parse = (text: string) => Answer;

let loading: Promise<Parse> | null = null;

/** Compiles the grammar, once. */
export function loadWasm(): Promise<Parse> {
  loading ??= loadFrom("libpg-query/wasm/libpg-query");
  return loading;
}

/** @param files path of the package's two files, without their endings */
export async function loadFrom(files: string): Promise<Parse> {
  let compiling: Promise<WebAssembly.Module>;
  let factory: Factory;
  try {
    compiling = WebAssembly.compile(readFileSync(require.resolve(`${files}.wasm`)));
    factory = require(`${files}.js`);
  } catch {
    return packagesOwn();
  }
  const module = await new Promise<Emscripten>((resolve, reject) => {
    const instantiateWasm: Parameters<Factory>[0]["instantiateWasm"] = (imports, done) =>
      void compiling.then((compiled) => done(new WebAssembly.Instance(compiled, imports))).catch(reject);
    factory({ instantiateWasm }).then(resolve, reject);
  });
  return (text) => parse(module, text);
}

/** The structs are PgQueryParseResult (tree, standard error, error) and PgQueryError (message, function, file, line, cursor). */
function parse(module: Emscripten, text: string): Answer {
  const bytes = module.lengthBytesUTF8(text) + 1;
  const query = module._malloc(bytes);
  let result = 0;
  try {
    module.stringToUTF8(text, query, bytes);
    result = module._wasm_parse_query_raw(query);
    const error = module.getValue(result + 8, "i32");
    if (error === 0)
      return { ok: true, tree: JSON.parse(module.UTF8ToString(module.getValue(result, "i32"))) };
    const message = module.UTF8ToString(module.getValue(error, "i32"));
    return { ok: false, message, cursor: Math.max(0, module.getValue(error + 16, "i32") - 1) };
  } finally {
    module._free(query);
    if (result !== 0) module._wasm_free_parse_result(result);
  }
}

async function packagesOwn(): Promise<Parse> {
  const { loadModule, parseSync, SqlError } = await import("libpg-query");
  await loadModule();
  return (text) => {
    try {
      return { ok: true, tree: parseSync(text) };
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      return { ok: false, message: error.message, cursor: error.sqlDetails?.cursorPosition ?? 0 };
    }
  };
}
