/**
 * The parser without its toll. `parseSync` writes each tree out as JSON, asked for or not: that takes five
 * times as long as the parse, and memory that the collector does not see. The parser can leave its tree in
 * one block of memory instead, to be read where it lies, or not at all. But it wants that block at such an
 * address as in Bun the system alone can give.
 *
 * One block serves all parses, one after another; of a tree that is asked for late, the text is parsed again.
 */
import { type ParseResult, type ParserOptions, parseSync } from "oxc-parser";
import { hasErrors, type ModuleRecord, type Request, readModuleRecord } from "./module-record.ts";
import { type Block, openBlock } from "./raw-block.ts";

export type Parse = (file: string, text: string, options: ParserOptions) => Parsed;

export interface Parsed extends Pick<ParseResult, "program" | "comments"> {
  readonly module: ModuleRecord;
  readonly errors: readonly { severity: string; message: string; labels: readonly { start: number }[] }[];
}

export interface RawParser extends Disposable {
  parse: Parse;
}

/** What the parser's own modules for such a block export. */
interface Readers {
  ACTIVE_SIZE: number;
  DATA_POINTER_POS_32: number;
  IS_TS_FLAG_POS: number;
  parseRawSync(file: string, block: Uint8Array, at: number, bytes: number, options: ParserOptions): void;
}

interface Deserializer {
  deserialize(block: Block["view"], text: string, at: number, bytes: number): ParseResult;
}

/** Larger texts are rare, and what their trees touch of the block is held to the end. */
const LARGEST = 1_000_000;

/** A parameter that begins with a decorator: where it may be left out, the two ways don't agree on where it begins. */
const DECORATED = /[(,](?:\s|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/[^\n]*\n)*@/;

const NO_ERRORS: Pick<Parsed, "errors"> = { errors: [] };

/** Parses into the block so far: by it a parse knows whether the block still holds its tree. */
let parses = 0;

/**
 * @returns null where the system gives no such block, or where the parser that is installed says by it
 *   other things than by `parseSync`
 */
export function openRawParser(): RawParser | null {
  try {
    const block = openBlock(require("oxc-parser/src-js/generated/constants"));
    if (!block) return null;
    const parse = parserInto(block, {
      ...require("oxc-parser/src-js/generated/constants"),
      ...require("oxc-parser/src-js/bindings"),
    } as Readers);
    return isSound(parse) ? { parse, [Symbol.dispose]: block.empty } : null;
  } catch {
    return null;
  }
}

function parserInto({ whole, view }: Block, readers: Readers): Parse {
  const encoder = new TextEncoder();
  return (file, text, options) => {
    // A byte order mark moves what is told of places.
    if (text.length > LARGEST || text.startsWith("\ufeff")) return parseSync(file, text, options);
    const at = readers.ACTIVE_SIZE - text.length * 3;
    let mine = 0;
    let bytes = 0;
    const fill = () => {
      if (mine === parses && mine > 0) return;
      mine = ++parses;
      bytes = encoder.encodeInto(text, view.subarray(at, readers.ACTIVE_SIZE)).written;
      readers.parseRawSync(file, whole, at, bytes, options);
    };
    const record = once(() => {
      fill();
      const start = view.int32[readers.DATA_POINTER_POS_32] ?? 0;
      // What the parser says of a mistake is rare, and nested.
      const { errors } = hasErrors(view, start) ? parseSync(file, text, options) : NO_ERRORS;
      return { module: readModuleRecord(view, start, { text, at, bytes }), errors };
    });
    const tree = once(() => {
      if (DECORATED.test(text)) return parseSync(file, text, options);
      fill();
      const isJs = view[readers.IS_TS_FLAG_POS] === 0;
      const { deserialize } = (
        isJs
          ? require("oxc-parser/src-js/generated/deserialize/js")
          : require("oxc-parser/src-js/generated/deserialize/ts")
      ) as Deserializer;
      const { program, comments } = deserialize(view, text, at, bytes);
      if (isJs && program.hashbang) {
        const { value, start, end } = program.hashbang;
        comments.unshift({ type: "Line", value, start, end });
      }
      return { program, comments };
    });
    return {
      get program() {
        return tree().program;
      },
      get comments() {
        return tree().comments;
      },
      get module() {
        return record().module;
      },
      get errors() {
        return record().errors;
      },
    };
  };
}

function once<T extends object>(read: () => T): () => T {
  let known: T | null = null;
  return () => {
    known ??= read();
    return known;
  };
}

/** As much of the parser's own record as {@link readModuleRecord} reads. */
function copyOf({ staticImports, staticExports, dynamicImports }: ModuleRecord): ModuleRecord {
  const request = ({ value, start, end }: Request) => ({ value, start, end });
  return {
    staticImports: staticImports.map(({ moduleRequest, entries }) => ({
      moduleRequest: request(moduleRequest),
      entries: entries.map(({ isType }) => ({ isType })),
    })),
    staticExports: staticExports.map(({ entries }) => ({
      entries: entries.map(({ moduleRequest, isType }) => ({
        moduleRequest: moduleRequest && request(moduleRequest),
        isType,
      })),
    })),
    dynamicImports: dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      moduleRequest: { start, end },
    })),
  };
}

const SAMPLE = `import type { A } from "./a.ts";
import f, { type G, h } from "g";
export * from './b';
export { type I, j } from "\\x6a";
export type { K } from "é";
import("é"), import("m");
export const c = (d: A) => \`\${d}\`, e = f(h);
`;

/** Both ways say the same of a text with some of everything. */
function isSound(parse: Parse): boolean {
  const options = { lang: "ts", sourceType: "module" } as const;
  const [raw, usual] = [parse, parseSync as Parse].map((one) => {
    const { program, module, errors } = one("sample.ts", SAMPLE, options);
    return { program, module: copyOf(module), errors };
  });
  return Bun.deepEquals(raw, usual);
}
